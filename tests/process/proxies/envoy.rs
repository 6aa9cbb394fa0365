//! Envoy with `ext_authz` over HTTP.

use std::process::Command;

use super::checks;
use super::deployment::{Kind, Place};
use super::program::installed;
use crate::snippets::named;

const ENVOY: Kind = Kind { command, redirect: true, passes_cookie: false };

fn command(place: &Place) -> Command {
    let listen = format!("address: 127.0.0.1, port_value: {}", place.port);
    let parts = [
        ("address: 0.0.0.0, port_value: 443", &*listen),
        ("port_value: 8080", &*format!("port_value: {}", place.gateway)),
        ("port_value: 3000", &*format!("port_value: {}", place.site)),
        ("/etc/ssl/example.com.crt", &*place.certificate),
        ("/etc/ssl/example.com.key", &*place.key),
    ];
    let path = place.directory.write("envoy.yaml", &Place::fill(&named("proxy-envoy"), &parts));
    let mut command = Command::new(installed("wheels/envoy/_bin/envoy"));
    command.args(["--config-path", &path, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "warning"]);
    command
}

/// FW-01, FW-11, FW-12
#[tokio::test]
async fn envoy_signs_people_in() {
    checks::signs_people_in(ENVOY).await;
}

/// FW-03, FW-04, FW-22
#[tokio::test]
async fn envoy_passes_no_forged_header() {
    checks::passes_no_forged_header(ENVOY).await;
}

/// FW-14, FW-20, FW-24
#[tokio::test]
async fn envoy_streams_until_the_session_ends() {
    checks::streams_until_the_session_ends(ENVOY).await;
}
