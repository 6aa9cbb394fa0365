//! Services that verify access tokens with the settings of README and docs/verifying.md, whose clock differs from the gateway's.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::snippets::named;
use crate::support::app::{Tokens, code, path, redeem, setup, sign_in};
use crate::support::{Gateway, peers, sign_as};

/// The gateway of the examples.
const EXAMPLE: &str = "https://login.example.com";

/// Runs a program with a text on its standard input.
fn run(mut command: Command, input: &str) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.env("NO_PROXY", "*").spawn().expect("a service");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("its end")
}

/// The code of the README as a program: exits 0 for a token that it accepts. Returns what it complains of.
fn by_readme(language: &str, gateway: &Gateway, token: &str) -> Result<(), String> {
    let snippet = named(&format!("verify-{language}"));
    assert!(snippet.contains(EXAMPLE), "{snippet}");
    let snippet = snippet.replace(EXAMPLE, &gateway.public_url);
    let ended = if language == "python" {
        let mut command = peers::python();
        command.args(["-", token]);
        run(command, &format!("import sys\n\ntoken = sys.argv[1]\n{snippet}"))
    } else {
        let mut command = peers::node("verify.mjs", &format!("const [,, token] = process.argv;\n{snippet}"));
        command.arg(token);
        run(command, "")
    };
    let complaint = String::from_utf8_lossy(&ended.stderr).into_owned();
    if ended.status.success() { Ok(()) } else { Err(complaint) }
}

/// A token of the built-in client, issued by a gateway whose clock differs by that from this machine's.
async fn token_of(gateway: &Gateway, seconds: i64) -> String {
    gateway.hand.advance(TimeDelta::seconds(seconds));
    let answer = gateway.browser().sign_in_json("ada").await;
    gateway.hand.advance(TimeDelta::seconds(-seconds));
    answer["api"]["access"].as_str().expect("a token").to_owned()
}

/// `PyJWT` compares `iat` with its own clock; the code of the README lets clocks differ by half a minute. An older token has expired.
/// IO-08
#[tokio::test]
async fn verifiers_accept_an_iat_within_their_leeway() {
    let gateway = Gateway::start();
    for (seconds, in_python, in_node) in [
        (0, Ok(()), Ok(())),
        (1, Ok(()), Ok(())),
        (3, Ok(()), Ok(())),
        (20, Ok(()), Ok(())),
        (3600, Err("not yet valid (iat)"), Ok(())),
        (-280, Ok(()), Ok(())),
        (-3600, Err("expired"), Err("exp")),
    ] {
        let token = token_of(&gateway, seconds).await;
        for (language, expected) in [("python", in_python), ("node", in_node)] {
            let outcome = by_readme(language, &gateway, &token);
            match (expected, &outcome) {
                (Ok(()), Ok(())) => {}
                (Err(part), Err(complaint)) => assert!(complaint.contains(part), "{language} {seconds}: {complaint}"),
                _ => panic!("{language}, {seconds} s: {outcome:?}"),
            }
        }
    }
}

/// The results of simplejwt for tokens, with these settings: the `sub`, or the refusal.
fn by_simplejwt(gateway: &Gateway, settings: &str, tokens: &[&str]) -> Vec<Result<String, String>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/apps/simplejwt.py");
    let settings = settings.replace(EXAMPLE, &gateway.public_url);
    let mut command = peers::python();
    command.arg(script);
    let ended = run(command, &json!({ "settings": settings, "tokens": tokens }).to_string());
    let complaint = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{complaint}");
    let outcomes: Vec<Value> = serde_json::from_slice(&ended.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    outcomes.iter().map(|said| text(&said["sub"]).ok_or_else(|| text(&said["refused"]).expect("a refusal"))).collect()
}

/// A Django service with djangorestframework-simplejwt accepts our access tokens with the settings of docs/verifying.md, and none
/// without `TOKEN_TYPE_CLAIM`; IO-08.
#[tokio::test]
async fn simplejwt_accepts_access_tokens_only_with_token_type_claim() {
    let gateway = setup().start();
    let settings = named("simplejwt");
    let browser = gateway.browser();
    let own = browser.sign_in_json("ada").await;
    let (access, sub) = (own["api"]["access"].as_str().expect("a token"), own["user"]["sub"].as_str().expect("a user"));
    let answer = sign_in(&gateway.browser(), &path(&[]), "ada").await;
    let of_app = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
    let id_token = of_app.id.as_deref().expect("an ID token");
    let (ahead, late) = (token_of(&gateway, 20).await, token_of(&gateway, -3600).await);
    let claims = crate::support::app::claims(access);
    let with = |name: &str, value: Value| {
        let mut changed = claims.clone();
        changed[name] = value;
        sign_as("at+jwt", &gateway.database, &changed)
    };
    let (signed, signature) = access.rsplit_once('.').expect("a JWT");
    let (bent, unsigned) = (format!("{signed}.A{}", &signature[1..]), format!("{signed}."));
    let other = Gateway::start().browser().sign_in_json("ada").await;
    let accepted = [access, &ahead, &with("scope", json!("")), &with("aud", json!([gateway.public_url, "x"]))];
    for outcome in by_simplejwt(&gateway, &settings, &accepted) {
        assert_eq!(outcome.as_deref(), Ok(sub));
    }
    let refused = [
        id_token,
        of_app.access.as_str(),
        of_app.refresh(),
        own["api"]["refresh"].as_str().expect("a token"),
        &late,
        &with("iss", json!("https://elsewhere.example")),
        &with("aud", json!("https://elsewhere.example")),
        &with("sub", Value::Null),
        if bent == access { &unsigned } else { &bent },
        &unsigned,
        other["api"]["access"].as_str().expect("a token"),
        "junk",
    ];
    for (outcome, token) in by_simplejwt(&gateway, &settings, &refused).iter().zip(refused) {
        assert!(outcome.is_err(), "{outcome:?} {token}");
    }
    let line = "    \"TOKEN_TYPE_CLAIM\": None,\n";
    assert!(settings.contains(line), "{settings}");
    let without = by_simplejwt(&gateway, &settings.replace(line, ""), &[access]);
    assert!(without[0].as_ref().is_err_and(|refusal| refusal.contains("not valid for any token type")), "{without:?}");
}
