//! Ports that nobody uses: a gateway must know its own before it starts, since they are part of its name.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that systems give to outgoing connections, so that none of those gets in between.
const FIRST: u16 = 12_000;
const MANY: u16 = 16_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// The first of `N` free ports in a row. Each process begins to look at a place of its own.
pub fn free<const N: u16>() -> u16 {
    let start = u16::try_from(std::process::id() % u32::from(MANY / 40)).expect("small") * 40;
    loop {
        let port = FIRST + (start + NEXT.fetch_add(N, Ordering::Relaxed)) % MANY;
        if (port..port + N).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return port;
        }
    }
}
