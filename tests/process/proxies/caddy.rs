//! Caddy with `forward_auth`.

use std::process::Command;

use super::deployment::{Kind, Place};
use super::program::installed;
use super::{checks, hostile};
use crate::ports;
use crate::snippets::named;

const CADDY: Kind = Kind { command, redirect: false, passes_cookie: false, reports_port: false };

fn command(place: &Place) -> Command {
    let parts = [
        ("127.0.0.1:8080", &*format!("127.0.0.1:{}", place.gateway)),
        ("127.0.0.1:3000", &*format!("127.0.0.1:{}", place.site)),
        ("/etc/ssl/example.com.crt", &*place.certificate),
        ("/etc/ssl/example.com.key", &*place.key),
    ];
    let documented = Place::fill(&named("proxy-caddy"), &parts);
    let own = format!("admin off\nhttp_port {}\nhttps_port {}", ports::free::<1>(), place.port);
    let text = format!("{{\n{own}\nauto_https disable_redirects\ndefault_bind 127.0.0.1\n}}\n{documented}");
    let path = place.directory.write("Caddyfile", &text);
    let mut command = Command::new(installed("usr/bin/caddy"));
    command.args(["run", "--adapter", "caddyfile", "--config", &path]);
    command.env("XDG_DATA_HOME", place.directory.path()).env("XDG_CONFIG_HOME", place.directory.path());
    command
}

/// FW-01, FW-11, FW-12
#[tokio::test]
async fn caddy_signs_people_in() {
    checks::signs_people_in(CADDY).await;
}

/// FW-03, FW-04, FW-22
#[tokio::test]
async fn caddy_passes_no_forged_header() {
    checks::passes_no_forged_header(CADDY).await;
}

/// FW-14, FW-20, FW-24
#[tokio::test]
async fn caddy_streams_until_the_session_ends() {
    checks::streams_until_the_session_ends(CADDY).await;
}

/// FW-12, FW-20
#[tokio::test]
async fn a_browser_signs_in_through_caddy() {
    checks::a_browser_signs_in(CADDY).await;
}

/// FW-03, FW-06, FW-09
#[tokio::test]
async fn caddy_judges_what_reaches_the_site() {
    hostile::judges_what_reaches_the_site(CADDY).await;
}

#[tokio::test]
async fn caddy_asks_for_a_new_login() {
    checks::asks_for_a_new_login(CADDY).await;
}
