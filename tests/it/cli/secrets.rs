//! `vestibule secrets rotate`: everything is sealed with the new key, and the old key can be removed.

use std::process::{Command, Output};

use vestibule::base::seal::generate_key;

use crate::fake_provider::Reply;
use crate::support::{Gateway, Setup, ring_key};
use crate::vault::support::{STORES, TOKEN, signed_in, start, token};

/// Runs `vestibule secrets rotate` with these keys.
fn rotate(gateway: &Gateway, keys: &[&str]) -> Output {
    let path = std::env::temp_dir().join(format!("vestibule-rotate-{}.toml", std::process::id()));
    let text = format!("[database]\nurl = {:?}\n[secrets]\nkeys = {keys:?}\n", gateway.database.url);
    std::fs::write(&path, text).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    let output = command.arg("--config").arg(&path).args(["secrets", "rotate"]).output().expect("it runs");
    std::fs::remove_file(&path).expect("there");
    output
}

/// The key ids of the sealed values in the database.
fn sealed_by(gateway: &Gateway) -> Vec<String> {
    gateway.database.words(
        "SELECT DISTINCT encode(substring(sealed FROM 2 FOR 4), 'hex') FROM (
             SELECT private_key FROM signing_keys UNION ALL
             SELECT upstream_id_token FROM sessions WHERE upstream_id_token IS NOT NULL UNION ALL
             SELECT sealed FROM provider_tokens UNION ALL SELECT sealed FROM provider_revocations
         ) AS all_seals (sealed)",
    )
}

#[tokio::test]
async fn everything_unseals_with_the_new_key_alone() {
    let gateway = start();
    gateway.op.reply("/revoke", Reply::text(503, "text/plain", "later"));
    let alice = signed_in(&gateway, "alice").await;
    signed_in(&gateway, "bob").await.post("/logout").await;
    gateway.database.until("SELECT count(*) FROM provider_revocations WHERE last_error IS NOT NULL", 1).await;
    let before = sealed_by(&gateway);
    assert_eq!(before.len(), 1);
    let new = generate_key();
    let output = rotate(&gateway, &[new.expose(), ring_key()]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    for line in ["signing keys            2 ", "logout hints            2 ", "providers' tokens       1 "] {
        assert!(said.contains(line), "{said}");
    }
    assert!(
        said.contains("tokens to be revoked    1 ") && said.contains("may be removed from secrets.keys from 2"),
        "{said}"
    );
    let after = sealed_by(&gateway);
    assert!(after.len() == 1 && after != before, "{after:?}");
    // Without the old key, its cookies are invalid. A new login gets the token.
    let toml = format!("{STORES}\n[secrets]\nkeys = [{:?}]", new.expose());
    let second = Setup::beside(&gateway).toml(&toml).start();
    let database = gateway.database.clone();
    drop((alice, gateway));
    let later = second.browser();
    second.op.refreshing(|refreshing| refreshing.at_login = false);
    later.sign_in("alice").await;
    assert_eq!(token(&later.fetch(TOKEN).await), "access-secret-3");
    crate::vault::support::let_expire(&second);
    assert_eq!(token(&later.fetch(TOKEN).await), "access-secret-4");
    assert_eq!(
        crate::vault::support::sent_refresh_tokens(&second.op),
        ["refresh-secret-1"],
        "which was sealed with the old key"
    );
    second.op.recover("/revoke");
    second.hand.advance(chrono::TimeDelta::hours(1));
    database.until("SELECT count(*) FROM provider_revocations", 0).await;
    assert_eq!(
        second.op.calls_to("/revoke").last().map(|call| call.form("token").concat()),
        Some("access-secret-2".into())
    );
    // The second run has nothing to do; values that no key unseals are reported.
    let output = rotate(&second, &[new.expose()]);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("signing keys            0 "));
    let output = rotate(&second, &[generate_key().expose()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no longer in secrets.keys"), "{output:?}");
}
