//! The Kubernetes manifests of `docs/proxies/kubernetes.md`. Running them needs a cluster. So these tests check the
//! YAML, and compare the settings with the configurations that the other tests run. `envoy.rs` runs Envoy with the
//! settings of the Envoy Gateway manifest.

use std::path::Path;
use std::process::Command;

use crate::peer;
use crate::snippets::{named, root};

const MANIFESTS: [&str; 4] =
    ["proxy-kubernetes-traefik", "proxy-kubernetes-envoy", "proxy-kubernetes-nginx", "proxy-kubernetes-haproxy"];

#[test]
fn yamllint_accepts_the_manifests() {
    let yamllint = Path::new(env!("CARGO_MANIFEST_DIR")).join(".dev/venv/bin/yamllint");
    for name in MANIFESTS {
        let mut command = Command::new(&yamllint);
        let ended = peer::run(command.args(["--strict", "-"]).current_dir(root()), &format!("---\n{}", named(name)));
        assert_eq!(ended.code, Some(0), "{name}: {}{}", ended.stdout, ended.stderr);
    }
}

/// The middleware has the same settings as the one with which the tests run Traefik.
#[test]
fn the_traefik_middleware_has_the_settings_of_the_tested_one() {
    let (manifest, run) = (named("proxy-kubernetes-traefik"), named("proxy-traefik-dynamic"));
    let settings = |text: &str| {
        let (_, middleware) = text.split_once("forwardAuth:").expect("the middleware");
        let lines = middleware.lines().map(str::trim).filter(|line| !line.starts_with('#') && !line.is_empty());
        let settings = lines.skip_while(|line| line.starts_with("address:"));
        settings
            .take_while(|line| line.starts_with("auth") || line.starts_with("- ") || line.starts_with("(?i)"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(settings(&manifest), settings(&run));
    assert!(settings(&run).len() > 8, "{:?}", settings(&run));
}

/// FW-04: each line of the frontend is also in the configuration with which the tests run `HAProxy`, in the same order.
#[test]
fn the_haproxy_lines_are_in_the_tested_configuration() {
    let (manifest, run) = (named("proxy-kubernetes-haproxy"), named("proxy-haproxy"));
    let run: Vec<&str> = run.lines().map(str::trim).collect();
    let lines: Vec<&str> = manifest.lines().filter_map(|line| line.strip_prefix("    ")).map(str::trim).collect();
    assert_eq!(lines.len(), 13, "{lines:?}");
    let positions: Vec<_> = lines.iter().map(|line| run.iter().position(|known| known == line)).collect();
    assert!(positions.iter().all(Option::is_some) && positions.is_sorted(), "{positions:?} of {lines:?}");
    assert!(lines.contains(&"http-request del-header [^a-z0-9-] -m reg"));
}

/// FW-03, FW-04: as in the configuration with which the tests run nginx, headers whose names have `-` are overwritten,
/// and headers whose names have `_` are dropped.
#[test]
fn the_nginx_settings_are_in_the_tested_configuration() {
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
