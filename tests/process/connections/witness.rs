//! Measurements of a gateway under attack: health, logins, memory, descriptors.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::gateway::status;

/// The limit of [`status`]. Usually an answer takes milliseconds, but other tests run at the same time.
const SLOWEST: Duration = Duration::from_secs(5);

/// Requests `/healthz` and `/readyz` repeatedly.
pub struct HealthWatch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<(usize, Duration)>,
}

impl HealthWatch {
    pub fn start(admin: std::net::SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (mut asked, mut slowest) = (0, Duration::ZERO);
            while !stopped.load(Ordering::SeqCst) {
                for path in ["/healthz", "/readyz"] {
                    let started = Instant::now();
                    assert_eq!(status(admin, path), Some(200), "{path} after {:?}", started.elapsed());
                    slowest = slowest.max(started.elapsed());
                    asked += 1;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            (asked, slowest)
        });
        Self { stop, thread }
    }

    /// Stops; fails if any response was wrong or late.
    pub fn stop(self) -> Duration {
        self.stop.store(true, Ordering::SeqCst);
        let (asked, slowest) = self.thread.join().expect("every answer is 200");
        assert!(asked > 0 && slowest < SLOWEST, "{asked} answers, the slowest after {slowest:?}");
        slowest
    }
}

/// How many connections to `port` the process `pid` has that come from `from`.
pub fn connections(port: u16, from: IpAddr) -> usize {
    let IpAddr::V4(from) = from else { return 0 };
    let table = std::fs::read_to_string("/proc/net/tcp").expect("a table of connections");
    let local = format!(":{port:04X}");
    let remote = format!("{:08X}:", u32::from_ne_bytes(from.octets()));
    let is_ours = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        // Established, or closed by the client only. Connections that the gateway closed belong to the kernel.
        fields.len() > 9
            && fields[1].ends_with(&local)
            && fields[2].starts_with(&remote)
            && ["01", "08"].contains(&fields[3])
    };
    table.lines().filter(|line| is_ours(line)).count()
}

/// The most memory that a process had, in MiB.
pub fn peak_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches("kB").trim().parse::<u64>().expect("a number") / 1024
}

/// How many connections of this machine to `port` are open, counted at the side that opened them.
pub fn connections_to(port: u16) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("a table of connections");
    let remote = format!(":{port:04X}");
    let is_one = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields.len() > 9 && fields[2].ends_with(&remote) && fields[3] == "01"
    };
    table.lines().filter(|line| is_one(line)).count()
}
