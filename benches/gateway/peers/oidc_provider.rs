//! npm oidc-provider (`tests/peers/measured.mjs`), with ES256 and its rows in memory.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

/// The refresh tokens that it makes.
const TOKENS: &str = "3200";

/// The running peer; killed when dropped.
pub struct OidcProvider {
    process: Child,
    pub address: SocketAddr,
    pub refresh_tokens: Vec<String>,
}

#[derive(Deserialize)]
struct Ready {
    port: u16,
    refresh_tokens: Vec<String>,
}

impl OidcProvider {
    /// Starts it; the error says what is missing.
    pub fn start() -> Result<Self, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
        if !folder.join("node_modules/oidc-provider").exists() {
            return Err("it is not installed; scripts/bench-peers installs it".into());
        }
        let mut command = Command::new("node");
        command.arg("measured.mjs").arg(TOKENS).current_dir(folder).env("NODE_ENV", "production");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().map_err(|error| format!("node: {error}"))?;
        let mut lines = BufReader::new(process.stdout.take().ok_or("no output")?).lines();
        // It may print notices first.
        let ready = lines.by_ref().map_while(Result::ok).find_map(|line| serde_json::from_str::<Ready>(&line).ok());
        // Keeps reading, so that the peer does not block on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let Some(Ready { port, refresh_tokens }) = ready else {
            let _ended_already = process.kill();
            let _reaped = process.wait();
            return Err("it did not start".into());
        };
        Ok(Self { process, address: (Ipv4Addr::LOCALHOST, port).into(), refresh_tokens })
    }
}

impl Drop for OidcProvider {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _reaped = self.process.wait();
    }
}
