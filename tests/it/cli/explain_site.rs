//! `vestibule explain --host`: which rule decides on a request to a site, and whether a person passes.

use serde_json::{Value, json};
use vestibule::base::clock::Clock;

use super::explain::ExplainDirectory;

const SITES: &str = "
[server]
public_url = 'https://login.example.com'
[sessions.cookie]
domain = 'example.com'
[providers.op]
issuer = 'https://op.example'
client_id = 'v'
client_secret = 's'
[resources.tools]
resource = 'https://tools.example.com/mcp'
scopes = ['tools.write']
[[verify.rules]]
hosts = ['wiki.example.com']
paths = ['/public/**']
methods = ['GET']
allow = { anyone = true }
[[verify.rules]]
hosts = ['wiki.example.com']
paths = ['/internal/**']
allow = { deny = true }
[[verify.rules]]
hosts = ['wiki.example.com']
paths = ['/tools/**']
scopes = ['tools.write']
[[verify.rules]]
hosts = ['wiki.example.com']
scopes = ['openid', 'email']
allow = { groups = ['staff'], claims = { '/department' = 'ops' }, max_age = '1h' }
";

#[test]
fn the_rule_that_decides_is_named() {
    let directory = ExplainDirectory::with(SITES);
    let explained = |words: &[&str]| {
        let output = directory.run(&[words, &["--json"]].concat());
        let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        (json["rule"].as_u64(), json["passes"].as_bool(), json["why"].as_str().unwrap_or_default().to_owned())
    };
    for (host, path, method, rule, passes, why) in [
        ("wiki.example.com", "/public/x", "HEAD", Some(0), Some(true), "anyone = true"),
        ("WIKI.example.com.", "/internal/x", "GET", Some(1), Some(false), "deny = true"),
        ("wiki.example.com", "/public/x", "POST", Some(3), None, "scopes: all of openid, email"),
        ("wiki.example.com", "/tools/x", "GET", Some(2), None, "scopes: all of tools.write"),
        ("wiki.example.com", "/", "GET", Some(3), None, "groups: any of staff"),
        ("other.example.com", "/", "GET", None, Some(false), "no rule matches"),
        ("wiki.example.com:8443", "/", "GET", None, Some(false), "no rule names the port 8443"),
        ("wiki.example.com", "/public/../x", "GET", None, Some(false), "such paths are denied"),
    ] {
        let explanation = explained(&["--host", host, "--path", path, "--method", method]);
        assert_eq!((explanation.0, explanation.1), (rule, passes), "{method} {host}{path}: {}", explanation.2);
        assert!(explanation.2.contains(why), "{method} {host}{path}: {}", explanation.2);
    }
    let now = Clock::system().now().timestamp();
    for (changed, path, passes, why) in [
        (json!({}), "/", true, "all conditions hold"),
        (json!({ "groups": ["guests"] }), "/", false, "allow.groups does not hold"),
        (json!({ "department": "sales" }), "/", false, "allow.claims"),
        (json!({ "auth_time": now - 7200 }), "/", false, "not recent"),
        (json!({}), "/tools/x", false, "scopes does not hold"),
    ] {
        let mut claims = json!({ "sub": "ada", "groups": ["staff"], "department": "ops", "auth_time": now });
        let members = changed.as_object().expect("an object").clone();
        claims.as_object_mut().expect("an object").extend(members);
        directory.write("claims.json", &claims.to_string());
        let person = ["--provider", "op", "--claims", "claims.json"];
        let explanation = explained(&[&["--host", "wiki.example.com", "--path", path][..], &person].concat());
        assert!(explanation.1 == Some(passes) && explanation.2.contains(why), "{changed} {path}: {explanation:?}");
    }
    let person = ["--host", "wiki.example.com", "--provider", "op", "--claims", "claims.json"];
    for (groups, line) in [
        (json!(["guests", "interns"]), "wanted [\"staff\"], found [\"guests\",\"interns\"]"),
        (json!(["staff"]), "wanted [\"staff\"], found [\"staff\"]"),
        (Value::Null, "wanted [\"staff\"], found nothing"),
    ] {
        let claims = json!({ "sub": "ada", "groups": groups, "department": "ops", "auth_time": now });
        directory.write("claims.json", &claims.to_string());
        let text = String::from_utf8(directory.run(&person).stdout).expect("UTF-8");
        assert!(text.contains(line) && text.contains("wanted \"ops\", found \"ops\""), "{text}");
    }
    let output = directory.run(&["--host", "a b"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a host"), "{output:?}");
}
