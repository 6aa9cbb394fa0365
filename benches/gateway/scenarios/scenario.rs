//! What a scenario consists of.

use std::net::SocketAddr;
use std::time::Duration;

use crate::client::Reply;
use crate::load::{self, Caller, Callers};
use crate::servers;
use crate::stage::Stage;

/// One endpoint.
pub struct Scenario {
    pub name: &'static str,
    /// The least share of the first limit that we want.
    pub goal: f64,
    pub limits: Vec<Limit>,
    pub callers: Callers,
    /// Work that must be done before each stretch of that length and number, and is not measured.
    pub prepare: Option<Prepare>,
}

/// Makes ready for a stretch of that length and number.
pub type Prepare = Box<dyn FnMut(&Stage, Duration, usize)>;

/// What could be had at the most.
pub enum Limit {
    /// By an actix handler that does nothing but answer the same bytes to the same request.
    Bare(SocketAddr, Vec<u8>),
    /// By the same statements, in a script of pgbench.
    Sql(&'static str, String),
}

impl Limit {
    /// A bare handler that answers what the gateway answers to this request.
    pub fn bare(stage: &Stage, request: &[u8]) -> Self {
        let (status, head, body) = load::once(stage.gateway.public, request).expect("an answer");
        assert_eq!(status, 200, "{head}");
        Self::Bare(servers::bare(&head, body), request.to_owned())
    }

    /// In a word or two.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bare(..) => "bare actix handler",
            Self::Sql(name, _) => name,
        }
    }
}

/// Callers who ask the same again and again.
pub fn fixed(requests: impl Iterator<Item = Vec<u8>>) -> Callers {
    requests.map(|request| Box::new(Fixed(request)) as Box<dyn Caller>).collect()
}

struct Fixed(Vec<u8>);

impl Caller for Fixed {
    fn ask(&mut self, request: &mut Vec<u8>) -> bool {
        request.extend_from_slice(&self.0);
        true
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), String> {
        expect(reply, 200)
    }
}

/// An answer of that status, or what came instead.
pub fn expect(reply: &Reply<'_>, status: u16) -> Result<(), String> {
    if reply.status == status {
        return Ok(());
    }
    Err(format!("{}\n{}", reply.head, String::from_utf8_lossy(reply.body)))
}
