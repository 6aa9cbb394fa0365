//! Many connections from one address that misbehave in one way.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// How the connections misbehave.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Idle,
    HalfHead,
    EndlessChunks,
    EndlessChunksUnread,
    StoppedBody,
    PipelinedUnread,
    ReadSlowly,
}

const FORM: &str = "Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";

impl Kind {
    /// The bytes that are sent first.
    fn beginning(self) -> String {
        match self {
            Self::Idle => String::new(),
            Self::HalfHead => "GET /providers HTTP/1.1\r\nHost: x\r\nX-Slow: ".into(),
            Self::EndlessChunks => {
                format!("POST /oauth2/token HTTP/1.1\r\n{FORM}Transfer-Encoding: chunked\r\n\r\n5\r\ngrant\r\n")
            }
            Self::EndlessChunksUnread => {
                "GET /providers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".into()
            }
            Self::StoppedBody => format!("POST /oauth2/token HTTP/1.1\r\n{FORM}Content-Length: 60000\r\n\r\ngrant"),
            Self::PipelinedUnread => format!("GET {STYLESHEET} HTTP/1.1\r\nHost: x\r\n\r\n").repeat(10_000),
            Self::ReadSlowly => format!("GET {STYLESHEET} HTTP/1.1\r\nHost: x\r\n\r\n"),
        }
    }
}

const STYLESHEET: &str = "/assets/style-6.css";

/// The connections of one address; closed when dropped.
pub struct Crowd {
    open: JoinSet<()>,
}

impl Crowd {
    /// Opens that many connections from `from`. Refused ones are dropped.
    pub async fn open(kind: Kind, count: usize, from: IpAddr, to: SocketAddr) -> Self {
        let mut open = JoinSet::new();
        let beginning: Arc<str> = kind.beginning().into();
        for _ in 0..count {
            let socket = TcpSocket::new_v4().expect("a descriptor");
            socket.set_recv_buffer_size(4096).expect("a socket");
            socket.bind((from, 0).into()).expect("an address of this machine");
            let connected = tokio::time::timeout(Duration::from_secs(5), socket.connect(to)).await;
            if let Ok(Ok(stream)) = connected {
                open.spawn(misbehave(kind, Arc::clone(&beginning), stream));
            }
        }
        Self { open }
    }

    /// Closes the remaining connections.
    pub async fn leave(mut self) {
        self.open.shutdown().await;
    }
}

async fn misbehave(kind: Kind, beginning: Arc<str>, mut stream: TcpStream) {
    let sent = stream.write_all(beginning.as_bytes()).await;
    if matches!(kind, Kind::ReadSlowly) {
        let mut byte = [0];
        while sent.is_ok() && matches!(stream.read(&mut byte).await, Ok(1)) {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        return;
    }
    // The client keeps the connection open, so the gateway has to close it.
    std::future::pending::<()>().await;
}
