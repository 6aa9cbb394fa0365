//! `HAProxy` with a Lua action.

use std::process::Command;

use super::deployment::{Kind, Place};
use super::program::installed;
use super::{checks, hostile};
use crate::snippets::named;

const HAPROXY: Kind = Kind { command, redirect: false, passes_cookie: false, reports_port: false };

fn command(place: &Place) -> Command {
    let gateway = format!("127.0.0.1:{}", place.gateway);
    let script = Place::fill(&named("proxy-haproxy-lua"), &[("127.0.0.1:8080", &gateway)]);
    let script = place.directory.write("vestibule.lua", &script);
    let parts = [
        ("bind :443", &*format!("bind 127.0.0.1:{}", place.port)),
        ("127.0.0.1:8080", &*gateway),
        ("127.0.0.1:3000", &*format!("127.0.0.1:{}", place.site)),
        ("/etc/haproxy/example.com.pem", &*place.both),
        ("/etc/haproxy/vestibule.lua", &*script),
    ];
    let path = place.directory.write("haproxy.cfg", &Place::fill(&named("proxy-haproxy"), &parts));
    let mut command = Command::new(installed("usr/sbin/haproxy"));
    command.args(["-db", "-f", &path]);
    command
}

/// FW-01, FW-11, FW-12
#[tokio::test]
async fn haproxy_signs_people_in() {
    checks::signs_people_in(HAPROXY).await;
}

/// FW-03, FW-04, FW-22
#[tokio::test]
async fn haproxy_passes_no_forged_header() {
    checks::passes_no_forged_header(HAPROXY).await;
}

/// FW-14, FW-20, FW-24
#[tokio::test]
async fn haproxy_streams_until_the_session_ends() {
    checks::streams_until_the_session_ends(HAPROXY).await;
}

/// FW-12, FW-20
#[tokio::test]
async fn a_browser_signs_in_through_haproxy() {
    checks::a_browser_signs_in(HAPROXY).await;
}

/// FW-03, FW-06, FW-09
#[tokio::test]
async fn haproxy_judges_what_reaches_the_site() {
    hostile::judges_what_reaches_the_site(HAPROXY).await;
}

#[tokio::test]
async fn haproxy_asks_for_a_new_login() {
    checks::asks_for_a_new_login(HAPROXY).await;
}
