//! An independent client of OAuth 1.0a (`requests-oauthlib`) logs in at our emulation, so that the emulation verifies the
//! signatures of other implementations.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use vestibule::base::clock::Clock;

use crate::emulations::photos::{CONSUMER, CONSUMER_SECRET, Photos};

fn python(input: &Value) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join(".dev/venv/bin/python");
    assert!(python.exists(), "{} is missing: run scripts/bootstrap-test", python.display());
    let mut command = Command::new(python);
    command.arg(root.join("tests/peers/oauth1.py"));
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("python");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A process that ends without reading is judged by its exit status.
    let _unread = stdin.write_all(input.to_string().as_bytes());
    drop(stdin);
    child.wait_with_output().expect("its end")
}

fn at(photos: &Photos, method: &str) -> Value {
    json!({
        "origin": photos.site.origin, "method": method, "client_id": CONSUMER, "client_secret": CONSUMER_SECRET,
        "private_key": &*photos.pem, "me": "/api/me?fields=id,name&q=%2B+%C3%A9*",
    })
}

#[test]
fn an_independent_client_logs_in_with_every_method() {
    for method in ["HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1", "PLAINTEXT"] {
        let photos = Photos::start(method, Clock::system());
        let ended = python(&at(&photos, method));
        let (said, why) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        assert!(ended.status.success(), "{method}: {:?} {why}", photos.refused());
        let said: Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!(said["user"]["id"], 6_253_282, "{method}");
        assert_eq!(photos.refused(), Vec::<String>::new(), "{method}");
    }
}

/// The emulation rejects another secret, client id, method or time.
#[test]
fn an_independent_client_is_rejected_for_every_fault() {
    let clock = Clock::shifted();
    for (name, value, expected) in [
        ("client_secret", json!("another"), "signature_invalid"),
        ("client_id", json!("another"), "consumer_key_unknown"),
        ("method", json!("HMAC-SHA256"), "signature_method_rejected"),
        ("", json!(null), "timestamp_refused"),
    ] {
        let photos = Photos::start("HMAC-SHA1", clock.0.clone());
        let mut at = at(&photos, "HMAC-SHA1");
        match name {
            "" => clock.1.advance(chrono::TimeDelta::minutes(6)),
            name => at[name] = value,
        }
        let ended = python(&at);
        assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
        assert_eq!(photos.refused(), [expected]);
    }
}
