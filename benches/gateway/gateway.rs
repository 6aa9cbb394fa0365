//! The gateway as it is delivered: the binary, in a separate process.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::load;
use super::scenarios::{APP, REDIRECT_URI};

const BINARY: &str = env!("CARGO_BIN_EXE_vestibule");
/// The client id of a service that introspects tokens.
pub const CLIENT: &str = "service";
pub const CLIENT_SECRET: &str = "a-secret-of-32-bytes-or-even-more";
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// A running gateway; killed when dropped.
pub struct Gateway {
    process: Child,
    file: PathBuf,
    pub public: SocketAddr,
    /// The time from the start of the process until it was ready.
    pub cold_start: Duration,
}

impl Gateway {
    /// Starts the gateway with this database, secret ring key and provider.
    pub fn start(database_url: &str, ring_key: &str, issuer: &str) -> Self {
        let (public, admin) = (free_address(), free_address());
        let file = std::env::temp_dir().join(format!("vestibule-bench-{}.toml", public.port()));
        fs::write(&file, settings(public, admin, database_url, ring_key, issuer)).expect("a file");
        let mut command = Command::new(BINARY);
        command.arg("--config").arg(&file).arg("serve");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let began = Instant::now();
        let process = command.spawn().expect("the gateway");
        let mut gateway = Self { process, file, public, cold_start: Duration::ZERO };
        while load::once(admin, &load::get("/readyz", "")).is_ok_and(|(status, ..)| status == 200).eq(&false) {
            let ended = gateway.process.try_wait().expect("a process");
            assert!(ended.is_none(), "the gateway ended: {ended:?}; run it with {}", gateway.file.display());
            assert!(began.elapsed() < START_TIMEOUT, "the gateway does not become ready");
            std::thread::sleep(Duration::from_millis(2));
        }
        gateway.cold_start = began.elapsed();
        gateway
    }

    /// The id of the process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The resident memory in MiB, if the system reports it.
    pub fn resident(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some(kibibytes / 1024.0)
    }

    /// The size of the binary in MiB.
    pub fn binary_size() -> f64 {
        fs::metadata(BINARY).map_or(0.0, |binary| binary.len() as f64 / 1024.0 / 1024.0)
    }

    /// The configuration, as TOML.
    pub fn configuration(&self) -> String {
        fs::read_to_string(&self.file).expect("the file that was written")
    }

    /// A command of the binary with the configuration of this gateway.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.arg("--config").arg(&self.file).args(words).stdin(Stdio::null());
        command
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _reaped = self.process.wait();
        let _gone_already = fs::remove_file(&self.file);
    }
}

/// The configuration: high rate limits, and defaults for everything else, including the log of requests.
fn settings(public: SocketAddr, admin: SocketAddr, database_url: &str, ring_key: &str, issuer: &str) -> String {
    format!(
        r#"
[server]
public_url = "http://{public}"
listen = "{public}"
admin_listen = "{admin}"
shutdown_grace = "1s"

[database]
url = "{database_url}"

[secrets]
keys = ["{ring_key}"]

[signing]
algorithms = ["ES256"]

[limits]
logins_per_minute = 1000000
logins_per_minute_network = 10000000
tokens_per_minute = 1000000
client_tokens_per_minute = 1000000
requests_per_connection = 1000000

[tokens]
audience = ["api"]

[clients.{CLIENT}]
type = "confidential"
audience = ["api"]
client_secret = "{CLIENT_SECRET}"

[clients.{APP}]
redirect_uris = ["{REDIRECT_URI}"]
id_token_alg = "ES256"

[providers.op]
kind = "oidc"
issuer = "{issuer}"
client_id = "bench"
client_secret = "secret"
"#
    )
}

/// A loopback address with a free port.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address")
}
