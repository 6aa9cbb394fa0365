//! A client's connection as actix-http's dispatcher sees it: a stream that hands over one request at a time and fails
//! when the client takes too long.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::activity::Activity;
use super::alarm::Alarm;
use super::cause::Cause;
use super::exchange::{Exchange, Stage};
use super::framing::{Fault, Framing, Phase};
use super::limiter::Permit;
use super::timeouts::{Flow, Timeouts};

/// Sent, where it still can be, to a client that does not finish the head of its request (RFC 9110 §15.5.9).
const REQUEST_TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Sent, where it still can be, to a client whose request cannot be told from the next one (RFC 9112 §11.2).
const BAD_REQUEST: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Sent for a POST of HTTP/1.0 without a length, which reverse proxies send that speak HTTP/1.0 by default.
const LENGTH_REQUIRED: &[u8] = b"HTTP/1.1 411 Length Required\r\ncontent-type: text/plain\r\ncontent-length: 84\r\n\
    connection: close\r\n\r\n\
    A POST of HTTP/1.0 needs Content-Length. Behind nginx, set: proxy_http_version 1.1;\n";

/// The longest that a handler may work on a request. Every call of a handler has a limit of its own; this one keeps a
/// connection from waiting for ever, whatever the cause.
const MAX_WORK: Duration = Duration::from_secs(120);

/// What the client owes us.
#[derive(Clone, Copy, Debug)]
enum Owed {
    /// The first byte of a request.
    Request { until: Instant, is_first: bool },
    /// The rest of a head; the time is known once we wait for it.
    Head(Option<Instant>),
    /// The rest of a body.
    Body(Option<Flow>),
    /// Nothing: we work on the request, until this instant at the latest.
    Nothing { until: Instant },
    /// The rest of a body that nothing reads.
    Drain(Instant),
}

/// The stream.
pub(super) struct Connection {
    socket: TcpStream,
    exchange: Rc<Exchange>,
    timeouts: Timeouts,
    idle: Duration,
    framing: Framing,
    /// Bytes behind the current request, at most one read.
    behind: Vec<u8>,
    owed: Owed,
    /// An answer that the client does not take.
    blocked: Option<Flow>,
    /// Whether the last read was held back, so that nothing wakes the task when bytes arrive.
    is_held: bool,
    /// Whether a part of the current answer is written.
    has_written: bool,
    alarm: Alarm,
    permit: Permit,
}

impl Connection {
    /// A connection just accepted; `idle` is how long it may wait between requests.
    pub(super) fn new(
        socket: TcpStream,
        exchange: Rc<Exchange>,
        timeouts: Timeouts,
        idle: Duration,
        permit: Permit,
    ) -> Self {
        let until = Instant::now() + timeouts.head;
        let owed = Owed::Request { until, is_first: true };
        Self {
            socket,
            exchange,
            timeouts,
            idle,
            framing: Framing::new(),
            behind: Vec::new(),
            owed,
            blocked: None,
            is_held: false,
            has_written: false,
            alarm: Alarm::new(until),
            permit,
        }
    }

    pub(super) fn exchange(&self) -> &Rc<Exchange> {
        &self.exchange
    }

    /// Whether reading has to wait until the answer to a complete request is written. So the dispatcher never has two
    /// requests, nor two answers.
    fn holds_back(&self) -> bool {
        self.framing.phase() == Phase::Complete
    }

    /// Closes the connection of a request whose end cannot be found. A request that is already answered, at least in part,
    /// gets no second answer.
    fn refuse(&self, fault: Fault) -> io::Error {
        if !self.has_written && !matches!(self.owed, Owed::Drain(_)) {
            let answer = if fault == Fault::NoLength { LENGTH_REQUIRED } else { BAD_REQUEST };
            let _best_effort = self.socket.try_write(answer);
        }
        match fault {
            Fault::Length | Fault::NoLength => Cause::Length.into(),
            Fault::Chunk => Cause::Chunk.into(),
        }
    }

    /// Hands over what stands behind the last request.
    fn read_behind(&mut self, buf: &mut ReadBuf<'_>) {
        let length = self.behind.len().min(buf.remaining());
        let bytes = self.behind.get(..length).unwrap_or_default();
        let used = self.framing.consume(bytes);
        buf.put_slice(bytes.get(..used.used).unwrap_or_default());
        self.behind.drain(..used.used);
        if self.behind.is_empty() {
            self.behind = Vec::new();
        }
        self.progress(used.data);
    }

    /// Keeps back what a read brought beyond the current request.
    fn received(&mut self, buf: &mut ReadBuf<'_>, before: usize) {
        let bytes = buf.filled().get(before..).unwrap_or_default();
        if bytes.is_empty() {
            return;
        }
        let consumed = self.framing.consume(bytes);
        if let Some(behind) = bytes.get(consumed.used..).filter(|behind| !behind.is_empty()) {
            self.behind.extend_from_slice(behind);
            buf.set_filled(before + consumed.used);
        }
        self.progress(consumed.data);
    }

    /// Fails if the bytes that were read belong to a request whose end cannot be found; the dispatcher gets none of them.
    fn checked(&self, buf: &mut ReadBuf<'_>, before: usize) -> io::Result<()> {
        if let Phase::Invalid(fault) = self.framing.phase() {
            buf.set_filled(before);
            return Err(self.refuse(fault));
        }
        Ok(())
    }

    fn progress(&mut self, data: u64) {
        self.owed = match (self.framing.phase(), self.owed) {
            (Phase::Start, owed) => owed,
            (Phase::Complete, Owed::Drain(_)) => {
                self.framing.reset();
                self.idle_from(Instant::now())
            }
            (_, drain @ Owed::Drain(_)) => drain,
            (Phase::Head, Owed::Request { until, is_first: true }) => Owed::Head(Some(until)),
            (Phase::Head, Owed::Head(until)) => Owed::Head(until),
            (Phase::Head, _) => Owed::Head(None),
            (Phase::Body, Owed::Body(Some(mut flow))) => {
                flow.advance(data, Instant::now());
                Owed::Body(Some(flow))
            }
            (Phase::Body, _) => Owed::Body(None),
            (Phase::Complete, _) => Owed::Nothing { until: Instant::now() + MAX_WORK },
            (Phase::Invalid(_), owed) => owed,
        };
        self.note_activity();
    }

    /// Lets the limiter know whether it may close this connection for another one.
    fn note_activity(&mut self) {
        self.permit.set(match self.owed {
            Owed::Request { .. } => Activity::Idle,
            Owed::Nothing { .. } if self.blocked.is_none() => Activity::Working,
            _ => Activity::Waiting,
        });
    }

    fn idle_from(&self, now: Instant) -> Owed {
        Owed::Request { until: now + self.idle, is_first: false }
    }

    /// The clock starts when we begin to wait for the client.
    fn wait(&mut self) {
        match &mut self.owed {
            Owed::Head(until @ None) => *until = Some(Instant::now() + self.timeouts.head),
            Owed::Body(flow @ None) => *flow = Some(Flow::start(Instant::now())),
            _ => {}
        }
    }

    /// Everything that the dispatcher had is written.
    fn flushed(&mut self) {
        self.blocked = None;
        match self.exchange.stage() {
            Stage::Answered => {
                self.exchange.next();
                self.has_written = false;
                let now = Instant::now();
                if self.framing.phase() == Phase::Complete {
                    self.framing.reset();
                    self.owed = self.idle_from(now);
                } else {
                    self.owed = Owed::Drain(now + self.timeouts.drain);
                }
            }
            // The dispatcher does not take for a head what the framing takes for one.
            Stage::Awaited if matches!(self.owed, Owed::Nothing { .. }) => {
                self.owed = Owed::Head(Some(Instant::now() + self.timeouts.head));
            }
            _ => {}
        }
    }

    /// Has the task woken for bytes, where the last read was held back and reading may go on.
    fn resume(&mut self, cx: &mut Context<'_>) {
        if !self.is_held || self.holds_back() {
            return;
        }
        self.is_held = false;
        self.wait();
        if !self.behind.is_empty() || self.socket.poll_read_ready(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let owed = match &self.owed {
            Owed::Request { until, .. } | Owed::Drain(until) => Some(*until),
            Owed::Head(until) => *until,
            Owed::Body(flow) => flow.map(|flow| flow.deadline(&self.timeouts)),
            // A slow reader of a long answer is judged by its flow.
            Owed::Nothing { until } => self.blocked.is_none().then_some(*until),
        };
        let blocked = self.blocked.map(|flow| flow.deadline(&self.timeouts));
        owed.into_iter().chain(blocked).min()
    }

    /// Fails once the client has taken too long, or once the connection has to close for another one.
    fn poll_overdue<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        self.note_activity();
        if self.permit.poll_evicted(cx).is_ready() {
            return Poll::Ready(Err(self.cut(Cause::Evicted)));
        }
        let Some(deadline) = self.deadline() else { return Poll::Pending };
        if self.alarm.poll(deadline, cx).is_pending() {
            return Poll::Pending;
        }
        if matches!(self.owed, Owed::Head(_)) && self.blocked.is_none() {
            let _best_effort = self.socket.try_write(REQUEST_TIMEOUT);
        }
        Poll::Ready(Err(self.cut(self.overdue())))
    }

    /// What the client did not do in time.
    fn overdue(&self) -> Cause {
        match self.owed {
            _ if self.blocked.is_some() => Cause::SlowReader,
            Owed::Request { .. } => Cause::Idle,
            Owed::Head(_) => Cause::SlowHead,
            Owed::Body(_) => Cause::SlowBody,
            Owed::Drain(_) => Cause::UnreadBody,
            Owed::Nothing { .. } => Cause::SlowWork,
        }
    }

    fn cut(&self, cause: Cause) -> io::Error {
        if self.blocked.is_some() {
            // Otherwise the system keeps the rest of the answer, and sends it as slowly as the client reads.
            let _best_effort = self.socket.set_zero_linger();
        }
        cause.into()
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.holds_back() {
            this.is_held = true;
            return this.poll_overdue(cx);
        }
        this.is_held = false;
        let before = buf.filled().len();
        if !this.behind.is_empty() {
            this.read_behind(buf);
            return Poll::Ready(this.checked(buf, before));
        }
        match Pin::new(&mut this.socket).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                this.received(buf, before);
                Poll::Ready(this.checked(buf, before))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                this.wait();
                this.poll_overdue(cx)
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.socket).poll_write(cx, buf) {
            Poll::Ready(Ok(written)) => {
                this.has_written = true;
                if let Some(flow) = &mut this.blocked {
                    flow.advance(written as u64, Instant::now());
                }
                if let Owed::Nothing { until } = &mut this.owed {
                    *until = Instant::now() + MAX_WORK;
                }
                Poll::Ready(Ok(written))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                this.blocked.get_or_insert_with(|| Flow::start(Instant::now()));
                this.poll_overdue(cx)
            }
        }
    }

    /// Called once all that was to be written is written, and at the end of each turn of the dispatcher.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.flushed();
        this.resume(cx);
        match this.poll_overdue(cx) {
            Poll::Ready(overdue) => Poll::Ready(overdue),
            Poll::Pending => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(cx)
    }
}
