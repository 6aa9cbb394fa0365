//! Envoy with `ext_authz` over HTTP.

use std::process::Command;

use super::deployment::{Kind, Place};
use super::program::installed;
use super::{checks, hostile};
use crate::snippets::named;

const ENVOY: Kind = Kind { command, redirect: true, passes_cookie: false, reports_port: false };

/// Envoy as Envoy Gateway configures it by the manifest for Kubernetes: it removes names by
/// patterns, and drops every header with an underscore.
const GATEWAY: Kind = Kind { command: as_envoy_gateway, ..ENVOY };

fn command(place: &Place) -> Command {
    start(place, &named("proxy-envoy"))
}

fn as_envoy_gateway(place: &Place) -> Command {
    let (documented, manifest) = (named("proxy-envoy"), named("proxy-kubernetes-envoy"));
    assert!(manifest.contains("withUnderscoresAction: DropHeader"), "{manifest}");
    let patterns: Vec<&str> = manifest.lines().filter_map(|line| line.trim().strip_prefix("value: ")).collect();
    assert_eq!(patterns.len(), 3, "{patterns:?}");
    for pattern in patterns {
        assert!(documented.contains(&format!("safe_regex: {{regex: {pattern}}}")), "{pattern}");
    }
    let drops = "common_http_protocol_options: {headers_with_underscores_action: DROP_HEADER}\n                normalize_path: true";
    start(place, &Place::fill(&documented, &[("normalize_path: true", drops)]))
}

fn start(place: &Place, documented: &str) -> Command {
    let listen = format!("address: 127.0.0.1, port_value: {}", place.port);
    let parts = [
        ("address: 0.0.0.0, port_value: 443", &*listen),
        ("port_value: 8080", &*format!("port_value: {}", place.gateway)),
        ("port_value: 3000", &*format!("port_value: {}", place.site)),
        ("/etc/ssl/example.com.crt", &*place.certificate),
        ("/etc/ssl/example.com.key", &*place.key),
    ];
    let path = place.directory.write("envoy.yaml", &Place::fill(documented, &parts));
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

/// FW-03, FW-04
#[tokio::test]
async fn envoy_gateway_passes_no_forged_header() {
    checks::passes_no_forged_header(GATEWAY).await;
}

/// FW-14, FW-20, FW-24
#[tokio::test]
async fn envoy_streams_until_the_session_ends() {
    checks::streams_until_the_session_ends(ENVOY).await;
}

/// FW-12, FW-20
#[tokio::test]
async fn a_browser_signs_in_through_envoy() {
    checks::a_browser_signs_in(ENVOY).await;
}

/// FW-03, FW-06, FW-09
#[tokio::test]
async fn envoy_judges_what_reaches_the_site() {
    hostile::judges_what_reaches_the_site(ENVOY).await;
}

#[tokio::test]
async fn envoy_asks_for_a_new_login() {
    checks::asks_for_a_new_login(ENVOY).await;
}
