//! Free ports: a gateway must know its ports before it starts, because they are part of its URL.

use std::net::TcpListener;
use std::sync::{Mutex, PoisonError};

/// Below the range that systems use for outgoing connections.
const FIRST_PORT: u16 = 12_000;
const PORT_COUNT: u16 = 16_000;
/// Ports are claimed in blocks of this size by listening on the first port of the block, so that no two processes use the
/// same block.
const BLOCK: u16 = 40;

struct Claimed {
    /// Held until the process ends.
    claims: Vec<TcpListener>,
    next: u16,
    end: u16,
}

static CLAIMED: Mutex<Claimed> = Mutex::new(Claimed { claims: Vec::new(), next: 0, end: 0 });

/// The first of `N` free ports in a row.
pub fn free<const N: u16>() -> u16 {
    let mut claimed = CLAIMED.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if claimed.next + N > claimed.end {
            claimed.claim();
        }
        let port = claimed.next;
        claimed.next += N;
        if (port..port + N).all(|port| listen(port).is_some()) {
            return port;
        }
    }
}

impl Claimed {
    /// Claims a free block. Each process starts its search at another block.
    fn claim(&mut self) {
        let blocks = PORT_COUNT / BLOCK;
        let start = u16::try_from(std::process::id() % u32::from(blocks)).expect("small");
        let firsts = (0..blocks).map(|block| FIRST_PORT + (start + block) % blocks * BLOCK);
        let (first, claim) = firsts.into_iter().find_map(|first| Some((first, listen(first)?))).expect("a free block");
        self.claims.push(claim);
        (self.next, self.end) = (first + 1, first + BLOCK);
    }
}

fn listen(port: u16) -> Option<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).ok()
}
