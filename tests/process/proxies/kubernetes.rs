//! The manifests for Kubernetes, which need a cluster: their YAML, and the settings that they share with what is run.

use std::path::Path;
use std::process::Command;

use crate::peer;
use crate::snippets::{named, root};

/// The documented manifests.
const MANIFESTS: [&str; 3] = ["proxy-kubernetes-traefik", "proxy-kubernetes-envoy", "proxy-kubernetes-nginx"];

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
            .take_while(|line| line.starts_with("auth") || line.starts_with("- "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(settings(&manifest), settings(&run));
    assert!(settings(&run).len() > 8, "{:?}", settings(&run));
}
