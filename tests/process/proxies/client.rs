//! Requests that the HTTP library of the tests does not make, by `tests/peers/proxied.mjs`.

use serde_json::{Value, json};

use super::deployment::Deployment;
use super::headers::{FORGED, forged};
use crate::peer::{self, node};

/// Does one action at the first proxy. Returns what was seen.
pub fn act(deployment: &Deployment, action: &str, cookie: &str, input: &str) -> Value {
    let mut command = node("proxied.mjs");
    let ended = peer::run(command.args([action, &deployment.ports[0].to_string(), cookie]), input);
    assert_eq!(ended.code, Some(0), "{action}: {}\n{}", ended.stderr, deployment.logs());
    serde_json::from_str(&ended.stdout).expect("JSON")
}

/// Sends forged headers in every spelling. Returns what reached the site, for each request.
pub fn forge(deployment: &Deployment, cookie: &str) -> Vec<Value> {
    let send = |batch: Vec<(String, String)>| {
        let seen = act(deployment, "headers", cookie, &json!(batch).to_string());
        assert_eq!(seen["status"], 200, "{seen}\n{}", deployment.logs());
        let reached: Value = serde_json::from_str(seen["body"].as_str().expect("a body")).expect("JSON");
        let all = reached["headers"].to_string();
        assert!(!all.contains(FORGED), "{all}");
        reached
    };
    forged().into_iter().map(send).collect()
}
