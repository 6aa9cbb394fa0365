//! The parts of a scenario.

use std::net::SocketAddr;
use std::time::Duration;

use crate::client::Reply;
use crate::load::{self, Caller, Callers};
use crate::servers;
use crate::stage::Stage;

/// The measurement of one endpoint.
pub struct Scenario {
    pub name: &'static str,
    /// The required share of the first limit.
    pub goal: f64,
    pub limits: Vec<Limit>,
    pub callers: Callers,
    /// Preparation before each interval of that length and number, which is not measured.
    pub prepare: Option<Prepare>,
}

/// Prepares an interval of that length and number.
pub type Prepare = Box<dyn FnMut(&Stage, Duration, usize)>;

/// The upper limit on the same machine.
pub enum Limit {
    /// An actix handler that only returns the same bytes for the same request.
    Bare(SocketAddr, Vec<u8>),
    /// The same statements in a pgbench script.
    Sql(&'static str, String),
}

impl Limit {
    /// A bare handler that returns the gateway's answer to this request.
    pub fn bare(stage: &Stage, request: &[u8]) -> Self {
        let (status, head, body) = load::once(stage.gateway.public, request).expect("an answer");
        assert_eq!(status, 200, "{head}");
        Self::Bare(servers::bare(&head, body, request.starts_with(b"POST")), request.to_owned())
    }

    /// A short name for the report.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bare(..) => "bare actix handler",
            Self::Sql(name, _) => name,
        }
    }
}

/// Callers that repeat the same request.
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

/// Checks the status of an answer; the error contains the answer.
pub fn expect(reply: &Reply<'_>, status: u16) -> Result<(), String> {
    if reply.status == status {
        return Ok(());
    }
    Err(format!("{}\n{}", reply.head, String::from_utf8_lossy(reply.body)))
}
