//! Generates load: each caller has a separate connection and sends the next request after each answer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use super::client::{Connection, Reply};

/// A source of requests.
pub trait Caller {
    /// Writes the next request. `false` means that no request is left.
    fn ask(&mut self, request: &mut Vec<u8>) -> bool;
    /// Checks the answer. An error ends the run: a rejection is cheap and would count as a fast answer.
    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), String>;
}

#[derive(Default)]
pub struct Measure {
    pub seconds: f64,
    /// The latency of each request in microseconds; [`Measure::percentile`] sorts them.
    pub latencies: Vec<u32>,
}

impl Measure {
    pub fn requests(&self) -> usize {
        self.latencies.len()
    }

    pub fn rate(&self) -> f64 {
        if self.seconds > 0.0 { self.latencies.len() as f64 / self.seconds } else { 0.0 }
    }

    /// The percentile of the latency in milliseconds.
    pub fn percentile(&mut self, share: f64) -> f64 {
        self.latencies.sort_unstable();
        let place = (self.latencies.len() as f64 * share) as usize;
        self.latencies.get(place).or(self.latencies.last()).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }

    pub fn add(&mut self, other: Self) {
        self.seconds += other.seconds;
        self.latencies.extend(other.latencies);
    }
}

pub type Callers = Vec<Box<dyn Caller>>;

/// Generates load for some time, or until no caller has a request left. Returns the callers, so that they can continue.
pub fn run(address: SocketAddr, callers: Callers, time: Duration) -> Result<(Callers, Measure), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    LocalSet::new().block_on(&runtime, async {
        let mut connections = Vec::new();
        for _ in &callers {
            connections.push(Connection::open(address).await.map_err(|error| format!("{address}: {error}"))?);
        }
        let began = Instant::now();
        let drive = |(caller, connection)| tokio::task::spawn_local(drive(caller, connection, began + time));
        let driven: Vec<_> = callers.into_iter().zip(connections).map(drive).collect();
        let (mut callers, mut measure) = (Vec::new(), Measure::default());
        for one in driven {
            let (caller, latencies) = one.await.map_err(|error| error.to_string())??;
            callers.push(caller);
            measure.latencies.extend(latencies);
        }
        measure.seconds = began.elapsed().as_secs_f64();
        Ok((callers, measure))
    })
}

async fn drive(
    mut caller: Box<dyn Caller>,
    mut connection: Connection,
    until: Instant,
) -> Result<(Box<dyn Caller>, Vec<u32>), String> {
    let (mut request, mut latencies) = (Vec::with_capacity(2048), Vec::with_capacity(64 * 1024));
    let mut now = Instant::now();
    while now < until {
        request.clear();
        if !caller.ask(&mut request) {
            break;
        }
        let reply = connection.send(&request).await.map_err(|error| error.to_string())?;
        let answered = Instant::now();
        latencies.push(u32::try_from((answered - now).as_micros()).unwrap_or(u32::MAX));
        caller.answered(&reply)?;
        now = Instant::now();
    }
    Ok((caller, latencies))
}

pub fn once(address: SocketAddr, request: &[u8]) -> Result<(u16, String, Vec<u8>), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(async {
        let mut connection = Connection::open(address).await.map_err(|error| error.to_string())?;
        let reply = connection.send(request).await.map_err(|error| error.to_string())?;
        Ok((reply.status, reply.head.to_owned(), reply.body.to_vec()))
    })
}

/// The bytes of a request without a body.
pub fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n").into_bytes()
}

/// The bytes of a form post.
pub fn post(path: &str, headers: &str, form: &str) -> Vec<u8> {
    let head = "HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let length = form.len();
    format!("POST {path} {head}Content-Length: {length}\r\n{headers}\r\n{form}").into_bytes()
}
