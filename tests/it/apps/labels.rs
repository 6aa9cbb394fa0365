//! `sessions.tags`: labels of sessions by their flow, and one session of each label.

use std::process::Command;

use serde_json::Value;

use crate::sessions::races::four_logins;
use crate::support::device::Device;
use crate::support::{Gateway, Setup};

const TAGS: &str = "[sessions.tags]\nbrowser = 'web'\nspa = 'app.1'\n";

fn live(gateway: &Gateway, tag: &str) -> i64 {
    let tag = if tag.is_empty() { "IS NULL".to_owned() } else { format!("= '{tag}'") };
    gateway.database.number(&format!("SELECT count(*) FROM sessions WHERE ended_at IS NULL AND tag {tag}"))
}

async fn listed(gateway: &Gateway, device: &Device) -> Vec<Value> {
    assert!(!gateway.base.is_empty());
    device.browser.fetch("/sessions").await.json()["sessions"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn sessions_are_labelled_by_flow() {
    for (toml, browser, spa) in
        [(TAGS, Some("web"), Some("app.1")), ("[sessions.tags]\nspa = 'only'\n", None, Some("only")), ("", None, None)]
    {
        let gateway = Gateway::with(toml);
        let device = Device::sign_in(&gateway, "alice").await;
        gateway.browser().sign_in_json("alice").await;
        let tags: Vec<_> = listed(&gateway, &device).await.iter().map(|listed| listed.get("tag").cloned()).collect();
        assert_eq!(tags, [spa, browser].map(|tag| tag.map(Value::from)), "newest first");
    }
}

/// One session of each tag; sessions without one are not limited, and the apps under an ended one end.
#[tokio::test]
async fn one_per_user_by_tag() {
    let gateway = Gateway::with(&format!("[sessions]\none_per_user = 'tag'\n{TAGS}"));
    let first = Device::sign_in(&gateway, "alice").await;
    let bob = Device::sign_in(&gateway, "bob").await;
    gateway.browser().sign_in_json("alice").await;
    assert_eq!((first.status().await, live(&gateway, "web"), live(&gateway, "app.1")), (200, 2, 1));
    let second = Device::sign_in(&gateway, "alice").await;
    assert_eq!((first.status().await, second.status().await, bob.status().await), (401, 200, 200));
    assert_eq!(crate::support::device::reason(&gateway, &first.sid), "one_per_user");
    gateway.browser().sign_in_json("alice").await;
    assert_eq!((second.status().await, live(&gateway, "app.1")), (200, 1));
    let free = Gateway::with("[sessions]\none_per_user = 'tag'\n[sessions.tags]\nspa = 'app'\n");
    let devices = [Device::sign_in(&free, "alice").await, Device::sign_in(&free, "alice").await];
    for device in &devices {
        assert_eq!(device.status().await, 200);
    }
    for _ in 0..3 {
        free.browser().sign_in_json("alice").await;
    }
    assert_eq!((live(&free, ""), live(&free, "app")), (2, 1));
}

/// SE-20: two concurrent logins leave one.
#[tokio::test]
async fn one_per_user_by_tag_holds_for_concurrent_logins() {
    let toml = format!("[sessions]\none_per_user = 'tag'\n{TAGS}");
    let gateway = Gateway::with(&toml);
    let other = Setup::beside(&gateway).toml(&toml).start();
    for _ in 0..5 {
        assert_eq!(four_logins(&gateway, &other).await, [303; 4]);
        assert_eq!(live(&gateway, "web"), 1);
    }
}

/// `vestibule sessions list|revoke --tag`.
#[tokio::test]
async fn the_commands_filter_by_tag() {
    let gateway = Gateway::with(TAGS);
    let device = Device::sign_in(&gateway, "alice").await;
    gateway.browser().sign_in_json("alice").await;
    gateway.browser().sign_in_json("bob").await;
    let file = std::env::temp_dir().join(format!("{}.toml", uuid::Uuid::new_v4()));
    std::fs::write(&file, gateway.database.configuration()).expect("written");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        let output = command.arg("--config").arg(&file).args(arguments).output().expect("the program runs");
        (output.status.success(), String::from_utf8(output.stdout).expect("UTF-8"))
    };
    let count = |arguments: &[&str]| {
        let (good, text) = run(arguments);
        assert!(good, "{text}");
        text.lines().filter(|line| line.contains("  tag ")).count()
    };
    assert_eq!(count(&["sessions", "list"]), 3);
    assert_eq!(count(&["sessions", "list", "--tag", "app.1"]), 2);
    assert_eq!(count(&["sessions", "list", "--tag", "nothing"]), 0);
    assert_eq!(count(&["sessions", "list", "--user", "alice@example.com", "--tag", "app.1"]), 1);
    assert_eq!(count(&["sessions", "revoke", "alice@example.com", "--tag", "app.1", "--dry-run"]), 1);
    let (good, text) = run(&["sessions", "revoke", "alice@example.com", "--tag", "app.1"]);
    assert!(good && text.contains("1 session"), "{text}");
    assert_eq!((device.status().await, live(&gateway, "web"), live(&gateway, "app.1")), (200, 1, 1));
    let _gone = std::fs::remove_file(&file);
}
