//! Apache with a script for `mod_lua`.

use std::process::Command;

use super::deployment::{Kind, Place};
use super::{checks, hostile};
use crate::snippets::named;

const APACHE: Kind = Kind { command, redirect: false, passes_cookie: false, reports_port: false };

/// The modules that the documented `a2enmod` enables, and those that Debian enables by itself.
const MODULES: [&str; 11] = [
    "authn_core",
    "authz_core",
    "headers",
    "http2",
    "lua",
    "mpm_event",
    "proxy",
    "proxy_http",
    "proxy_wstunnel",
    "rewrite",
    "ssl",
];

fn command(place: &Place) -> Command {
    let gateway = format!("127.0.0.1:{}", place.gateway);
    let script = Place::fill(&named("proxy-apache-lua"), &[("127.0.0.1:8080", &gateway)]);
    let script = place.directory.write("vestibule.lua", &script);
    let listen = format!("127.0.0.1:{}", place.port);
    let parts = [
        ("Listen 443", &*format!("Listen {listen}")),
        ("*:443", &*listen),
        ("127.0.0.1:8080", &*gateway),
        ("127.0.0.1:3000", &*format!("127.0.0.1:{}", place.site)),
        ("/etc/ssl/example.com.crt", &*place.certificate),
        ("/etc/ssl/example.com.key", &*place.key),
        ("/etc/apache2/vestibule.lua", &*script),
    ];
    let documented = Place::fill(&named("proxy-apache"), &parts);
    let load = |name: &str| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n");
    let (root, modules) = (place.directory.path().display(), MODULES.map(load).concat());
    let text = format!(
        "ServerRoot {root}\nServerName 127.0.0.1\nPidFile {root}/pid\nDefaultRuntimeDir {root}\nUser www-data\nGroup www-data\n\
         ErrorLog /dev/stderr\nDocumentRoot {root}\n{modules}{documented}"
    );
    let path = place.directory.write("apache.conf", &text);
    let mut command = Command::new("/usr/sbin/apache2");
    // In one process, so that a kill ends all of it.
    command.args(["-X", "-f", &path]);
    command
}

/// FW-01, FW-11, FW-12
#[tokio::test]
async fn apache_signs_people_in() {
    checks::signs_people_in(APACHE).await;
}

/// FW-03, FW-04, FW-22
#[tokio::test]
async fn apache_passes_no_forged_header() {
    checks::passes_no_forged_header(APACHE).await;
}

/// FW-14, FW-20, FW-24
#[tokio::test]
async fn apache_streams_until_the_session_ends() {
    checks::streams_until_the_session_ends(APACHE).await;
}

/// FW-12, FW-20
#[tokio::test]
async fn a_browser_signs_in_through_apache() {
    checks::a_browser_signs_in(APACHE).await;
}

/// FW-03, FW-06, FW-09
#[tokio::test]
async fn apache_judges_what_reaches_the_site() {
    hostile::judges_what_reaches_the_site(APACHE).await;
}

#[tokio::test]
async fn apache_asks_for_a_new_login() {
    checks::asks_for_a_new_login(APACHE).await;
}
