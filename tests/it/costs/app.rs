//! The login of an app: what it costs from the callback to the code, beside the cookie's.

use crate::costs::many_sessions::ManySessions;
use crate::support::app::{self, code, path, redeem, to_provider};
use crate::support::{Begun, Browser, Setup};

/// Logins of each kind.
const LOGINS: usize = 40;

/// The callback of an app's login has the two statements of a login in the browser flow, and at most 700 bytes more WAL: the row of
/// the code.
#[tokio::test]
async fn an_apps_callback_is_two_statements_and_writes_the_row_of_its_code_besides() {
    let many = ManySessions::start();
    let wal = |counted: &str| many.database.number(&format!("SELECT sum({counted}) FROM pg_stat_statements"));
    let mut bytes = Vec::new();
    for for_app in [false, true] {
        // The first logins create the user, open the connections and prepare the statements.
        let mut begun = Vec::new();
        for _ in 0..LOGINS {
            begun.push(begin(&many, for_app).await);
        }
        let (warm_up, measured) = begun.split_at(LOGINS / 4);
        for (browser, begun) in warm_up {
            browser.get(&begun.callback_of("alice")).await;
        }
        many.database.execute("CHECKPOINT");
        many.forget();
        let mut codes = Vec::new();
        for (browser, begun) in measured {
            codes.push(browser.get(&begun.callback_of("alice")).await);
        }
        let asked = many.asked();
        assert_eq!(asked.len(), 2 * measured.len(), "for an app: {for_app}: {:#?}", asked.first().zip(asked.last()));
        assert_eq!(wal("wal_fpi"), 0);
        bytes.push(wal("wal_bytes") / i64::try_from(measured.len()).expect("few"));
        if for_app {
            for answer in &codes {
                assert_eq!(redeem(&many.gateway, &code(answer), &[]).await.status, 200);
            }
        }
    }
    let [cookie, app] = bytes.try_into().expect("two kinds");
    assert!(app <= cookie + 700, "{app} bytes for an app, {cookie} for the cookie");
}

/// An authorization request that allows one provider stores the request and the login in one statement, and its only
/// redirect leads to the provider. With two providers and no `provider` parameter, the user chooses.
#[tokio::test]
async fn a_request_with_one_possible_provider_is_one_statement_and_one_redirect() {
    let many = ManySessions::start();
    to_provider(&many.gateway.browser(), &path(&[])).await;
    many.forget();
    let answer = many.gateway.browser().get(&path(&[])).await;
    assert!(answer.location().starts_with(&many.gateway.op.issuer), "{answer:?}");
    let asked = many.asked();
    assert_eq!(asked.len(), 1, "{asked:#?}");

    let two = Setup::beside(&many.gateway).issuer("other", "https://other.example").toml(app::CLIENTS).start();
    to_provider(&two.browser(), &path(&[("provider", "op")])).await;
    for name in ["provider", "idp_hint"] {
        many.forget();
        let answer = two.browser().get(&path(&[(name, "op")])).await;
        assert!(answer.location().starts_with(&many.gateway.op.issuer), "{answer:?}");
        let asked = many.asked();
        assert_eq!(asked.len(), 1, "{name}: {asked:#?}");
    }
    assert!(two.browser().get(&path(&[])).await.location().starts_with("/login?"));
}

async fn begin(many: &ManySessions, for_app: bool) -> (Browser, Begun) {
    let browser = many.gateway.browser();
    let begun = if for_app { to_provider(&browser, &path(&[])).await } else { browser.begin("op").await };
    (browser, begun)
}
