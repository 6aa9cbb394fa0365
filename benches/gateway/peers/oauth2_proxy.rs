//! oauth2-proxy with its session in the cookie. `OAUTH2_PROXY` names the program; scripts/bench-peers sets it.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::gateway::free_address;
use crate::load;

const MAX_WAIT: Duration = Duration::from_secs(20);

/// The running peer; killed when dropped.
pub struct OAuth2Proxy {
    process: Child,
    pub address: SocketAddr,
}

impl OAuth2Proxy {
    /// Starts it in front of the provider of this issuer; the error says what is missing.
    pub fn start(issuer: &str) -> Result<Self, String> {
        let program = std::env::var_os("OAUTH2_PROXY").ok_or("scripts/bench-peers could not build it")?;
        let address = free_address();
        let mut command = Command::new(program);
        command.args(["--provider=oidc", "--client-id=bench", "--client-secret=secret", "--email-domain=*"]);
        command.args(["--cookie-secret=0123456789abcdef0123456789abcdef", "--cookie-secure=false"]);
        command.args(["--upstream=static://200", "--skip-provider-button", "--code-challenge-method=S256"]);
        command.arg(format!("--oidc-issuer-url={issuer}")).arg(format!("--http-address={address}"));
        command.arg(format!("--redirect-url=http://{address}/oauth2/callback"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().map_err(|error| error.to_string())?;
        let (mut peer, began) = (Self { process, address }, Instant::now());
        while !load::once(address, &load::get("/ping", "")).is_ok_and(|(status, ..)| status == 200) {
            let ended = peer.process.try_wait().map_err(|error| error.to_string())?;
            if ended.is_some() || began.elapsed() > MAX_WAIT {
                return Err(format!("it did not start: {ended:?}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(peer)
    }
}

impl Drop for OAuth2Proxy {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _reaped = self.process.wait();
    }
}
