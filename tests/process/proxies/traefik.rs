//! Traefik with `forwardAuth`.

use std::process::Command;

use super::deployment::{Kind, Place};
use super::program::installed;
use super::{checks, hostile};
use crate::snippets::named;

const TRAEFIK: Kind = Kind { command, redirect: false, passes_cookie: true, reports_port: true };

fn command(place: &Place) -> Command {
    let parts = [
        ("127.0.0.1:8080", &*format!("127.0.0.1:{}", place.gateway)),
        ("127.0.0.1:3000", &*format!("127.0.0.1:{}", place.site)),
        ("/etc/ssl/example.com.crt", &*place.certificate),
        ("/etc/ssl/example.com.key", &*place.key),
    ];
    let dynamic = place.directory.write("dynamic.yaml", &Place::fill(&named("proxy-traefik-dynamic"), &parts));
    let address = format!("\"127.0.0.1:{}\"", place.port);
    let parts = [("\":443\"", &*address), ("/etc/traefik/dynamic.yaml", &*dynamic)];
    let path = place.directory.write("traefik.yaml", &Place::fill(&named("proxy-traefik"), &parts));
    let mut command = Command::new(installed("wheels/bin/traefik"));
    command.arg(format!("--configFile={path}"));
    command
}

/// FW-01, FW-11, FW-12
#[tokio::test]
async fn traefik_signs_people_in() {
    checks::signs_people_in(TRAEFIK).await;
}

/// FW-03, FW-04, FW-22
#[tokio::test]
async fn traefik_passes_no_forged_header() {
    checks::passes_no_forged_header(TRAEFIK).await;
}

/// FW-14, FW-20, FW-24
#[tokio::test]
async fn traefik_streams_until_the_session_ends() {
    checks::streams_until_the_session_ends(TRAEFIK).await;
}

/// FW-12, FW-20
#[tokio::test]
async fn a_browser_signs_in_through_traefik() {
    checks::a_browser_signs_in(TRAEFIK).await;
}

/// FW-03, FW-06, FW-09
#[tokio::test]
async fn traefik_judges_what_reaches_the_site() {
    hostile::judges_what_reaches_the_site(TRAEFIK).await;
}

#[tokio::test]
async fn traefik_asks_for_a_new_login() {
    checks::asks_for_a_new_login(TRAEFIK).await;
}
