//! A relay in front of a peer that records every byte between the gateway and a provider.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

type Heard = Arc<Mutex<Vec<Arc<Mutex<Vec<u8>>>>>>;

/// The relay; it ends with the process.
pub struct Wiretap {
    /// `http://address:port`
    pub origin: String,
    said: Heard,
    answered: Heard,
}

impl Wiretap {
    /// Listens on a free port and forwards everything to `to`.
    pub fn before(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let (said, answered) = (Heard::default(), Heard::default());
        let (hear_one, hear_other) = (Arc::clone(&said), Arc::clone(&answered));
        thread::spawn(move || {
            for here in listener.incoming().flatten() {
                let Ok(there) = TcpStream::connect(("127.0.0.1", to)) else { continue };
                let (here_too, there_too) = (here.try_clone().expect("a socket"), there.try_clone().expect("a socket"));
                relay(here, there, &hear_one);
                relay(there_too, here_too, &hear_other);
            }
        });
        Self { origin, said, answered }
    }

    pub fn said(&self) -> String {
        all(&self.said)
    }

    pub fn answered(&self) -> String {
        all(&self.answered)
    }

    /// The number of requests of a kind, such as `POST /token`.
    pub fn count(&self, request: &str) -> usize {
        // Not by lines: a request may directly follow the body of another.
        self.said().matches(&format!("{request} HTTP/1.1\r\n")).count()
    }
}

fn relay(mut from: TcpStream, mut to: TcpStream, heard: &Heard) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    heard.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&kept));
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            kept.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..read]);
            if to.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        let _closed_already = to.shutdown(Shutdown::Write);
    });
}

fn all(heard: &Heard) -> String {
    let streams = heard.lock().unwrap_or_else(PoisonError::into_inner);
    let text = |stream: &Arc<Mutex<Vec<u8>>>| {
        String::from_utf8_lossy(&stream.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    };
    streams.iter().map(text).collect::<Vec<_>>().join("\n")
}
