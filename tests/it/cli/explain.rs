//! `vestibule explain`: the rules of a login applied to a file.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::person::{Person, claims};
use crate::support::{Gateway, ring_key};

const RULES: &str = "
[tokens]
claims = ['email', 'groups']
max_bytes = 1024
[providers.op]
issuer = 'https://op.example'
client_id = 'v'
client_secret = 's'
[providers.op.allow]
email_domains = ['example.com']
groups = ['staff']
claims = { '/hd' = 'example.com' }
[clients.web]
redirect_uris = ['https://web.example/cb']
scopes = ['openid', 'orders']
providers = ['op']
";

/// A temporary directory with a configuration, in which `vestibule explain` runs. It is removed on drop.
pub struct ExplainDirectory(PathBuf);

impl ExplainDirectory {
    /// Creates the directory with `config.toml`. The database of this configuration does not exist.
    pub fn with(config: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!("vestibule-explain-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        let directory = Self(path);
        let base = format!("[database]\nurl = 'postgres://127.0.0.1:1/none'\n[secrets]\nkeys = ['{}']\n", ring_key());
        directory.write("config.toml", &(base + config));
        directory
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("a file");
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.current_dir(&self.0).args(["--config", "config.toml", "explain"]).args(words);
        command
    }

    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("it runs")
    }

    /// The explanation as JSON, and the exit code.
    #[track_caller]
    fn explain(&self, claims: &Value, more: &[&str]) -> (Value, Option<i32>) {
        self.write("claims.json", &claims.to_string());
        let output = self.run(&[&["--provider", "op", "--claims", "claims.json", "--json"], more].concat());
        let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        (json, output.status.code())
    }
}

impl Drop for ExplainDirectory {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

fn good() -> Value {
    json!({"sub": "ada", "email": "ada@example.com", "email_verified": true, "groups": ["staff", "b"], "hd": "example.com",
           "name": "Ada", "acr": "high"})
}

#[test]
fn the_explanation_lists_every_rule() {
    let directory = ExplainDirectory::with(RULES);
    let (reported, code) = directory.explain(&good(), &[]);
    assert_eq!((&reported["admitted"], code), (&json!(true), Some(0)), "{reported}");
    let rules: Vec<_> = reported["rules"].as_array().expect("rules").iter().map(|rule| &rule["rule"]).collect();
    let keys = ["email_domains", "groups", "claims.\"/hd\""].map(|key| json!(format!("providers.op.allow.{key}")));
    assert_eq!(rules, keys.iter().collect::<Vec<_>>());
    let user = json!({"email": "ada@example.com", "email_verified": true, "name": "Ada", "groups": ["staff", "b"]});
    assert_eq!((&reported["user"], &reported["sub"]), (&user, &json!("ada")));
    let token = &reported["tokens"][0]["claims"];
    assert_eq!(
        (&token["email"], &token["groups"], &token["client_id"], &token["acr"]),
        (&json!("ada@example.com"), &json!(["staff", "b"]), &json!("vestibule"), &json!("high"))
    );
    assert_eq!(
        (&reported["tokens"][0]["header"]["typ"], &reported["tokens"][0]["header"]["alg"]),
        (&json!("at+jwt"), &json!("ES256"))
    );

    let mut bad = good();
    bad["groups"] = json!("staff");
    let (reported, code) = directory.explain(&bad, &[]);
    assert_eq!((&reported["admitted"], code), (&json!(false), Some(1)));
    let held: Vec<_> = reported["rules"].as_array().expect("rules").iter().map(|rule| &rule["holds"]).collect();
    assert_eq!(held, [&json!(true), &json!(false), &json!(true)]);
    assert!(
        reported["refused"].as_str().is_some_and(|why| why.starts_with("providers.op.allow.groups does not hold")),
        "{reported}"
    );
    let rule = &reported["rules"][1];
    let why = json!("the groups are a string, not a list; with single_group_as_list = true it is one group");
    let expected = (&why, &json!(["staff"]), &json!("staff"));
    assert_eq!((&rule["why"], &rule["wanted"], &rule["found"]), expected);
    assert_eq!(
        reported["notes"],
        json!([
            "/groups is a string, not a list, so the groups are unknown; if the provider sends a single group as a string, \
             write single_group_as_list = true"
        ])
    );
}

#[test]
fn ignored_claims_are_noted() {
    let directory = ExplainDirectory::with(&RULES.replace("max_bytes = 1024", "max_bytes = 7168"));
    let mut odd = good();
    odd["email_verified"] = json!("true");
    let (reported, code) = directory.explain(&odd, &[]);
    assert_eq!(code, Some(1));
    let note = reported["notes"][0].as_str().expect("a note");
    assert!(note.contains("is the text \"true\"") && note.contains("email_verified_as_text = true"), "{note}");
    let mut many = good();
    many["groups"] =
        std::iter::once(json!("staff")).chain((0..900).map(|number| json!(format!("g{number}")))).collect();
    let (reported, code) = directory.explain(&many, &[]);
    assert_eq!(
        (&reported["groups_sent"], reported["user"]["groups"].as_array().map(Vec::len)),
        (&json!(901), Some(500))
    );
    assert_eq!(code, Some(0), "{reported}");
    assert!(reported["notes"][0].as_str().is_some_and(|note| note.starts_with("of the 901 groups")), "{reported}");
}

const PROFILE: &str = "
[providers.op]
preset = 'github'
client_id = 'v'
client_secret = 's'
allow.email_domains = ['example.com']
";

/// AC-02: the responses are read as in a login.
#[test]
fn profile_responses_are_merged() {
    let directory = ExplainDirectory::with(PROFILE);
    let emails = json!([
        {"email": "old@example.com", "verified": true, "primary": false},
        {"email": "ada@example.com", "verified": true, "primary": true},
    ]);
    let profile = json!({"id": 583_231, "login": "ada", "email": "public@example.com"});
    let mut answers = profile.clone();
    answers["primary_email"] = emails;
    let (reported, code) = directory.explain(&answers, &[]);
    assert_eq!(
        (&reported["user"]["email"], &reported["sub"], code),
        (&json!("ada@example.com"), &json!("583231"), Some(0))
    );
    assert_eq!(reported["notes"], json!([]));
    answers["primary_email"] = json!([{"email": "old@example.com", "verified": true, "primary": false}]);
    assert_eq!(directory.explain(&answers, &[]).1, Some(1));
    let (reported, code) = directory.explain(&profile, &[]);
    assert_eq!((&reported["admitted"], code), (&json!(false), Some(1)));
    assert!(reported["notes"][0].as_str().is_some_and(|note| note.contains("\"primary_email\"")), "{reported}");
}

/// AC-13
#[test]
fn a_user_of_another_tenant_is_refused() {
    let directory = ExplainDirectory::with(
        "[providers.op]\npreset = 'microsoft-multi'\nclient_id = 'v'\nclient_secret = 's'\n\
         tenants = ['11111111-2222-3333-4444-555555555555']\n",
    );
    let claims = |tid: &str| json!({"sub": "ada", "tid": tid});
    let (reported, code) = directory.explain(&claims("66666666-7777-8888-9999-000000000000"), &[]);
    assert_eq!((&reported["admitted"], code), (&json!(false), Some(1)));
    assert_eq!(reported["rules"][0]["rule"], "providers.op.tenants");
    let (reported, code) = directory.explain(&claims("11111111-2222-3333-4444-555555555555"), &[]);
    assert_eq!((&reported["sub"], code), (&json!("11111111-2222-3333-4444-555555555555/ada"), Some(0)));
}

/// The gateway reads only `name` from the form parameter `user` of Apple.
#[test]
fn the_user_parameter_of_apple_gives_the_name() {
    let directory = ExplainDirectory::with(RULES);
    let mut id_token = good();
    id_token.as_object_mut().expect("claims").remove("name");
    let user = json!({"name": {"firstName": "Ada", "lastName": "Lovelace"}, "email": "victim@example.com"});
    for user in [user.clone(), json!(user.to_string())] {
        let (reported, code) = directory.explain(&json!({"id_token": id_token, "user": user}), &[]);
        assert_eq!((&reported["user"]["name"], code), (&json!("Ada Lovelace"), Some(0)));
        assert_eq!(reported["user"]["email"], "ada@example.com");
    }
}

/// A gateway issues a token with the explained claims and size.
#[tokio::test]
async fn the_explained_token_equals_that_of_a_login() {
    let config = "[tokens]\nclaims = ['email', 'name', 'groups']\n[providers.op]\nuserinfo = 'never'\n";
    let gateway = Gateway::with(config);
    gateway.op.set_claims(json!({"groups": ["staff", "b"], "acr": "high", "amr": ["pwd"]}));
    let browser = gateway.browser();
    let issued = browser.sign_in_json("ada").await;
    let (issued, bytes) = (claims(&issued["api"]["access"]), issued["api"]["access"].as_str().map(str::len));
    let directory = ExplainDirectory::with(&format!(
        "[server]\npublic_url = '{}'\n{config}issuer = '{}'\nclient_id = 'v'\nclient_secret = 's'\n",
        gateway.public_url, gateway.op.issuer
    ));
    let said = json!({"sub": "ada", "email": "ada@example.com", "email_verified": true, "name": "ada of Example",
                      "groups": ["staff", "b"], "acr": "high", "amr": ["pwd"], "auth_time": issued["auth_time"]});
    let (reported, _) = directory.explain(&said, &[]);
    let token = &reported["tokens"][0];
    let own = ["iat", "exp", "jti", "sub", "sid", "auth_time", "status"];
    let compared = |claims: &Value| {
        let mut claims = claims.as_object().expect("claims").clone();
        claims.extend(own.map(|name| (name.to_owned(), json!("its own"))));
        claims
    };
    assert_eq!(compared(&token["claims"]), compared(&issued));
    let (reported, issued) =
        (token["bytes"].as_u64().expect("bytes"), u64::try_from(bytes.expect("a token")).expect("bytes"));
    assert!((issued..issued + 24).contains(&reported), "{reported} reported, {issued} issued");
    Person::at(&gateway, "op", "ada").await;
}

#[test]
fn the_token_of_an_app_and_its_limits_are_explained() {
    let directory = ExplainDirectory::with(RULES);
    let (reported, code) = directory.explain(&good(), &["--client", "web"]);
    assert_eq!((reported["tokens"].as_array().map(Vec::len), code), (Some(2), Some(0)));
    let claims = &reported["tokens"][1]["claims"];
    assert_eq!((&claims["client_id"], &claims["scope"]), (&json!("web"), &json!("openid orders")));

    // The rules of `clients.web.allow` apply only to this client, and its token has only the groups that match
    // `clients.web.groups`.
    let stricter = "groups = ['st*']\n[clients.web.allow]\ngroups = ['board']\nclaims = { '/hd' = 'example.com' }\n";
    let strict = ExplainDirectory::with(&format!("{RULES}{stricter}"));
    let (reported, code) = strict.explain(&good(), &["--client", "web"]);
    let why = "clients.web.allow.groups does not hold: none of them is among the person's groups";
    assert_eq!((&reported["refused"], code), (&json!(why), Some(1)), "{reported}");
    assert_eq!(reported["tokens"][1]["claims"]["groups"], json!(["staff"]), "{reported}");
    assert_eq!(strict.explain(&good(), &[]).1, Some(0));

    let mut large = good();
    large["groups"] = (0..200).map(|number| json!(format!("group-{number}"))).chain([json!("staff")]).collect();
    let (reported, code) = directory.explain(&large, &[]);
    assert_eq!(
        (&reported["admitted"], code, &reported["tokens"][0]["largest"]["claim"]),
        (&json!(false), Some(1), &json!("groups"))
    );
    assert!(reported["refused"].as_str().is_some_and(|why| why.contains("tokens.max_bytes is 1024")), "{reported}");

    let directory = ExplainDirectory::with(&RULES.replace("providers = ['op']", "providers = []"));
    assert_eq!(directory.explain(&good(), &["--client", "web"]).1, Some(0));
}

/// AC-02: as in a login.
#[test]
fn userinfo_is_merged_with_the_id_token() {
    let directory = ExplainDirectory::with(RULES);
    let id_token = json!({"sub": "ada", "hd": "example.com", "groups": ["staff"]});
    let userinfo = json!({"sub": "ada", "email": "ada@example.com", "email_verified": true, "hd": "other"});
    let (reported, code) = directory.explain(&json!({"id_token": id_token, "userinfo": userinfo}), &[]);
    assert_eq!((code, &reported["user"]["email"]), (Some(0), &json!("ada@example.com")), "{reported}");
    let split = json!({"id_token": {"sub": "ada", "email": "ada@example.com"}, "userinfo": userinfo});
    assert_eq!(directory.explain(&split, &[]).0["user"]["email_verified"], true);
    let mixed = json!({"id_token": {"sub": "ada", "email": "victim@example.com"}, "userinfo": userinfo});
    assert_eq!(directory.explain(&mixed, &[]).0["user"]["email_verified"], json!(null));
}

#[test]
fn text_output_and_standard_input_work() {
    let directory = ExplainDirectory::with(RULES);
    let mut command = directory.command(&["--provider", "op", "--claims", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
    child.stdin.take().expect("input").write_all(good().to_string().as_bytes()).expect("read");
    let output = child.wait_with_output().expect("an end");
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0));
    for words in [
        "Admitted.",
        "  yes  providers.op.allow.email_domains: ",
        "ada@example.com (verified)",
        "Groups (2)\n  staff\n  b\n",
        "Access token for vestibule: ",
        " bytes of 1024, ",
        "\"typ\": \"at+jwt\"",
        "Example values: sub, sid, jti",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn text_output_shows_wanted_and_found_values() {
    let directory = ExplainDirectory::with(&format!("[login]\nsign_up = false\n{RULES}"));
    directory.write("good.json", &good().to_string());
    let mut bad = good();
    bad["hd"] = json!("other.example");
    bad["groups"] = json!(["guests"]);
    directory.write("bad.json", &bad.to_string());
    let text = |file| {
        let output = directory.run(&["--provider", "op", "--claims", file]);
        String::from_utf8(output.stdout).expect("text")
    };
    let reported = text("good.json");
    assert!(reported.starts_with("Admitted, if the user already exists.\n"), "{reported}");
    let reported = text("bad.json");
    for words in [
        "Refused: ",
        "wanted [\"staff\"], found [\"guests\"]",
        "wanted \"example.com\", found \"other.example\"",
        "Access token (would not be issued) for vestibule: ",
    ] {
        assert!(reported.contains(words), "{words}: {reported}");
    }
}

#[test]
fn invalid_input_is_reported() {
    let directory = ExplainDirectory::with(RULES);
    directory.write("good.json", &good().to_string());
    directory.write("list.json", "[]");
    directory.write("broken.json", "{\n\"sub\": }");
    directory.write("nobody.json", r#"{"email": "ada@example.com"}"#);
    directory.write("long.json", &json!({"sub": "s".repeat(256)}).to_string());
    directory.write("token.json", r#"{"id_token": "eyJ.eyJ.x"}"#);
    directory.write("parts.json", r#"{"id_token": {"sub": "a"}, "user_info": {"sub": "a"}}"#);
    directory.write("other.json", r#"{"id_token": {"sub": "a"}, "userinfo": {"sub": "b"}}"#);
    for (words, error_text) in [
        (["--provider", "opp", "--claims", "good.json"], "there is no provider with the id \"opp\"; known ids: op"),
        (["--provider", "op", "--claims", "none.json"], "none.json cannot be read: "),
        (["--provider", "op", "--claims", "list.json"], "list.json is a list; write the claims as an object"),
        (["--provider", "op", "--claims", "broken.json"], "broken.json is not JSON: expected value at line 2"),
        (["--provider", "op", "--claims", "nobody.json"], "the claims do not identify a user: /sub is missing"),
        (
            ["--provider", "op", "--claims", "long.json"],
            "the claims do not identify a user: /sub is empty, longer than 255",
        ),
        (["--provider", "op", "--claims", "token.json"], "\"id_token\" is a string; write its claims as an object"),
        (["--provider", "op", "--claims", "parts.json"], "\"user_info\" is unknown"),
        (["--provider", "op", "--claims", "other.json"], "userinfo has another sub"),
    ] {
        let output = directory.run(&words);
        let reported = String::from_utf8(output.stderr).expect("text");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{words:?}: {reported}");
        assert!(reported.contains(error_text), "{error_text}: {reported}");
        let output = directory.run(&[&words[..], &["--json"]].concat());
        let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((output.status.code(), output.stderr.len()), (Some(2), 0), "{words:?}");
        assert!(json["error"].as_str().is_some_and(|error| error.contains(error_text)), "{json}");
    }
    let output = directory.run(&["--provider", "op", "--claims", "good.json", "--client", "wbe"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("there is no client with the id \"wbe\"; known ids: vestibule, web")
    );
}
