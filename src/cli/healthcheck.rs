//! `vestibule healthcheck`: requests `/healthz`, for container images without an HTTP client.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use super::{context, output};
use crate::base::outbound::{Outbound, OutboundError, Trust};
use crate::base::tls;
use crate::config;

const TIMEOUT: Duration = Duration::from_secs(3);

/// Runs the check. The exit code is 0 if `/healthz` answers with 200, else 1. Of the configuration only the address of
/// the admin listener is read.
pub fn run(files: &[PathBuf]) -> ExitCode {
    let listen = match config::admin_listen(files) {
        Ok(listen) => listen,
        Err(error) => return output::fail(&error),
    };
    tls::install_crypto_provider();
    match context::wait_for(health_status(reachable(listen))) {
        Ok(Ok(200)) => ExitCode::SUCCESS,
        Ok(Ok(status)) => output::fail(&format_args!("/healthz answered with {status}")),
        Ok(Err(error)) => output::fail(&format_args!("/healthz {error}")),
        Err(code) => code,
    }
}

async fn health_status(address: SocketAddr) -> Result<u16, OutboundError> {
    let request = http::Request::get(format!("http://{address}/healthz")).body(Vec::new());
    let request = request.map_err(|error| OutboundError::Malformed(error.to_string()))?;
    Ok(Outbound::without_authorities()?.send(request, Trust::Configured, TIMEOUT).await?.status().as_u16())
}

/// Replaces an unspecified address (`0.0.0.0`, `::`) by loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
