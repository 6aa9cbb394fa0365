//! Envoy with its filter `jwt_authn`, which verifies an access token of the gateway as a proxy without a gateway does: by the
//! signature and the times alone, without knowing what was revoked. `ENVOY` names the program; scripts/bench-peers sets it.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::gateway::free_address;
use crate::load;

const MAX_WAIT: Duration = Duration::from_secs(20);

/// The running peer; killed when dropped.
pub struct Envoy {
    process: Child,
    file: PathBuf,
    pub address: SocketAddr,
}

impl Envoy {
    /// Starts it with the keys of the gateway at `gateway`; the error says what is missing.
    pub fn start(gateway: SocketAddr) -> Result<Self, String> {
        let program = std::env::var_os("ENVOY").ok_or("ENVOY does not name the program")?;
        let (_, _, keys) = load::once(gateway, &load::get("/.well-known/jwks.json", ""))?;
        let keys = String::from_utf8(keys).map_err(|error| error.to_string())?;
        let address = free_address();
        let file = std::env::temp_dir().join(format!("vestibule-bench-envoy-{}.yaml", address.port()));
        let issuer = format!("http://{gateway}");
        fs::write(&file, configuration(address, &issuer, &keys)).map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.arg("--config-path").arg(&file).args(["--use-dynamic-base-id", "--log-level", "error"]);
        // As many threads as the gateway has.
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        command.args(["--concurrency", &threads.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().map_err(|error| error.to_string())?;
        let (mut peer, began) = (Self { process, file, address }, Instant::now());
        while !load::once(address, &load::get("/", "")).is_ok_and(|(status, ..)| status == 401) {
            let ended = peer.process.try_wait().map_err(|error| error.to_string())?;
            if ended.is_some() || began.elapsed() > MAX_WAIT {
                return Err(format!("it did not start: {ended:?}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(peer)
    }
}

impl Drop for Envoy {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _reaped = self.process.wait();
        let _gone_already = fs::remove_file(&self.file);
    }
}

/// It answers by itself, so that no site behind it is measured. `jwt_cache_config` keeps verified tokens, as the gateway does.
fn configuration(address: SocketAddr, issuer: &str, keys: &str) -> String {
    let (host, port) = (address.ip(), address.port());
    format!(
        r#"
static_resources:
  listeners:
    - name: http
      address: {{socket_address: {{address: {host}, port_value: {port}}}}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: http
                http_filters:
                  - name: envoy.filters.http.jwt_authn
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication
                      providers:
                        gateway:
                          issuer: {issuer}
                          local_jwks: {{inline_string: '{keys}'}}
                          jwt_cache_config: {{jwt_cache_size: 10000}}
                      rules:
                        - match: {{prefix: /}}
                          requires: {{provider_name: gateway}}
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: {{prefix: /}}
                          direct_response: {{status: 200}}
"#
    )
}
