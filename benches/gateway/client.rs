//! A minimal HTTP connection: it sends a complete request and reads an answer with a `Content-Length`. A complete client
//! would cost more than the measured servers.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;

pub struct Connection {
    stream: TcpStream,
    incoming: Vec<u8>,
}

/// An answer; valid until the next request.
pub struct Reply<'a> {
    pub status: u16,
    /// The status line and the headers.
    pub head: &'a str,
    pub body: &'a [u8],
}

/// The first header of that name.
pub fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

impl Connection {
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, incoming: Vec::with_capacity(8 * 1024) })
    }

    /// Sends a request and reads its answer.
    pub async fn send(&mut self, request: &[u8]) -> io::Result<Reply<'_>> {
        self.write(request).await?;
        self.incoming.clear();
        let (mut head, mut whole) = (None, usize::MAX);
        while self.incoming.len() < whole {
            self.read().await?;
            if head.is_none()
                && let Some(end) = self.incoming.windows(4).position(|four| four == b"\r\n\r\n")
            {
                let text = std::str::from_utf8(&self.incoming[..end]).map_err(io::Error::other)?;
                let length = header(text, "content-length").map_or(Ok(0), str::parse::<usize>);
                whole = end + 4 + length.map_err(io::Error::other)?;
                head = Some(end);
            }
        }
        let (head, rest) = self.incoming.split_at(head.unwrap_or_default());
        let head = std::str::from_utf8(head).map_err(io::Error::other)?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Ok(Reply { status, head, body: rest.get(4..).unwrap_or_default() })
    }

    async fn write(&self, mut request: &[u8]) -> io::Result<()> {
        while !request.is_empty() {
            match self.stream.try_write(request) {
                Ok(sent) => request = &request[sent..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn read(&mut self) -> io::Result<()> {
        let mut chunk = [0; 8 * 1024];
        loop {
            self.stream.readable().await?;
            match self.stream.try_read(&mut chunk) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    self.incoming.extend_from_slice(&chunk[..read]);
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}
