//! Requests about sessions over HTTP, for a part of the rows.

use crate::client::Reply;
use crate::load::{self, Caller, Callers};
use crate::scenarios::{Chains, access_token};
use crate::stage::{Stage, session_id};

/// Sessions, evenly distributed from `from` to `to`.
#[derive(Clone, Copy)]
pub struct Sample {
    pub from: u64,
    pub to: u64,
}

impl Sample {
    /// Chooses this many sessions. Each `turn` below the smallest step chooses other ones, so that no two flows use the same
    /// rows.
    fn numbers(self, count: u64, turn: u64) -> impl Iterator<Item = u64> {
        let step = ((self.to - self.from) / count).max(1);
        (0..count).map(move |place| self.from + place * step + turn)
    }

    pub fn refresh(self, stage: &Stage, connections: usize) -> Callers {
        let all: Vec<u64> = self.numbers(8_000, 0).collect();
        all.chunks(all.len().div_ceil(connections)).map(|chunk| Chains::boxed(stage, chunk.iter().copied())).collect()
    }

    /// Callers that list the sessions of one user after the other.
    pub fn list(self, stage: &Stage, connections: usize) -> Callers {
        let numbers = self.numbers(400, 1);
        let requests = numbers.map(|number| load::get("/sessions", &bearer(stage, number)));
        spread(&requests.collect::<Vec<_>>(), connections, 200, true)
    }

    /// Callers that log out, once for each session.
    pub fn end(self, stage: &Stage, connections: usize) -> Callers {
        let request = |number| {
            let (path, headers) = (format!("/sessions/{}", session_id(number)), bearer(stage, number));
            format!("DELETE {path} HTTP/1.1\r\nHost: bench\r\nContent-Length: 0\r\n{headers}\r\n").into_bytes()
        };
        spread(&self.numbers(2_000, 3).map(request).collect::<Vec<_>>(), connections, 204, false)
    }
}

fn bearer(stage: &Stage, number: u64) -> String {
    format!("Authorization: Bearer {}\r\nAccept: application/json\r\n", access_token(stage, number))
}

fn spread(requests: &[Vec<u8>], connections: usize, status: u16, again: bool) -> Callers {
    let each = requests.len().div_ceil(connections);
    let caller = |requests: &[Vec<u8>]| {
        Box::new(Round { requests: requests.to_vec(), next: 0, status, again }) as Box<dyn Caller>
    };
    requests.chunks(each).map(caller).collect()
}

/// A sequence of requests, sent once or repeatedly.
struct Round {
    requests: Vec<Vec<u8>>,
    next: usize,
    status: u16,
    again: bool,
}

impl Caller for Round {
    fn ask(&mut self, request: &mut Vec<u8>) -> bool {
        if self.next == self.requests.len() && self.again {
            self.next = 0;
        }
        let next = self.requests.get(self.next);
        self.next += 1;
        next.is_some_and(|next| {
            request.extend_from_slice(next);
            true
        })
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), String> {
        if reply.status == self.status {
            return Ok(());
        }
        Err(format!("{}\n{}", reply.head, String::from_utf8_lossy(reply.body)))
    }
}
