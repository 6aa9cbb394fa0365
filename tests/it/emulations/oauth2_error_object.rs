//! The case `oauth2-error-object`: Facebook answers with an object as `error`, and other providers with other shapes.

use serde_json::json;

use crate::emulations::keycloak_words::shown;
use crate::fake_provider::{CLIENT, Op, Reply};
use crate::support::{CLIENT_SECRET, Setup};

/// A login at a provider whose token endpoint refuses the code, in any shape and with any media type.
#[tokio::test]
async fn a_refused_code_is_recognized_in_any_shape_and_media_type() {
    let op = Op::start();
    let table = format!(
        "[providers.fb]\nkind = \"oauth2\"\nclient_id = \"{CLIENT}\"\nclient_secret = '{CLIENT_SECRET}'\n\
         authorization_endpoint = \"{0}/auth\"\ntoken_endpoint = \"{0}/token\"\nuserinfo_endpoint = \"{0}/me\"\n\
         claims.sub = \"/id\"\n",
        op.issuer
    );
    let gateway = Setup::new().toml(&table).start();
    let facebook =
        json!({"error": {"message": "This authorization code has been used.", "type": "OAuthException", "code": 100}});
    let said = "(OAuthException 100), it said \"This authorization code has been used.\"";
    for (status, media_type, body, words) in [
        (400, "application/json; charset=UTF-8", facebook.clone(), said),
        (200, "application/json", facebook.clone(), said),
        (400, "text/html", facebook, said),
        (200, "application/json", json!({"ok": false, "error": "invalid_code"}), "(invalid_code)"),
        (
            200,
            "application/json",
            json!({"errcode": 40029, "errmsg": "invalid code"}),
            "(40029), it said \"invalid code\"",
        ),
        (400, "application/json", json!({"error_description": "alone"}), "it said \"alone\""),
        (400, "application/json", json!({"error": 7}), "(7)"),
        (400, "application/json", json!({"error": ["used"]}), "(used)"),
    ] {
        op.reply("/token", Reply::text(status, media_type, &body.to_string()));
        let browser = gateway.browser();
        let state = browser.get("/login/fb").await.location_parameter("state").expect("a state");
        let page = browser.get(&format!("/callback/fb?code=the-code&state={state}")).await;
        assert_eq!((page.status, page.is_page()), (400, true), "{body}");
        let text = shown(&gateway, &page);
        assert!(text.contains("(token_invalid)") && text.contains(words), "{body}: {text}");
    }
}
