//! nginx with `auth_request`.

use std::process::Command;

use super::checks;
use super::deployment::{Kind, Place};
use super::program::installed;
use crate::snippets::named;

const NGINX: Kind = Kind { command, redirect: false, passes_cookie: false };
const UNDERSCORES: Kind = Kind { command: with_underscores, ..NGINX };

fn command(place: &Place) -> Command {
    start(place, &named("proxy-nginx"))
}

fn with_underscores(place: &Place) -> Command {
    let more = format!("{}        proxy_pass http://127.0.0.1:3000;", named("proxy-nginx-underscores"));
    let parts =
        [("underscores_in_headers off;", "underscores_in_headers on;"), ("proxy_pass http://127.0.0.1:3000;", &*more)];
    start(place, &Place::fill(&named("proxy-nginx"), &parts))
}

fn start(place: &Place, documented: &str) -> Command {
    let (port, root) = (place.port, place.directory.path().display());
    let parts = [
        ("listen 443", &*format!("listen 127.0.0.1:{port}")),
        ("127.0.0.1:8080", &*format!("127.0.0.1:{}", place.gateway)),
        ("127.0.0.1:3000", &*format!("127.0.0.1:{}", place.site)),
        ("/etc/ssl/example.com.crt", &*place.certificate),
        ("/etc/ssl/example.com.key", &*place.key),
    ];
    let documented = Place::fill(documented, &parts);
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path {root}/{what};\n"))
        .concat();
    let text = format!(
        "daemon off;\nmaster_process off;\npid {root}/pid;\nerror_log stderr info;\nevents {{}}\nhttp {{\naccess_log off;\n\
         {temporary}{documented}}}\n"
    );
    let path = place.directory.write("nginx.conf", &text);
    let mut command = Command::new(installed("usr/sbin/nginx"));
    command.args(["-p", &root.to_string(), "-e", "stderr", "-c", &path]);
    command
}

/// FW-01, FW-11, FW-12
#[tokio::test]
async fn nginx_signs_people_in() {
    checks::signs_people_in(NGINX).await;
}

/// FW-03, FW-04, FW-22, IO-09
#[tokio::test]
async fn nginx_passes_no_forged_header() {
    checks::passes_no_forged_header(NGINX).await;
}

/// FW-04: also where names with underscores are not dropped.
#[tokio::test]
async fn nginx_with_underscores_passes_no_forged_header() {
    checks::passes_no_forged_header(UNDERSCORES).await;
}

/// FW-14, FW-20, FW-24
#[tokio::test]
async fn nginx_streams_until_the_session_ends() {
    checks::streams_until_the_session_ends(NGINX).await;
}

/// FW-12, FW-20
#[tokio::test]
async fn a_browser_signs_in_through_nginx() {
    checks::a_browser_signs_in(NGINX).await;
}
