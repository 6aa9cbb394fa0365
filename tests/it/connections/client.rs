//! A client that writes and reads what a test says, on one connection.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The longest that a test waits for bytes or for the end of a connection.
const LIMIT: Duration = Duration::from_secs(30);

/// One connection, and what was read of it.
pub struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

/// One answer, without its body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self::of(TcpStream::connect(address).expect("a connection"))
    }

    /// A connection from an address of this machine.
    pub fn from(source: [u8; 4], address: SocketAddr) -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        socket.bind(&SocketAddr::from((source, 0)).into()).expect("an address of this machine");
        socket.connect(&address.into()).expect("a connection");
        Self::of(socket.into())
    }

    fn of(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(LIMIT)).expect("a socket");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, read: Vec::new() }
    }

    pub fn send(&mut self, bytes: &str) {
        self.stream.write_all(bytes.as_bytes()).expect("an open connection");
    }

    /// Sends what still can be sent.
    pub fn try_send(&mut self, bytes: &str) -> bool {
        self.try_send_bytes(bytes.as_bytes())
    }

    /// The same, also of parts of characters.
    pub fn try_send_bytes(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// The next answer; `None` if the connection ends instead.
    pub fn answer(&mut self) -> Option<Answer> {
        let head_end = self.read_until(|read| find(read, b"\r\n\r\n"))? + 4;
        let head = String::from_utf8(self.read[..head_end].to_vec()).expect("UTF-8").to_lowercase();
        let status = head.split(' ').nth(1).expect("a status").parse().expect("a number");
        if status == 100 {
            self.read.drain(..head_end);
            return Some(Answer { status, head });
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap_or_else(|| panic!("no length in {head}")).parse().expect("a number");
        self.read_until(|read| (read.len() >= head_end + length).then_some(()))?;
        self.read.drain(..head_end + length);
        Some(Answer { status, head })
    }

    /// Reads to the end of the connection, and returns what came before it.
    pub fn rest(&mut self) -> String {
        let nothing: Option<()> = self.read_until(|_| None);
        assert!(nothing.is_none());
        String::from_utf8_lossy(&std::mem::take(&mut self.read)).into_owned()
    }

    fn read_until<T>(&mut self, is_enough: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        let mut bytes = [0; 4096];
        loop {
            if let Some(found) = is_enough(&self.read) {
                return Some(found);
            }
            match self.stream.read(&mut bytes) {
                Ok(0) => return None,
                Ok(read) => self.read.extend_from_slice(&bytes[..read]),
                Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {
                    return None;
                }
                Err(error) => panic!("neither bytes nor the end within {LIMIT:?}: {error}"),
            }
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
