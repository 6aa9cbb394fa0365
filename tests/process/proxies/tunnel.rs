//! An HTTP proxy for clients that leads every `https` host to one port, so that URLs need no port.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;

/// The proxy; it ends with the process.
pub struct Tunnel {
    /// The port for clients.
    pub port: u16,
    to: Arc<AtomicU16>,
}

impl Tunnel {
    /// Leads to `port`.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let own = listener.local_addr().expect("an address").port();
        let to = Arc::new(AtomicU16::new(port));
        let target = Arc::clone(&to);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let port = target.load(Ordering::SeqCst);
                thread::spawn(move || connect(client, port));
            }
        });
        Self { port: own, to }
    }

    /// Leads new connections to another port.
    pub fn redirect(&self, port: u16) {
        self.to.store(port, Ordering::SeqCst);
    }
}

/// Answers `CONNECT` (RFC 9110 §9.3.6) and copies in both directions.
fn connect(mut client: TcpStream, port: u16) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.extend_from_slice(&byte);
    }
    if !head.starts_with(b"CONNECT ") {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let server = TcpStream::connect(("127.0.0.1", port))?;
    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
    let (from, to) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || copy(from, to));
    copy(server, client);
    Ok(())
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let _broken = io::copy(&mut from, &mut to);
    let _closed_already = to.shutdown(Shutdown::Write);
}
