//! A new key for the ring: everything is sealed anew under it, and the old one can leave.

use std::process::{Command, Output};

use vestibule::base::seal::generate_key;

use crate::fake_provider::Reply;
use crate::support::{Gateway, Setup, ring_key};
use crate::vault::house::{STORES, TOKEN, signed_in, start, token};

/// `vestibule secrets rotate` with that ring.
fn rotate(gateway: &Gateway, keys: &[&str]) -> Output {
    let path = std::env::temp_dir().join(format!("vestibule-rotate-{}.toml", std::process::id()));
    let text = format!("[database]\nurl = {:?}\n[secrets]\nkeys = {keys:?}\n", gateway.database.url);
    std::fs::write(&path, text).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    let output = command.arg("--config").arg(&path).args(["secrets", "rotate"]).output().expect("it runs");
    std::fs::remove_file(&path).expect("there");
    output
}

/// The key ids that seals in the database begin with.
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
async fn everything_opens_with_the_new_key_alone() {
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
    assert!(said.contains("tokens to be revoked    1 ") && said.contains("may leave the ring from 2"), "{said}");
    let after = sealed_by(&gateway);
    assert!(after.len() == 1 && after != before, "{after:?}");
    // The old key is gone. Cookies that it marked are gone with it, as it was said; whoever has a new one gets the token.
    let toml = format!("{STORES}\n[secrets]\nkeys = [{:?}]", new.expose());
    let second = Setup::beside(&gateway).toml(&toml).start();
    let database = gateway.database.clone();
    drop((alice, gateway));
    let later = second.browser();
    second.op.refreshing(|refreshing| refreshing.at_login = false);
    later.sign_in("alice").await;
    assert_eq!(token(&later.fetch(TOKEN).await), "access-secret-3");
    crate::vault::house::let_expire(&second);
    assert_eq!(token(&later.fetch(TOKEN).await), "access-secret-4");
    assert_eq!(crate::vault::house::shown(&second.op), ["refresh-secret-1"], "which was sealed by the old key");
    second.op.recover("/revoke");
    second.hand.advance(chrono::TimeDelta::hours(1));
    database.until("SELECT count(*) FROM provider_revocations", 0).await;
    assert_eq!(
        second.op.calls_to("/revoke").last().map(|call| call.form("token").concat()),
        Some("access-secret-2".into())
    );
    // A second time there is nothing to do, and what no key opens is told.
    let output = rotate(&second, &[new.expose()]);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("signing keys            0 "));
    let output = rotate(&second, &[generate_key().expose()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no longer in secrets.keys"), "{output:?}");
}
