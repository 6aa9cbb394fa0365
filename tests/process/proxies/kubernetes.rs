//! The manifests for Kubernetes, which need a cluster: their YAML, and the settings that they share with what is run. The Envoy of
//! Envoy Gateway is run with those settings (`envoy.rs`).

use std::path::Path;
use std::process::Command;

use crate::peer;
use crate::snippets::{named, root};

const MANIFESTS: [&str; 4] =
    ["proxy-kubernetes-traefik", "proxy-kubernetes-envoy", "proxy-kubernetes-nginx", "proxy-kubernetes-haproxy"];

#[test]
fn manifests_are_strict_yaml() {
    let yamllint = Path::new(env!("CARGO_MANIFEST_DIR")).join(".dev/venv/bin/yamllint");
    for name in MANIFESTS {
        let mut command = Command::new(&yamllint);
        let ended = peer::run(command.args(["--strict", "-"]).current_dir(root()), &format!("---\n{}", named(name)));
        assert_eq!(ended.code, Some(0), "{name}: {}{}", ended.stdout, ended.stderr);
    }
}

/// The middleware is the one that Traefik runs with in the tests.
#[test]
fn the_middleware_for_kubernetes_is_the_one_that_is_run() {
    let (manifest, run) = (named("proxy-kubernetes-traefik"), named("proxy-traefik-dynamic"));
    let settings = |text: &str| {
        let (_, middleware) = text.split_once("forwardAuth:").expect("the middleware");
        let lines = middleware.lines().map(str::trim).filter(|line| !line.starts_with('#') && !line.is_empty());
        let wanted = lines.skip_while(|line| line.starts_with("address:"));
        wanted
            .take_while(|line| line.starts_with("auth") || line.starts_with("- ") || line.starts_with("(?i)"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(settings(&manifest), settings(&run));
    assert!(settings(&run).len() > 8, "{:?}", settings(&run));
}

/// FW-04: the lines of the frontend are those that `HAProxy` runs with in the tests, in their order.
#[test]
fn the_lines_for_haproxy_are_those_that_are_run() {
    let (manifest, run) = (named("proxy-kubernetes-haproxy"), named("proxy-haproxy"));
    let run: Vec<&str> = run.lines().map(str::trim).collect();
    let lines: Vec<&str> = manifest.lines().filter_map(|line| line.strip_prefix("    ")).map(str::trim).collect();
    assert_eq!(lines.len(), 13, "{lines:?}");
    let places: Vec<_> = lines.iter().map(|line| run.iter().position(|known| known == line)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} of {lines:?}");
    assert!(lines.contains(&"http-request del-header [^a-z0-9-] -m reg"));
}

/// FW-03, FW-04: nginx overwrites the names with `-` and drops those with `_`, as the configuration that is run.
#[test]
fn the_settings_for_nginx_are_those_that_are_run() {
    let (manifest, run) = (named("proxy-kubernetes-nginx"), named("proxy-nginx") + &named("proxy-nginx-site"));
    assert!(run.contains("underscores_in_headers off;") && run.contains("ignore_invalid_headers on;"));
    assert!(manifest.contains("enable-underscores-in-headers: \"false\"\n  ignore-invalid-headers: \"true\""));
    let (_, after) = manifest.split_once("auth-response-headers: >-").expect("the annotation");
    let overwritten = after.lines().nth(1).expect("the names").trim().split(',');
    for name in overwritten {
        assert!(run.contains(&format!("proxy_set_header {name} ")), "{name}");
    }
    assert_eq!(after.lines().nth(1).expect("the names").matches("X-Auth-Request-").count(), 4);
}
