//! A second gateway whose provider is the first.

use super::upstream::{addresses, session, settings, sign_out, until_accepted, until_signed_out};
use crate::apps::setting::{GOODBYE, confidential, go, setup};
use crate::gateway::Gateway;
use crate::setup::Setup;
use crate::visitor::{Visitor, param};

/// The first uses the pretend provider. The second has another host name of this machine, because cookies ignore the port.
fn two() -> (Setup, Gateway, String) {
    let settings = settings("http://127.0.0.1:9").with("providers.op.client_id", "second");
    let second = format!("http://localhost:{}", settings.port);
    let [back, reported] = addresses(&second);
    let more = format!("backchannel_logout_uri = \"{reported}\"\ninsecure_allow_private_logout_uri = true");
    let client = confidential("second", &settings.client_secret, &format!("{second}/callback/op"), &more);
    let first = setup(&client.replace(GOODBYE, &back));
    let settings = settings.with("providers.op.issuer", &first.gateway.public()).with("server.public_url", &second);
    (first, settings.serve(), second)
}

async fn sign_in(ada: &Visitor, second: &str) {
    let account = go(ada, &format!("{second}/login/op?return_to=/account"), "nowhere").await;
    assert!(account.url.as_str() == format!("{second}/account"), "{account}");
}

/// LO-27: the browser is redirected to the first gateway and back without a confirmation page, because of the hint;
/// both sessions end.
#[tokio::test]
async fn a_logout_at_the_second_ends_the_session_at_the_first() {
    let (first, gateway, second) = two();
    let ada = Visitor::new();
    sign_in(&ada, &second).await;
    let away = sign_out(&ada, &second).await.location().expect("the first");
    assert!(away.as_str().starts_with(&format!("{}/logout?", first.gateway.public())), "{away}");
    let state = param(&away, "state");
    let back = ada.get(away).await.location().expect("the second");
    assert_eq!((back.path(), param(&back, "state")), ("/logout/callback/op", state), "{}", first.gateway.log());
    let page = ada.get(back).await;
    assert!(page.status == 200 && page.body.contains("You are signed out"), "{page}\n{}", gateway.log());
    assert_eq!(session(&ada, &first.gateway.public()).await, 401);
    let asked = first.wire.count("POST /token");
    sign_in(&ada, &second).await;
    assert_eq!(first.wire.count("POST /token"), asked + 1);
}

/// LO-11, LO-23: the first gateway sends a logout token, and only the sessions under the named session end.
#[tokio::test]
async fn a_logout_at_the_first_ends_the_sessions_at_the_second() {
    let (first, gateway, second) = two();
    let (ada, another_browser) = (Visitor::new(), Visitor::new());
    sign_in(&ada, &second).await;
    sign_in(&another_browser, &second).await;
    let out = ada.post_from(&first.gateway.public(), "/logout").await;
    assert_eq!(out.status, 200, "{out}");
    until_signed_out(&ada, &gateway, &second).await;
    until_accepted(&gateway, 1).await;
    assert_eq!(session(&another_browser, &second).await, 200);
}
