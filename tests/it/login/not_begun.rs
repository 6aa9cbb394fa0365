//! Logins that cannot begin: the page's reference is found, and each refusal states the reason.

use serde_json::{Value, json};

use crate::fake_provider::{Op, Reply, WELL_KNOWN};
use crate::presets::operator::Operator;
use crate::support::{Answer, Gateway, Setup};

/// A gateway with the providers `op` and `down`.
fn with(down: &Op, toml: &str) -> Gateway {
    Setup::new().provider("down", down).toml(toml).start()
}

/// The output of `vestibule logins show` for the reference on a page.
fn shown(gateway: &Gateway, page: &Answer) -> Value {
    let (_, reference) =
        page.body.split_once("<code dir=\"ltr\">").unwrap_or_else(|| panic!("no reference: {}", page.body));
    let reference = reference.split('<').next().expect("a reference");
    let words = ["logins", "show", reference, "--json"];
    let (code, output, complaint) = Operator::new().run(&gateway.database.configuration(), &words);
    assert_eq!(code, Some(0), "{complaint}");
    serde_json::from_str(&output).expect("JSON")
}

/// RD-18, FI-09: also while the metadata is not fetched after a failure.
#[tokio::test]
async fn every_reference_is_found_with_the_reason() {
    let down = Op::start();
    down.reply(WELL_KNOWN, Reply::text(500, "text/html", "<html>"));
    let gateway = with(&down, "");
    for number in 0..3 {
        let page = gateway.browser().get("/login/down?return_to=/account").await;
        assert_eq!((page.status, page.is_page()), (503, true));
        let report = shown(&gateway, &page);
        let step = &report["steps"][0];
        assert_eq!((&report["status"], &report["failure"]), (&json!("not_begun"), &json!("provider_unavailable")));
        assert_eq!((&report["provider"], &report["flow"]), (&json!("down"), &json!("browser")));
        assert_eq!(step["detail"], "discovery: answered 500", "{number}");
        assert!(page.body.contains(">Try again</a>") && !page.header("retry-after").is_empty(), "{}", page.body);
    }
    assert_eq!(down.calls_to(WELL_KNOWN).len(), 1, "the provider was left alone");
    let answer = gateway.browser().fetch("/oauth2/url/?provider=down").await;
    assert_eq!(answer.problem(), (503, "provider_unavailable".into()));
    assert_eq!(gateway.database.words("SELECT flow FROM logins_not_begun ORDER BY flow DESC LIMIT 1"), ["spa"]);
    assert_eq!(gateway.database.rows("logins_not_begun"), 4);
}

/// Nothing suggests another attempt if it cannot help, and the page leads to the other providers with the target.
#[tokio::test]
async fn a_page_suggests_another_attempt_only_where_it_can_help() {
    let down = Op::start();
    down.set_metadata("issuer", json!("https://other.example"));
    let gateway = with(&down, "");
    let page = gateway.browser().get("/login/down?return_to=/sessions").await;
    assert_eq!((page.status, page.header("retry-after")), (503, ""));
    assert!(page.body.contains("changes a setting") && !page.body.to_lowercase().contains("again"), "{}", page.body);
    assert!(page.body.contains("href=\"/login?choose=1&#38;return_to=%2Fsessions\""), "{}", page.body);
    let detail = shown(&gateway, &page)["steps"][0]["detail"].clone();
    assert!(detail.as_str().is_some_and(|detail| detail.contains("other.example")), "{detail}");

    let refusing = Op::start();
    refusing.set_metadata("pushed_authorization_request_endpoint", json!(format!("{}/par", refusing.issuer)));
    refusing.reply("/par", Reply::text(401, "application/json", "{\"error\":\"invalid_client\"}"));
    let gateway = with(&refusing, "[providers.down]\npushed_authorization = 'always'\n");
    let page = gateway.browser().get("/login/down").await;
    assert_eq!(page.status, 502);
    assert!(page.body.contains("changes a setting") && !page.body.to_lowercase().contains("again"), "{}", page.body);
    assert!(shown(&gateway, &page).to_string().contains("invalid_client"));
}

/// IN-12: such rows count as pending logins, and are deleted after a day.
#[tokio::test]
async fn logins_that_cannot_begin_are_limited_and_deleted() {
    let down = Op::start();
    down.reply(WELL_KNOWN, Reply::text(500, "text/html", "<html>"));
    let gateway = with(&down, "[limits]\npending_logins = 100\n");
    for _ in 0..100 {
        assert_eq!(gateway.browser().fetch("/login/down").await.problem().1, "provider_unavailable");
    }
    assert_eq!(gateway.browser().fetch("/login/down").await.problem(), (503, "overloaded".into()));
    let page = gateway.browser().get("/login/op").await;
    assert!(page.status == 503 && !page.body.contains("<code"), "{}", page.body);
    assert_eq!(gateway.database.rows("logins_not_begun"), 100);
    gateway.database.execute("UPDATE logins_not_begun SET created_at = now() - interval '25 h' WHERE failure <> 'x'");
    let (code, output, _) = Operator::new().run(&gateway.database.configuration(), &["cleanup"]);
    assert!(code == Some(0) && output.contains("logins deleted     100"), "{output}");
}
