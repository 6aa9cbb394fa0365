//! A whole login with each preset. The fake provider returns responses in the form that the provider documents, with
//! invented users; only the URLs are those of the fake provider.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value, json};
use vestibule::base::clock::Timestamp;
use vestibule::base::db::{Access, Db};
use vestibule::base::outbound::Outbound;
use vestibule::base::secret::Plain;
use vestibule::config::{Preset, preset_snippet, presets};
use vestibule::upstream::{AuthorizationGrant, Identity, LoginHints, LoginRequest, Provider, Registry};

use crate::fake_provider::{CLIENT, NOW, Op, Reply, WELL_KNOWN};
use crate::presets::operator::Operator;

/// Claims that are checked against the login, so the fake provider sets them itself.
const OF_THE_LOGIN: [&str; 9] = ["iss", "aud", "azp", "iat", "exp", "nonce", "at_hash", "acr", "auth_time"];

fn recorded(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/presets/answers");
    let text = std::fs::read_to_string(folder.join(format!("{name}.json")));
    let text = text.unwrap_or_else(|error| panic!("no answer of {name} is recorded: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}.json: {error}"))
}

/// A configuration with the preset and the URLs of the fake provider.
fn configured(preset: &Preset, op: &Op) -> String {
    let (name, issuer) = (preset.name, &op.issuer);
    let mut text = format!("[providers.op]\npreset = \"{name}\"\nclient_id = \"{CLIENT}\"\ntimeout = \"5s\"\n");
    let mut set = |line: &str| {
        let _always_written = writeln!(text, "{line}");
    };
    for need in preset.about.needs.iter().filter(|need| !["client_id", "issuer", "tenants"].contains(&need.as_str())) {
        match need.as_str() {
            "client_secret" | "private_key_file" => set(&format!("{}_file = \"\"", need.trim_end_matches("_file"))),
            need => set(&format!("{need} = \"ABCDE12345\"")),
        }
    }
    match preset.kind() {
        "oidc" => set(&format!("issuer = \"{issuer}{}\"\nsigning_algorithms = [\"EdDSA\"]", tenants(preset))),
        kind => {
            for endpoint in ["authorization", "token", "userinfo", "request_token", "access_token"] {
                let key = format!("{endpoint}_endpoint");
                if preset.provider.contains_key(&key) {
                    set(&format!("{key} = \"{issuer}/{endpoint}\""));
                }
            }
            let calls = preset.provider.get("profile_calls").and_then(Value::as_object);
            let calls =
                calls.into_iter().flat_map(Map::keys).map(|call| format!("{call} = \"{issuer}/further/{call}\""));
            let calls: Vec<_> = calls.collect();
            if !calls.is_empty() {
                set(&format!("profile_calls = {{ {} }}", calls.join(", ")));
            }
            assert!(kind.starts_with("oauth"), "{kind}");
        }
    }
    text
}

/// The path of the issuer of a provider with many tenants.
fn tenants(preset: &Preset) -> &str {
    let issuer = preset.provider.get("issuer").and_then(Value::as_str).unwrap_or_default();
    issuer.find("/{tenantid}").and_then(|at| issuer.get(at..)).unwrap_or_default()
}

fn provider(preset: &Preset, op: &Op) -> Provider {
    let config = Operator::new().load(&configured(preset, op));
    let config = config.unwrap_or_else(|problems| panic!("{}:\n{problems}", preset.name));
    let access = Access {
        url: Plain::new("postgres://nobody@127.0.0.1:1/nothing"),
        pool_size: 1,
        batching: true,
        acquire_timeout: Duration::from_millis(20),
        statement_timeout: Duration::from_millis(20),
    };
    let outbound = Outbound::new().expect("a client");
    let registry = Registry::new(config.providers, &Db::open(&access), &outbound).expect("no authorities to be wrong");
    registry.get("op").unwrap_or_else(|| panic!("{} is not a provider", preset.name)).clone()
}

/// The members of the discovery document that a login needs.
fn metadata(op: &Op) -> Value {
    let at = |path: &str| json!(format!("{}{path}", op.issuer));
    json!({ "authorization_endpoint": at("/auth"), "token_endpoint": at("/token"), "jwks_uri": at("/jwks") })
}

/// Makes the fake provider return the recorded responses.
fn tell(op: &Op, preset: &Preset, recorded: &Value) {
    let json = |body: &Value| Reply::text(200, "application/json", &body.to_string());
    if let Some(id_token) = recorded["id_token"].as_object() {
        let own = id_token.iter().filter(|(name, _)| !OF_THE_LOGIN.contains(&name.as_str()));
        let mut claims = json!({ "email": null, "email_verified": null, "name": null });
        own.for_each(|(name, value)| claims[name] = value.clone());
        if let Some(tenant) = id_token.get("tid").and_then(Value::as_str) {
            let of_all = tenants(preset);
            if !of_all.is_empty() {
                claims["iss"] = json!(format!("{}{}", op.issuer, of_all.replace("{tenantid}", tenant)));
                let mut metadata = metadata(op);
                metadata["issuer"] = json!(format!("{}{of_all}", op.issuer));
                let home = of_all.replace("{tenantid}", "organizations");
                op.reply(&format!("{home}{WELL_KNOWN}"), json(&metadata));
            }
        }
        op.set_claims(claims);
        op.set_metadata("userinfo_endpoint", json!(format!("{}/userinfo", op.issuer)));
    }
    for (path, body) in [("/userinfo", &recorded["userinfo"]), ("/userinfo", &recorded["profile"])] {
        if !body.is_null() {
            op.reply(path, json(body));
        }
    }
    let form = "application/x-www-form-urlencoded";
    for path in ["/request_token", "/access_token"] {
        op.reply(path, Reply::text(200, form, "oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true"));
    }
    for (name, body) in recorded["further"].as_object().into_iter().flatten() {
        op.reply(&format!("/further/{name}"), json(body));
    }
}

async fn sign_in(preset: &Preset, recorded: &Value) -> Identity {
    let op = Op::start();
    tell(&op, preset, recorded);
    let provider = provider(preset, &op);
    let now = Timestamp::from_timestamp(NOW, 0).expect("an instant");
    let asked = LoginRequest { redirect_uri: "https://gw.example/callback/op".into(), hints: LoginHints::default() };
    let begun = provider.begin(asked, now).await.unwrap_or_else(|failure| panic!("{}: {failure}", preset.name));
    let answer = if let Some(request) = &begun.handshake.request_token {
        AuthorizationGrant::Verifier { token: Plain::new(request.token.clone()), verifier: Plain::new("yes") }
    } else {
        let code = Plain::new(Op::code("any-user", &begun.handshake.nonce));
        let user = Some(&recorded["user"]).filter(|user| !user.is_null()).map(ToString::to_string);
        AuthorizationGrant::Code { code, iss: None, iss_is_required: false, user }
    };
    let finished = provider.finish(&begun.handshake, answer, now).await;
    finished.unwrap_or_else(|failure| panic!("{}: {failure}", preset.name))
}

/// AC-02, AC-03, RD-23
#[tokio::test]
async fn every_preset_reads_the_documented_responses() {
    for preset in &presets() {
        let recorded = recorded(preset.name);
        let Identity { sub, profile, .. } = sign_in(preset, &recorded).await;
        let mut seen = json!(profile);
        seen["sub"] = json!(sub);
        let mut expected = recorded["identity"].clone();
        // What is not there may be left out.
        for side in [&mut seen, &mut expected] {
            side.as_object_mut().expect("members").retain(|_, value| !value.is_null() && *value != json!([]));
        }
        assert_eq!(seen, expected, "{}", preset.name);
    }
}

/// A rule that a preset sets accepts the recorded users, and is not replaced by the defaults.
#[test]
fn the_rules_of_presets_accept_the_recorded_users() {
    let mut count = 0;
    for preset in presets() {
        let wanted = preset.provider.get("allow").and_then(|allow| allow.get("claims")).and_then(Value::as_object);
        let config = Operator::new().load(&preset_snippet(&preset)).unwrap_or_else(|problems| panic!("{problems}"));
        let rules = &config.providers[0].registration().allow.claims;
        assert_eq!(rules.len(), wanted.map_or(0, Map::len), "{}", preset.name);
        for (pointer, value) in rules {
            let said = &recorded(preset.name)["profile"];
            assert_eq!(pointer.find(said).map(ToString::to_string).as_ref(), Some(value), "{}", preset.name);
            count += 1;
        }
    }
    assert_eq!(count, 1, "Tumblr's");
}

#[test]
fn every_recording_belongs_to_a_preset() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/presets/answers");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("a file").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    let mut known: Vec<_> = presets().iter().map(|preset| preset.name.to_owned()).collect();
    names.sort();
    known.sort();
    assert_eq!(names, known);
}
