//! Linking by a verified e-mail address between providers that are trusted for its domain.

use serde_json::json;

use crate::fake_provider::Op;
use crate::support::person::{Person, address, audit, sign_in, two_providers};
use crate::support::{Gateway, Setup};

const TRUSTED: &str = "
[login]
link_by_verified_email = true
[providers.op]
userinfo = 'never'
trusts_email = true
[providers.op.allow]
email_domains = ['example.com']
[providers.other]
userinfo = 'never'
trusts_email = true
[providers.other.allow]
email_domains = ['example.com', 'example.org']
";

/// Two trusted providers with the same user.
fn trusting(more: &str) -> (Gateway, Op) {
    let other = Op::start();
    (Setup::new().provider("other", &other).toml(TRUSTED).toml(more).start(), other)
}

/// AC-04
#[tokio::test]
async fn a_verified_address_at_two_trusted_providers_is_one_user() {
    let (gateway, other) = trusting("");
    let ada = Person::at(&gateway, "op", "ada").await;
    other.set_claims(address("ADA@example.com"));
    let again = Person::at(&gateway, "other", "0815").await;
    assert_eq!(again.sub().await, ada.sub().await);
    assert_eq!(again.identities().await, ["op/ada", "other/0815"]);
    assert_eq!((gateway.database.rows("users"), audit(&gateway)), (1, vec!["identity_linked".to_owned()]));
    assert_eq!(again.session().await["user"]["email"], "ADA@example.com");
    // From now on the user is found by (provider, sub), whatever the address is (AC-11).
    other.set_claims(address("other@example.org"));
    assert_eq!(Person::at(&gateway, "other", "0815").await.sub().await, ada.sub().await);
}

/// AC-02, AC-03, AC-04: an address counts only if its provider is trusted for its domain and says that it is verified.
#[tokio::test]
async fn unverified_addresses_and_untrusted_providers_create_new_users() {
    let other = Op::start();
    let third = Op::start();
    let gateway = Setup::new().provider("other", &other).provider("third", &third).toml(TRUSTED).start();
    let ada = Person::at(&gateway, "op", "ada").await.sub().await;
    for verified in [json!(false), json!("true"), json!(1), json!(null)] {
        other.set_claims(json!({"email": "ada@example.com", "email_verified": verified}));
        // The allow rule refuses it already: `domains` requires a verified address.
        assert_eq!(sign_in(&gateway.browser(), "other", "evil").await.status, 403, "{verified}");
    }
    // A provider at which each user can set any address.
    third.set_claims(address("ada@example.com"));
    assert_ne!(Person::at(&gateway, "third", "evil").await.sub().await, ada);
    // A user of an untrusted provider with the same address, created before.
    third.set_claims(address("bob@example.com"));
    let planted = Person::at(&gateway, "third", "planted").await.sub().await;
    other.set_claims(address("bob@example.com"));
    assert_ne!(Person::at(&gateway, "other", "bob").await.sub().await, planted);
    // A domain for which only one of the providers is trusted.
    other.set_claims(address("ada@example.org"));
    assert_ne!(Person::at(&gateway, "other", "org").await.sub().await, ada);
}

/// AC-02: a list of addresses that ends in the trusted domain identifies no user, at neither provider.
#[tokio::test]
async fn a_list_of_addresses_names_no_user() {
    let (gateway, other) = trusting("");
    let list = "mallory@evil.test,ada@example.com";
    gateway.op.set_claims(address(list));
    assert_eq!(sign_in(&gateway.browser(), "op", "mallory").await.status, 403);
    other.set_claims(address(list));
    assert_eq!(sign_in(&gateway.browser(), "other", "mallory").await.status, 403);
    assert_eq!((gateway.database.rows("users"), gateway.database.rows("subs")), (0, 0));
}

/// AC-02: an untrusted identity set the address in the profile of the user.
#[tokio::test]
async fn an_address_from_an_untrusted_identity_links_no_user() {
    let (third, other) = (Op::start(), Op::start());
    let gateway = Setup::new().provider("other", &other).provider("third", &third).toml(TRUSTED).start();
    let mallory = Person::at(&gateway, "op", "mallory").await;
    third.set_claims(address("victim@example.com"));
    assert_eq!(mallory.link("third", "mallory").await.status, 303);
    let there = Person::at(&gateway, "third", "mallory").await;
    assert_eq!(there.session().await["user"]["email"], "victim@example.com");
    let last_said = "SELECT count(*) FROM users WHERE email = 'victim@example.com'";
    assert_eq!(gateway.database.number(last_said), 1);
    other.set_claims(address("victim@example.com"));
    assert_ne!(Person::at(&gateway, "other", "victim").await.sub().await, mallory.sub().await);
}

/// AC-04
#[tokio::test]
async fn linking_by_address_is_off_by_default() {
    let (gateway, other) = two_providers(
        "[providers.op]\ntrusts_email = true\n[providers.op.allow]\nemail_domains = ['example.com']\n\
         [providers.other]\ntrusts_email = true\n[providers.other.allow]\nemail_domains = ['example.com']\n",
    );
    let ada = Person::at(&gateway, "op", "ada").await;
    other.set_claims(address("ada@example.com"));
    assert_ne!(Person::at(&gateway, "other", "ada").await.sub().await, ada.sub().await);
    assert_eq!(gateway.database.rows("users"), 2);
}

/// AC-10
#[tokio::test]
async fn a_disabled_user_is_not_admitted_by_address() {
    let (gateway, other) = trusting("");
    Person::at(&gateway, "op", "ada").await;
    gateway.database.execute("UPDATE users SET disabled_at = now()");
    other.set_claims(address("ada@example.com"));
    let browser = gateway.browser();
    let begun = browser.begin("other").await;
    assert_eq!(browser.fetch(&begun.callback_of("0815")).await.problem(), (403, "user_disabled".into()));
    assert_eq!(gateway.database.login(&begun.state), "denied user_disabled");
    assert_eq!((gateway.database.rows("users"), gateway.database.rows("subs")), (1, 1));
    assert_eq!(gateway.database.number("SELECT count(*) FROM users WHERE disabled_at IS NOT NULL"), 1);
}

/// The provider has given the address to another account.
#[tokio::test]
async fn an_address_reassigned_at_its_provider_links_no_user() {
    let (gateway, other) = trusting("");
    let ada = Person::at(&gateway, "op", "ada").await;
    other.set_claims(address("ada@example.com"));
    assert_eq!(Person::at(&gateway, "other", "first").await.sub().await, ada.sub().await);
    assert_ne!(Person::at(&gateway, "other", "second").await.sub().await, ada.sub().await);
    // Two users have the address now, so it links neither.
    let op_says = address("ada@example.com");
    gateway.op.set_claims(op_says);
    let third = Person::at(&gateway, "op", "third").await.sub().await;
    assert!(third != ada.sub().await && gateway.database.rows("users") == 3);
}

/// A user found by the address is not a new user.
#[tokio::test]
async fn linking_by_address_works_with_sign_up_off() {
    let (gateway, other) = trusting("");
    let ada = Person::at(&gateway, "op", "ada").await.sub().await;
    let closed =
        Setup::beside(&gateway).provider("other", &other).toml(TRUSTED).toml("[login]\nsign_up = false\n").start();
    other.set_claims(address("nobody@example.com"));
    assert_eq!(sign_in(&closed.browser(), "other", "unrelated").await.status, 403);
    other.set_claims(address("ada@example.com"));
    assert_eq!(Person::at(&closed, "other", "0815").await.sub().await, ada);
}

/// AC-17: concurrent first logins, of one identity twice and of one user at two providers.
#[tokio::test]
async fn concurrent_first_logins_with_one_address_create_one_user() {
    let (gateway, other) = trusting("");
    let beside = Setup::beside(&gateway).provider("other", &other).toml(TRUSTED).start();
    for round in 0..10 {
        let email = address(&format!("p{round}@example.com"));
        gateway.op.set_claims(email.clone());
        other.set_claims(email);
        let mut logins = Vec::new();
        for (provider, replica) in [("op", &gateway), ("other", &beside), ("op", &beside), ("other", &gateway)] {
            let browser = replica.browser();
            let begun = browser.begin(provider).await;
            let back = begun.callback_of(&format!("{provider}-{round}"));
            logins.push(tokio::spawn(async move { browser.get(&back).await.status }));
        }
        for login in logins {
            assert_eq!(login.await.expect("no panic"), 303, "round {round}");
        }
        assert_eq!((gateway.database.rows("users"), gateway.database.rows("subs")), (round + 1, 2 * (round + 1)));
    }
}

/// AC-17, AC-01: without linking by address.
#[tokio::test]
async fn concurrent_first_logins_of_one_identity_create_one_user() {
    let (gateway, _other) = two_providers("");
    for round in 0..10 {
        let who = format!("new-{round}");
        let (one, two) = (gateway.browser(), gateway.browser());
        let (first, second) = (one.begin("op").await.callback_of(&who), two.begin("op").await.callback_of(&who));
        let (first, second) = tokio::join!(one.get(&first), two.get(&second));
        assert_eq!((first.status, second.status), (303, 303));
        assert_eq!((gateway.database.rows("users"), gateway.database.rows("subs")), (round + 1, round + 1));
    }
}
