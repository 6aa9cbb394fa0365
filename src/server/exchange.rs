//! The state that a connection shares with the service that answers its requests.

use std::cell::Cell;
use std::fmt::Debug;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::body::{BodySize, BoxBody, EitherBody, MessageBody};
use actix_http::{ConnectionType, Request, Response};
use actix_service::{Service, ServiceFactory, apply_fn_factory};
use actix_web::web::Bytes;
use pin_project_lite::pin_project;

/// How far the current request of a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The service has not seen it.
    Awaited,
    /// The service works on it, or its answer is being produced.
    Served,
    /// Its answer is complete, but may not be written.
    Answered,
}

/// One per connection, shared by its stream and, as `conn_data`, by its requests.
pub(super) struct Exchange {
    stage: Cell<Stage>,
    /// Requests that may still be served on this connection; `None`: any number.
    left: Cell<Option<u32>>,
}

impl Exchange {
    /// For a connection of so many requests.
    pub(super) fn new(requests: Option<u32>) -> Self {
        Self { stage: Cell::new(Stage::Awaited), left: Cell::new(requests) }
    }

    pub(super) fn stage(&self) -> Stage {
        self.stage.get()
    }

    /// The answer is written.
    pub(super) fn next(&self) {
        self.stage.set(Stage::Awaited);
    }

    /// The service begins to work on a request; whether it is the last one of the connection.
    fn begin(&self) -> bool {
        self.stage.set(Stage::Served);
        self.left.set(self.left.get().map(|left| left.saturating_sub(1)));
        self.left.get() == Some(0)
    }
}

/// Ends the exchange when the answer was produced or dropped.
struct ExchangeEnd(Option<Rc<Exchange>>);

impl Drop for ExchangeEnd {
    fn drop(&mut self) {
        if let Some(exchange) = &self.0 {
            exchange.stage.set(Stage::Answered);
        }
    }
}

pin_project! {
    /// The body of an answer, which tells the connection when it ends.
    pub(super) struct Answer<B> {
        #[pin]
        body: B,
        end: ExchangeEnd,
    }
}

impl<B: MessageBody> MessageBody for Answer<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.project().body.poll_next(cx)
    }
}

/// Tells the connection of each request when the service begins and ends, and closes it after its last request. If the
/// service fails, its error is answered here, so that this answer has an end like any other.
pub(super) fn tracked<S, B>(
    service: S,
) -> impl ServiceFactory<
    Request,
    Config = (),
    Response = Response<Answer<EitherBody<B>>>,
    Error = S::Error,
    InitError = S::InitError,
>
where
    S: ServiceFactory<Request, Config = ()>,
    S::Response: Into<Response<B>>,
    S::Error: Into<Response<BoxBody>>,
    S::InitError: Debug,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody,
{
    apply_fn_factory(service, |request: Request, service: &S::Service| {
        let exchange = request.conn_data::<Rc<Exchange>>().map(Rc::clone);
        // Otherwise actix-http repeats `Connection: upgrade` in the answer.
        let asks_for_upgrade = request.head().upgrade();
        let is_last = exchange.as_ref().is_some_and(|exchange| exchange.begin()) || asks_for_upgrade;
        // Dropped with the answer.
        let end = ExchangeEnd(exchange);
        let answering = service.call(request);
        async move {
            let mut answer = match answering.await {
                Ok(answer) => answer.into().map_body(|_, body| EitherBody::left(body)),
                Err(error) => error.into().map_body(|_, body| EitherBody::right(body)),
            };
            if is_last {
                answer.head_mut().set_connection_type(ConnectionType::Close);
            }
            Ok(answer.map_body(|_, body| Answer { body, end }))
        }
    })
}
