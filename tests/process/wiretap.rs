//! A relay in front of a peer that records every byte between the gateway and a provider.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

type Streams = Arc<Mutex<Vec<Arc<Mutex<Vec<u8>>>>>>;

/// The relay; it ends with the process.
pub struct Wiretap {
    /// `http://address:port`
    pub origin: String,
    requests: Streams,
    responses: Streams,
}

impl Wiretap {
    /// Listens on a free port and forwards everything to `to`.
    pub fn before(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let (requests, responses) = (Streams::default(), Streams::default());
        let (from_client, from_server) = (Arc::clone(&requests), Arc::clone(&responses));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else { continue };
                let (client_copy, server_copy) =
                    (client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
                relay(client, server, &from_client);
                relay(server_copy, client_copy, &from_server);
            }
        });
        Self { origin, requests, responses }
    }

    pub fn requests(&self) -> String {
        all(&self.requests)
    }

    pub fn responses(&self) -> String {
        all(&self.responses)
    }

    /// The number of requests of a kind, such as `POST /token`.
    pub fn count(&self, request: &str) -> usize {
        // Not by lines: a request may directly follow the body of another.
        self.requests().matches(&format!("{request} HTTP/1.1\r\n")).count()
    }
}

fn relay(mut from: TcpStream, mut to: TcpStream, streams: &Streams) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    streams.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&kept));
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

fn all(streams: &Streams) -> String {
    let streams = streams.lock().unwrap_or_else(PoisonError::into_inner);
    let text = |stream: &Arc<Mutex<Vec<u8>>>| {
        String::from_utf8_lossy(&stream.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    };
    streams.iter().map(text).collect::<Vec<_>>().join("\n")
}
