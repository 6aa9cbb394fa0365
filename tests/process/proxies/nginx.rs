//! nginx with `auth_request`.

use std::process::Command;

use super::deployment::{Deployment, Kind, Place, SITE};
use super::program::installed;
use super::{checks, hostile};
use crate::directory::Directory;
use crate::snippets::named;

const NGINX: Kind = Kind { command, redirect: false, passes_cookie: false, reports_port: false };
const UNDERSCORES: Kind = Kind { command: with_underscores, ..NGINX };
const NARROWED: Kind = Kind { command: narrowed, ..NGINX };
const INGRESS: Kind = Kind { command: as_ingress, ..NGINX };

fn command(place: &Place) -> Command {
    start(place, &named("proxy-nginx"))
}

fn with_underscores(place: &Place) -> Command {
    let more = format!("{}        proxy_pass http://127.0.0.1:3000;", named("proxy-nginx-underscores"));
    let parts =
        [("underscores_in_headers off;", "underscores_in_headers on;"), ("proxy_pass http://127.0.0.1:3000;", &*more)];
    start(place, &Place::fill(&named("proxy-nginx"), &parts))
}

/// With a location that only some may use.
fn narrowed(place: &Place) -> Command {
    let question = "    location = /_vestibule {";
    let more = format!("{}{question}", named("proxy-nginx-narrowed"));
    start(place, &Place::fill(&named("proxy-nginx"), &[(question, &more)]))
}

/// With the headers of the question that the ingress controller writes, and those of the documented `ConfigMap`.
fn as_ingress(place: &Place) -> Command {
    let manifest = named("proxy-kubernetes-nginx");
    let (_, data) = manifest.split_once("name: vestibule-question\n").expect("the headers of the question");
    let (_, data) = data.split_once("data:\n").expect("its data");
    let pairs = data.lines().map_while(|line| line.strip_prefix("  ")?.split_once(": "));
    let added =
        pairs.map(|(name, value)| format!("proxy_set_header '{name}' '{value}';\n")).collect::<Vec<_>>().concat();
    assert!(!added.is_empty(), "{manifest}");
    let of_controller = format!(
        "proxy_set_header X-Original-URL $scheme://$http_host$request_uri;\nproxy_set_header X-Original-Method $site_method;\n{added}"
    );
    let parts = [
        (
            "        proxy_set_header X-Forwarded-Host   $host;\n        proxy_set_header X-Forwarded-Proto  $scheme;\n",
            &*of_controller,
        ),
        ("        proxy_set_header X-Forwarded-Uri    $request_uri;\n", ""),
        ("        proxy_set_header X-Forwarded-Method $site_method;\n", ""),
        ("        proxy_set_header X-Original-URL \"\";\n", ""),
        ("        proxy_set_header X-Original-Method \"\";\n", ""),
    ];
    start(place, &Place::fill(&named("proxy-nginx"), &parts))
}

fn start(place: &Place, documented: &str) -> Command {
    let port = place.port;
    let site = place.directory.write("vestibule_site.conf", &named("proxy-nginx-site"));
    let log = place.directory.write("login.log", "");
    let parts = [
        ("listen 443", &*format!("listen 127.0.0.1:{port}")),
        ("127.0.0.1:8080", &*format!("127.0.0.1:{}", place.gateway)),
        ("127.0.0.1:3000", &*format!("127.0.0.1:{}", place.site)),
        ("/etc/ssl/example.com.crt", &*place.certificate),
        ("/etc/ssl/example.com.key", &*place.key),
        ("/etc/nginx/vestibule_site.conf", &*site),
        ("/var/log/nginx/login.log", &*log),
    ];
    serving(&place.directory, &Place::fill(documented, &parts))
}

/// nginx with a configuration that is included in `http`, and its files in a directory.
pub fn serving(directory: &Directory, configuration: &str) -> Command {
    let root = directory.path().display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path {root}/{what};\n"))
        .concat();
    let text = format!(
        "daemon off;\nmaster_process off;\npid {root}/pid;\nerror_log stderr info;\nevents {{}}\nhttp {{\naccess_log off;\n\
         {temporary}{configuration}}}\n"
    );
    let path = directory.write("nginx.conf", &text);
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

/// FW-03, FW-06, FW-09
#[tokio::test]
async fn nginx_judges_what_reaches_the_site() {
    hostile::judges_what_reaches_the_site(NGINX).await;
}

/// FW-06, FW-09: nginx with the question of the ingress controller, which reports the header `Host`.
#[tokio::test]
async fn nginx_of_an_ingress_judges_what_reaches_the_site() {
    hostile::judges_what_reaches_the_site(INGRESS).await;
}

/// FW-11: both questions have the conditions of the location, and the browser never gets what is for the site.
#[tokio::test]
async fn a_location_of_nginx_for_some_refuses_the_others() {
    let deployment = Deployment::of(NARROWED).await;
    let report = format!("{SITE}/reports/1");
    for (person, status) in [("ada", 200), ("alan", 403)] {
        let visitor = deployment.visitor();
        deployment.sign_in(&visitor, &[("person", person)]).await;
        let page = visitor.get(&report).await;
        assert_eq!(page.status, status, "{page}\n{}", deployment.logs());
        let names = page.headers.keys().filter(|name| name.as_str().starts_with("x-auth-request"));
        assert_eq!(names.count() + page.headers.get_all("authorization").iter().count(), 0, "{:?}", page.headers);
        assert_eq!(visitor.get(format!("{SITE}/other")).await.status, 200);
    }
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

/// Also the second question of a location, which a refused one leads to.
#[tokio::test]
async fn nginx_asks_for_a_new_login() {
    checks::asks_for_a_new_login(NGINX).await;
}
