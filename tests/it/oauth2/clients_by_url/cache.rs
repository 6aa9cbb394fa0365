//! Documents are cached by their headers, for five minutes to a day.

use chrono::TimeDelta;
use serde_json::json;

use super::support::{Host, refusal};
use crate::fake_provider::Reply;
use crate::support::app::code;

#[tokio::test]
async fn a_document_is_cached_within_five_minutes_and_a_day() {
    for (headers, seconds) in [
        (vec![], 300),
        (vec![("Cache-Control", "no-store")], 300),
        (vec![("Cache-Control", "max-age=1")], 300),
        (vec![("Cache-Control", "max-age=3600")], 3600),
        (vec![("Cache-Control", "max-age=31536000")], 86_400),
    ] {
        let host = Host::with("[sessions]\nidle_timeout = '100d'\nabsolute_timeout = '100d'\n");
        host.gateway.hand.hold();
        let document = host.document(&json!({})).to_string();
        let reply = Reply::text(200, "application/json", &document);
        host.reply(headers.iter().fold(reply, |reply, (name, value)| reply.with(name, value)));
        let browser = host.signed_in().await;
        host.consent_page(&browser, &[]).await;
        host.gateway.hand.advance(TimeDelta::seconds(seconds - 10));
        host.consent_page(&browser, &[]).await;
        assert_eq!(host.fetches(), 1, "{headers:?}");
        host.gateway.hand.advance(TimeDelta::seconds(11));
        host.consent_page(&browser, &[]).await;
        assert_eq!(host.fetches(), 2, "{headers:?}");
    }
}

/// A changed document holds for new requests; an open consent page keeps what it has shown.
#[tokio::test]
async fn a_changed_document_holds_for_new_requests() {
    let host = Host::start();
    let browser = host.signed_in().await;
    let open = host.consent_page(&browser, &[]).await;
    host.serve(&json!({"client_name": "Another", "redirect_uris": ["https://app.example/new"]}));
    host.gateway.hand.advance(TimeDelta::seconds(301));
    let refused = refusal(&browser, &host.path(&[])).await;
    assert_eq!(refused, (400, "redirect_uri_refused".to_owned()));
    let page = host.consent_page(&browser, &[("redirect_uri", "https://app.example/new")]).await;
    assert!(page.text().contains("It calls itself “Another”."), "{}", page.text());
    code(&host.agree(&browser, &open).await);
}
