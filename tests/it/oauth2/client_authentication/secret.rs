//! Client authentication with a secret.

use chrono::TimeDelta;
use reqwest::header::{AUTHORIZATION, HeaderValue};

use crate::support::services::{Person, SECRET, basic, error, form, is_active, setup, start};
use crate::support::{Answer, Gateway};

const ENDPOINTS: [&str; 2] = ["/oauth2/introspect", "/oauth2/revoke"];

/// TK-15, TK-16: and accepts a refresh token from its own client only.
#[tokio::test]
async fn the_token_endpoint_authenticates_clients() {
    let gateway = start();
    let person = Person::sign_in(&gateway, "alice").await;
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", person.refresh.as_str())];
    let ask = || form(&gateway, "/oauth2/token", &refresh);
    let known = ask().header("authorization", &basic("shop", SECRET)).send().await;
    assert_eq!(error(&known), (400, "invalid_grant".into()), "a known client, but not that of the token");
    for (id, secret) in [("shop", "guess"), ("nobody", SECRET), ("web", SECRET), ("vestibule", SECRET)] {
        let answer = ask().header("authorization", &basic(id, secret)).send().await;
        assert_eq!(error(&answer), (401, "invalid_client".into()), "{id}");
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"vestibule\"");
    }
    let doubled = form(&gateway, "/oauth2/token", &[&refresh[..], &[("client_secret", SECRET)]].concat());
    let doubled = doubled.header("authorization", &basic("shop", SECRET)).send().await;
    assert_eq!(error(&doubled), (400, "invalid_request".into()));
    assert_eq!(person.renew(&gateway).await.status, 200, "no request used up the token");
}

async fn with_basic(gateway: &Gateway, path: &str, id: &str, secret: &str) -> Answer {
    form(gateway, path, &[("token", "x")]).header("authorization", &basic(id, secret)).send().await
}

/// TK-16: with special characters, and the scheme in any letter case.
#[tokio::test]
async fn a_secret_is_accepted_in_the_header_or_the_form() {
    let gateway = start();
    for path in ENDPOINTS {
        assert_eq!(with_basic(&gateway, path, "shop", SECRET).await.status, 200);
        let posted = [("token", "x"), ("client_id", "shop"), ("client_secret", SECRET)];
        assert_eq!(form(&gateway, path, &posted).send().await.status, 200);
        let bent = basic("shop", SECRET).replace("Basic", "bAsIc");
        assert_eq!(form(&gateway, path, &[("token", "x")]).header("authorization", &bent).send().await.status, 200);
        let named = form(&gateway, path, &[("token", "x"), ("client_id", "shop")]);
        assert_eq!(named.header("authorization", &basic("shop", SECRET)).send().await.status, 200);
    }
}

/// TK-16
#[tokio::test]
async fn two_authentication_methods_at_once_are_refused() {
    let gateway = start();
    for path in ENDPOINTS {
        for more in [
            &[("client_secret", SECRET)][..],
            &[("client_id", "shop"), ("client_secret", SECRET)],
            &[("client_id", "other")],
            &[("client_assertion", "x"), ("client_assertion_type", "y")],
        ] {
            let ask = form(&gateway, path, &[&[("token", "x")], more].concat());
            let answer = ask.header("authorization", &basic("shop", SECRET)).send().await;
            assert_eq!(error(&answer), (400, "invalid_request".into()), "{more:?}");
        }
    }
}

/// TK-16: public clients of many libraries begin with HTTP Basic and an empty password.
#[tokio::test]
async fn basic_with_empty_secret() {
    let gateway = start();
    for id in ["web", "vestibule"] {
        let revoked = with_basic(&gateway, "/oauth2/revoke", id, "").await;
        assert_eq!(revoked.status, 200, "{id}: {revoked:?}");
        let ask = form(&gateway, "/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", "x")]);
        let answer = ask.header("authorization", &basic(id, "")).send().await;
        assert_ne!(error(&answer).1, "invalid_client", "{id}");
    }
    // A confidential client needs its secret, in the form as well.
    let posted = [("token", "x"), ("client_id", "shop"), ("client_secret", SECRET)];
    let named = |form_fields: &[(&str, &str)]| form(&gateway, "/oauth2/introspect", form_fields);
    for (fields, status) in [(&posted[..1], 401), (&posted[..2], 401), (&posted[..], 200)] {
        let answer = named(fields).header("authorization", &basic("shop", "")).send().await;
        assert_eq!(answer.status, status, "{fields:?}: {answer:?}");
    }
}

/// TK-16: a secret with `%`, `+` and other reserved characters, unencoded and form-encoded, in the header and in the form.
#[tokio::test]
async fn a_secret_with_reserved_characters_is_accepted_raw_and_form_encoded() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let secrets = [
        "pe%rcent+plus/and=more-bytes-than-32",
        "100%-of-32-bytes-are-not-encoded",
        "%41%41%41+%41-is-the-secret-itself",
    ];
    for secret in secrets {
        let more = format!(
            "[limits]\nfailures_before_lockout = 1000\n[clients.odd]\ntype = 'confidential'\nclient_secret = '{secret}'"
        );
        let gateway = setup().toml(&more).start();
        let raw = |secret: &str| format!("Basic {}", STANDARD.encode(format!("odd:{secret}")));
        for (header, status) in [
            (raw(secret), 200),
            (basic("odd", secret), 200),
            (raw(&format!("{secret}%")), 401),
            (basic("odd", &secret.replace('%', "%25")), 401),
            (raw(&secret[1..]), 401),
        ] {
            let ask = form(&gateway, "/oauth2/introspect", &[("token", "x")]).header("authorization", &header);
            assert_eq!(ask.send().await.status, status, "{secret}: {header}");
        }
        let posted = [("token", "x"), ("client_id", "odd"), ("client_secret", secret)];
        assert_eq!(form(&gateway, "/oauth2/introspect", &posted).send().await.status, 200, "{secret}");
        // In the header and in the form at once.
        let both = form(&gateway, "/oauth2/introspect", &posted).header("authorization", &basic("odd", secret));
        assert_eq!(error(&both.send().await), (400, "invalid_request".into()));
        let emptied = [posted[0], posted[1], ("client_secret", "")];
        let with_empty = form(&gateway, "/oauth2/introspect", &emptied).header("authorization", &basic("odd", secret));
        assert_eq!(with_empty.send().await.status, 200);
    }
}

/// RFC 6749 §5.2: 400 without a header, so that a browser asks nobody for a password; 401 for the scheme that was tried.
#[tokio::test]
async fn a_failed_authentication_without_a_header_is_400_without_a_challenge() {
    let gateway = start();
    for path in ["/oauth2/token", "/oauth2/par", "/oauth2/introspect", "/oauth2/revoke"] {
        for fields in [
            &[("client_id", "renamed-app")][..],
            &[("client_id", "shop")],
            &[("client_id", "shop"), ("client_secret", "guess")],
            &[("client_assertion", "x"), ("client_assertion_type", "y")],
        ] {
            let answer = form(&gateway, path, &[&[("token", "x"), ("grant_type", "x")], fields].concat()).send().await;
            assert_eq!(error(&answer), (400, "invalid_client".into()), "{path} {fields:?}");
            assert_eq!(answer.header("www-authenticate"), "", "{path} {fields:?}");
        }
        for (header, challenge) in [
            ("Basic !!!", "Basic realm=\"vestibule\""),
            ("Digest x=y", "Basic realm=\"vestibule\""),
            ("Bearer x", "Bearer"),
        ] {
            let answer = form(&gateway, path, &[("token", "x")]).header("authorization", header).send().await;
            assert_eq!(error(&answer), (401, "invalid_client".into()), "{path} {header}");
            assert_eq!(answer.header("www-authenticate"), challenge, "{path}");
        }
    }
}

/// TK-15, TK-19: all wrong secrets get the same response.
#[tokio::test]
async fn a_wrong_secret_is_refused_with_a_challenge() {
    let gateway = setup().toml("[limits]\nfailures_before_lockout = 1000").start();
    let wrong = [&SECRET[1..], &SECRET[..SECRET.len() - 1], &format!("{SECRET} "), &SECRET.to_uppercase(), "", " "];
    for path in ENDPOINTS {
        for (id, secret) in wrong.iter().map(|secret| ("shop", *secret)).chain([
            ("nobody", SECRET),
            ("", SECRET),
            ("SHOP", SECRET),
            ("web", SECRET),
            ("vestibule", SECRET),
        ]) {
            let answer = with_basic(&gateway, path, id, secret).await;
            assert_eq!(error(&answer), (401, "invalid_client".into()), "{id} {secret}");
            assert_eq!(answer.header("www-authenticate"), "Basic realm=\"vestibule\"");
            assert_eq!(answer.json()["error_description"], "The client is not known");
        }
    }
}

/// TK-28, IR-22
#[tokio::test]
async fn a_malformed_authorization_header_is_refused() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let gateway = start();
    let encode = |bytes: &[u8]| format!("Basic {}", STANDARD.encode(bytes)).into_bytes();
    let long = encode(&[b"shop:".as_slice(), &[b'x'; 9_000]].concat());
    let values = [
        b"Basic".to_vec(),
        b"Basic ".to_vec(),
        b"Basic !!!".to_vec(),
        b"Basic \xff\xfe".to_vec(),
        b"Basic\tc2hvcDp4".to_vec(),
        b"Basic  c2hvcDp4".to_vec(),
        b"Digest x=y".to_vec(),
        encode(b"no colon"),
        encode(b"shop:\0"),
        encode(b"sh\0op:x"),
        encode(b"shop:%00"),
        encode(b"shop:\xff"),
        long,
    ];
    for path in ENDPOINTS {
        for value in &values {
            let header = HeaderValue::from_bytes(value).expect("a value that can be sent");
            let ask = form(&gateway, path, &[("token", "x")]).header_value(AUTHORIZATION, header);
            assert_eq!(error(&ask.send().await), (401, "invalid_client".into()), "{value:.30?}");
        }
        let doubled = form(&gateway, path, &[("token", "x")]);
        let doubled = doubled.header("authorization", &basic("shop", SECRET)).header("authorization", "Basic x");
        assert_eq!(error(&doubled.send().await), (401, "invalid_client".into()));
        // Longer than the maximum of the header block.
        let endless = format!("Basic {}", "A".repeat(16 * 1024));
        let endless = form(&gateway, path, &[("token", "x")]).header("authorization", &endless).send().await;
        assert!(matches!(endless.status, 400 | 401 | 431), "{endless:?}");
    }
}

/// IN-09, IN-11: after five wrong secrets, further wrong ones for this client from this address are 429 for five minutes. The
/// right secret, other clients and other addresses are not affected.
#[tokio::test]
async fn repeated_wrong_secrets_lock_the_client_for_that_address() {
    let gateway = setup().toml("[server]\ntrusted_proxies = [\"127.0.0.1/32\"]").start();
    gateway.hand.hold();
    let person = Person::sign_in(&gateway, "alice").await;
    let ask = |from: &str, id: &str, secret: &str| {
        let ask = form(&gateway, "/oauth2/introspect", &[("token", &person.access)]);
        ask.header("authorization", &basic(id, secret)).header("x-forwarded-for", from).send()
    };
    for _ in 0..4 {
        assert_eq!(ask("192.0.2.1", "shop", "guess").await.status, 401);
    }
    assert!(is_active(&ask("192.0.2.1", "till", SECRET).await), "a success of another client does not reset the count");
    assert_eq!(ask("192.0.2.1", "shop", "guess").await.status, 401);
    let locked = ask("192.0.2.1", "shop", "guess").await;
    assert_eq!(error(&locked), (429, "temporarily_unavailable".into()));
    let wait: i64 = locked.header("retry-after").parse().expect("seconds");
    assert!((299..=301).contains(&wait), "{wait}");
    assert!(is_active(&ask("192.0.2.1", "shop", SECRET).await), "the right secret is never locked out");
    assert_eq!(ask("192.0.2.1", "shop", "guess").await.status, 429, "nor does it end the lockout of wrong ones");
    assert!(is_active(&ask("192.0.2.1", "till", SECRET).await));
    assert!(is_active(&ask("192.0.2.2", "shop", SECRET).await));
    assert_eq!(ask("192.0.2.1", "nobody", "guess").await.status, 401);

    gateway.hand.advance(TimeDelta::seconds(wait));
    assert_eq!(ask("192.0.2.1", "shop", "guess").await.status, 401);
    for number in 8..=10 {
        assert_eq!(ask("192.0.2.1", "shop", "guess").await.status, 429, "{number}");
    }
    let longer = ask("192.0.2.1", "shop", "guess").await;
    let wait: i64 = longer.header("retry-after").parse().expect("seconds");
    assert!((1799..=1801).contains(&wait), "{wait}");
    assert_eq!(ask("192.0.2.1", "shop", SECRET).await.status, 200);
}

/// IN-09: a /64 is one customer.
#[tokio::test]
async fn an_ipv6_network_is_locked_as_one_address() {
    let gateway = setup().toml("[server]\ntrusted_proxies = [\"127.0.0.1/32\"]").start();
    let ask = |from: String| {
        let ask = form(&gateway, "/oauth2/introspect", &[("token", "x")]);
        ask.header("authorization", &basic("shop", "guess")).header("x-forwarded-for", &from).send()
    };
    for number in 0..5 {
        assert_eq!(ask(format!("2001:db8::{number}")).await.status, 401);
    }
    assert_eq!(ask("2001:db8::ffff".into()).await.status, 429);
    assert_eq!(ask("2001:db8:0:1::1".into()).await.status, 401);
}

/// IN-09
#[tokio::test]
async fn invalid_requests_use_up_the_limit_and_valid_ones_do_not() {
    let gateway = setup().toml("[limits]\ntokens_per_minute = 1").start();
    for _ in 0..20 {
        assert_eq!(with_basic(&gateway, "/oauth2/introspect", "shop", SECRET).await.status, 200);
    }
    let statuses: Vec<u16> = {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(with_basic(&gateway, "/oauth2/introspect", "nobody", "x").await.status);
        }
        statuses
    };
    assert_eq!(statuses, [401, 429, 429]);
    let limited = form(&gateway, "/oauth2/revoke", &[("token", "x")]).send().await;
    assert_eq!(error(&limited), (429, "temporarily_unavailable".into()));
    assert!(!limited.header("retry-after").is_empty());
    assert_eq!(
        with_basic(&gateway, "/oauth2/introspect", "shop", SECRET).await.status,
        200,
        "valid requests are accepted"
    );
}
