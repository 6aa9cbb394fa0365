//! Claims of a person that reach an app: those of the scopes, those of the client, and where each of them stands.

use serde_json::{Value, json};

use crate::fake_provider::Reply;
use crate::support::app::{self, Tokens, code, path, redeem, redirect_error, refresh, sign_in, userinfo};
use crate::support::{Gateway, LogCapture, Setup};

/// Signs `ada` in to `spa` with all scopes about a person.
async fn tokens(gateway: &Gateway) -> Tokens {
    let asked = path(&[("scope", "openid profile email groups offline_access")]);
    Tokens::of(&redeem(gateway, &code(&sign_in(&gateway.browser(), &asked, "ada").await), &[]).await)
}

/// The members of an object with these names.
fn only(all: &Value, names: &[&str]) -> Value {
    let found = names.iter().filter_map(|name| Some(((*name).to_owned(), all.get(*name)?.clone())));
    Value::Object(found.collect())
}

const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];

/// A provider that sends all claims of the scope `profile` (OpenID Connect Core §5.4).
fn all_of_profile() -> Value {
    json!({
        "name": "Ada Lovelace", "family_name": "Lovelace", "given_name": "Ada", "middle_name": "King", "nickname": "ada",
        "preferred_username": "ada", "profile": "https://ada.example/", "picture": "https://ada.example/a.png",
        "website": "https://ada.example/blog", "gender": "female", "birthdate": "1815-12-10", "zoneinfo": "Europe/London",
        "locale": "en-GB", "updated_at": 1_700_000_000,
    })
}

/// The claims of a client that the provider sends are in ID tokens and at userinfo; a refresh updates them.
#[tokio::test]
async fn the_claims_of_a_client_are_in_id_tokens_and_at_userinfo() {
    let gateway = app::setup()
        .toml(
            "[clients.spa.claims]\npolicy = '/policy'\ndepartment = '/org/unit/0'\n'urn:x~y' = '/a~1b'\nname = '/nickname'\n\
             missing = '/nothing'\nnull = '/null'\nlevel = { value = 7 }\ntenant = { value = { id = 'x', list = [1, 'b'] } }\n\
             phone_number = '/phone_number'\nwhole = '/org'\n",
        )
        .start();
    gateway.op.set_claims(json!({
        "policy": "readwrite", "org": {"unit": ["research"]}, "a/b": true, "nickname": "countess", "null": null,
        "phone_number": "+44 20", "quota": "5 GB",
    }));
    let expected = |policy: &str| {
        json!({
            "policy": policy, "department": "research", "urn:x~y": true, "name": "countess", "level": 7,
            "tenant": {"id": "x", "list": [1, "b"]}, "phone_number": "+44 20", "whole": {"unit": ["research"]},
        })
    };
    let names = [
        "policy",
        "department",
        "urn:x~y",
        "name",
        "missing",
        "null",
        "level",
        "tenant",
        "phone_number",
        "whole",
        "quota",
    ];
    let first = tokens(&gateway).await;
    assert_eq!(only(&first.id_claims(), &names), expected("readwrite"));
    assert_eq!(only(&userinfo(&gateway, &first.access).await.json(), &names), expected("readwrite"));
    assert_eq!(only(&first.claims(), &names), json!({}), "never in access tokens");
    gateway.op.set_claims(json!({
        "policy": "readonly", "org": {"unit": ["research"]}, "a/b": true, "nickname": "countess", "phone_number": "+44 20",
    }));
    tokens(&gateway).await;
    let second = Tokens::of(&refresh(&gateway, first.refresh()).await);
    assert_eq!(only(&second.id_claims(), &names), expected("readonly"));
    assert_eq!(only(&userinfo(&gateway, &second.access).await.json(), &names), expected("readonly"));
    // A repeated and a late refresh read the row by another statement.
    let again = Tokens::of(&refresh(&gateway, first.refresh()).await);
    assert_eq!(only(&again.id_claims(), &names), expected("readonly"));
    // Another client has none of them.
    let of_server = sign_in(&gateway.browser(), &app::of_server(&[]), "ada").await;
    let of_server = Tokens::of(&app::redeem_of_server(&gateway, &code(&of_server)).await);
    assert_eq!(only(&of_server.id_claims(), &names), json!({}));
    let supported = gateway.browser().fetch("/.well-known/openid-configuration").await.json();
    let supported = supported["claims_supported"].as_array().expect("a list").clone();
    for name in ["policy", "level", "given_name", "updated_at"] {
        assert_eq!(supported.iter().filter(|known| *known == name).count(), 1, "{name}");
    }
}

/// Under `userinfo = "auto"` the provider is asked if a client needs it: a claim at a pointer, or the groups for its
/// scope; further claims of the scope `profile` cause no request.
#[tokio::test]
async fn userinfo_is_requested_for_what_a_client_needs() {
    let of = |lines: &str, scopes: &str| {
        format!(
            "[providers.op]\nuserinfo = 'auto'\n[clients.x]\nredirect_uris = ['https://x.example/cb']\nid_token_alg = 'ES256'\n\
             scopes = ['openid', {scopes}]\n{lines}\n"
        )
    };
    for (text, in_id_token, requests) in [
        (of("", "'profile'"), json!({}), 0),
        (of("", "'profile', 'email'"), json!({"given_name": null}), 0),
        (of("", "'groups'"), json!({}), 1),
        (of("", "'groups'"), json!({"groups": []}), 0),
        (of("", "'groups'") + "providers = []\n", json!({"groups": ["a"]}), 0),
        (of("[clients.x.claims]\npolicy = '/policy'", "'email'"), json!({}), 1),
        (of("[clients.x.claims]\npolicy = '/policy'", "'email'"), json!({"policy": "p"}), 0),
        (of("[clients.x.claims]\nlevel = { value = 1 }", "'email'"), json!({}), 0),
        (of("providers = ['other']\n[clients.x.claims]\npolicy = '/policy'", "'groups'"), json!({}), 0),
    ] {
        let other = crate::fake_provider::Op::start();
        let gateway = Setup::new().provider("other", &other).toml(&text).start();
        gateway.op.set_claims(in_id_token.clone());
        let info = json!({"sub": "ada", "policy": "p", "groups": ["g"], "given_name": "Ada"});
        gateway.op.reply("/userinfo", Reply::text(200, "application/json", &info.to_string()));
        gateway.browser().sign_in("ada").await;
        assert_eq!(gateway.op.calls_to("/userinfo").len(), requests, "{in_id_token}\n{text}");
    }
}

/// `oidcc-scope-profile` passes if all 14 claims are at userinfo: `gender` and `birthdate` come by
/// `clients.<id>.claims`.
#[tokio::test]
async fn all_claims_of_the_scope_profile_are_at_userinfo() {
    let gateway = app::setup().toml("[clients.spa.claims]\ngender = '/gender'\nbirthdate = '/birthdate'\n").start();
    gateway.op.set_claims(all_of_profile());
    let tokens = tokens(&gateway).await;
    let about = userinfo(&gateway, &tokens.access).await.json();
    assert_eq!(only(&about, &PROFILE), all_of_profile());
    let in_id_token = only(&tokens.id_claims(), &PROFILE);
    let few = ["name", "preferred_username", "picture", "gender", "birthdate"];
    assert_eq!(in_id_token, only(&all_of_profile(), &few), "the others are at userinfo only");
}

/// The scope `profile` alone releases them, with their bounds, and what the provider sends no more is gone.
#[tokio::test]
async fn further_claims_of_the_profile_are_at_userinfo_only() {
    let gateway = app::start();
    let about = async |claims: Value, scope: &str| {
        gateway.op.set_claims(claims);
        let asked = path(&[("scope", scope)]);
        let answer = sign_in(&gateway.browser(), &asked, "ada").await;
        let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
        let further = ["given_name", "family_name", "nickname", "locale", "website", "updated_at", "gender"];
        assert_eq!(only(&tokens.id_claims(), &further), json!({}), "{scope}");
        assert_eq!(only(&tokens.claims(), &further), json!({}), "{scope}");
        only(&userinfo(&gateway, &tokens.access).await.json(), &further)
    };
    let all = json!({"given_name": "Ada", "family_name": "L", "locale": "en", "updated_at": 7, "gender": "f"});
    let released = json!({"given_name": "Ada", "family_name": "L", "locale": "en", "updated_at": 7});
    assert_eq!(about(all.clone(), "openid profile").await, released);
    for scope in ["openid", "openid email", "openid email groups offline_access"] {
        assert_eq!(about(all.clone(), scope).await, json!({}), "{scope}");
    }
    let odd = json!({"given_name": "x".repeat(257), "family_name": 7, "locale": ["en"], "nickname": "n", "website": "ftp://x"});
    assert_eq!(about(odd, "openid profile").await, json!({"nickname": "n"}));
    assert_eq!(about(json!({}), "openid profile").await, json!({}), "the provider sends none any more");
    // Claims of which only the profile is kept, since all together are too large.
    let large = json!({"given_name": "Ada", "junk": "x".repeat(20_000)});
    assert_eq!(about(large, "openid profile").await, json!({"given_name": "Ada"}));
}

const MINIMAL: &str = "[clients.spa]\nid_token_claims = 'minimal'\n[clients.spa.claims]\npolicy = '/policy'\n";

/// `oidcc-scope-email` warns of an e-mail address in the ID token (OpenID Connect Core §5.4).
#[tokio::test]
async fn a_minimal_id_token_has_no_email_address() {
    let gateway = app::setup().toml(MINIMAL).start();
    let asked = path(&[("scope", "openid email")]);
    let answer = sign_in(&gateway.browser(), &asked, "ada").await;
    let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
    assert_eq!(only(&tokens.id_claims(), &["email", "email_verified"]), json!({}));
    let about = userinfo(&gateway, &tokens.access).await.json();
    assert_eq!((&about["email"], &about["email_verified"]), (&json!("ada@example.com"), &json!(true)));
}

/// `oidcc-alternate-happy-flow`: all scopes and claims of the protocol, and none about the person in the ID token.
#[tokio::test]
async fn oidcc_alternate_happy_flow() {
    let gateway = app::setup().toml(MINIMAL).start();
    gateway.op.set_claims(
        json!({"policy": "p", "groups": ["a"], "acr": "silver", "amr": ["pwd"], "preferred_username": "ada"}),
    );
    let released = ["name", "preferred_username", "picture", "email", "email_verified", "groups"];
    let first = tokens(&gateway).await;
    let second = Tokens::of(&refresh(&gateway, first.refresh()).await);
    for tokens in [&first, &second] {
        let stated = tokens.id_claims();
        assert_eq!(only(&stated, &released), json!({}));
        assert_eq!(
            (&stated["policy"], &stated["acr"], &stated["amr"]),
            (&json!("p"), &json!("silver"), &json!(["pwd"]))
        );
        for name in ["iss", "sub", "aud", "exp", "iat", "at_hash", "auth_time", "sid", "aal"] {
            assert!(!stated[name].is_null(), "{name} in {stated}");
        }
        let about = userinfo(&gateway, &tokens.access).await.json();
        assert_eq!((&about["groups"], &about["policy"]), (&json!(["a"]), &json!("p")));
    }
    assert_eq!(first.id_claims()["nonce"], "n-1");
}

/// A person without groups has an empty list of them, in the refreshed ID token too; an unknown list stays absent.
#[tokio::test]
async fn an_empty_list_of_groups_is_sent_and_an_unknown_one_is_absent() {
    let gateway = app::start();
    for (stated, expected) in [
        (json!({"groups": ["admins"]}), json!({"groups": ["admins"]})),
        (json!({"groups": []}), json!({"groups": []})),
        (json!({"groups": null}), json!({})),
        (json!({"groups": "admins"}), json!({})),
    ] {
        gateway.op.set_claims(stated.clone());
        let first = tokens(&gateway).await;
        let second = Tokens::of(&refresh(&gateway, first.refresh()).await);
        for tokens in [first, second] {
            assert_eq!(only(&tokens.id_claims(), &["groups"]), expected, "{stated}");
            assert_eq!(only(&userinfo(&gateway, &tokens.access).await.json(), &["groups"]), expected, "{stated}");
        }
    }
}

/// `email_verified` is absent if the provider does not send it.
#[tokio::test]
async fn email_verified_is_absent_if_the_provider_does_not_send_it() {
    let gateway = app::start();
    for (stated, expected) in [
        (json!({"email_verified": null}), json!({"email": "ada@example.com"})),
        (json!({"email_verified": false}), json!({"email": "ada@example.com", "email_verified": false})),
        (json!({}), json!({"email": "ada@example.com", "email_verified": true})),
        (json!({"email": null}), json!({})),
    ] {
        gateway.op.set_claims(stated.clone());
        let tokens = tokens(&gateway).await;
        let names = ["email", "email_verified"];
        assert_eq!(only(&tokens.id_claims(), &names), expected, "{stated}");
        assert_eq!(only(&userinfo(&gateway, &tokens.access).await.json(), &names), expected, "{stated}");
    }
}

/// AC-15: the login says how many groups it did not take.
#[tokio::test]
async fn groups_cut_at_500() {
    let gateway = app::start();
    for (sent, reported) in
        [(500, None), (501, Some("groups: 501 sent, 1 cut")), (700, Some("groups: 700 sent, 200 cut"))]
    {
        gateway.op.set_claims(json!({"groups": (0..sent).map(|number| format!("g{number}")).collect::<Vec<_>>()}));
        let log = LogCapture::start();
        let tokens = tokens(&gateway).await;
        assert_eq!(tokens.id_claims()["groups"].as_array().map(Vec::len), Some(500));
        if let Some(reported) = reported {
            assert!(log.text().lines().any(|line| line.contains("WARN") && line.contains(reported)), "{reported}");
        }
    }
}

/// RP-Initiated Logout §2: each ID token that the gateway issues is accepted as a hint by POST, at both endpoints.
#[tokio::test]
async fn own_id_token_refused_as_hint() {
    let bye = "[clients.spa]\npost_logout_redirect_uris = ['https://spa.example/bye']\n";
    let gateway = app::setup().toml(bye).start();
    for (groups, length, least) in
        [(1, 10, 300), (135, 45, 8_000), (200, 45, 11_000), (500, 45, 27_000), (500, 68, 46_000)]
    {
        let names: Vec<_> = (0..groups).map(|number| format!("{number:0>length$}")).collect();
        gateway.op.set_claims(json!({ "groups": names }));
        let browser = gateway.browser();
        let asked = path(&[("scope", "openid groups")]);
        let answer = sign_in(&browser, &asked, "ada").await;
        let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
        let hint = tokens.id.expect("an ID token");
        assert!((least..=49_152).contains(&hint.len()), "{groups}: {}", hint.len());
        let body = app::request(&[("id_token_hint", &hint), ("prompt", "none")]);
        let form = "application/x-www-form-urlencoded";
        let to = browser.ask("POST", "/oauth2/authorize").body(form, body).send().await.location();
        code(&browser.get(&to).await);
        let form_of_logout = [
            ("id_token_hint", &*hint),
            ("client_id", "spa"),
            ("state", "x"),
            ("post_logout_redirect_uri", "https://spa.example/bye"),
        ];
        let body = crate::support::logout_apps::encoded(&form_of_logout);
        let to = browser.ask("POST", "/logout").body(form, body).send().await.location();
        assert_eq!(browser.get(&to).await.location(), "https://spa.example/bye?state=x", "{groups}");
    }
}

/// `tokens.id_max_bytes`: first the picture is left out, then the login is refused; the refusal names the claim and no value.
#[tokio::test]
async fn a_larger_id_token_loses_its_picture_or_refuses_the_login() {
    let gateway = app::setup().toml("[tokens]\nid_max_bytes = 4096\n").start();
    let picture = format!("https://x.example/{}", "p".repeat(1_800));
    let scopes = [("scope", "openid profile groups offline_access")];
    let groups = |number: usize| (0..number).map(|number| format!("group-{number:0>20}")).collect::<Vec<_>>();
    let attempt = async |number: usize, with_picture: bool| {
        gateway.op.set_claims(
            json!({"groups": groups(number), "picture": if with_picture { json!(picture) } else { Value::Null }}),
        );
        sign_in(&gateway.browser(), &path(&scopes), "ada").await
    };
    for (number, with_picture, has_picture) in [(1, true, true), (70, true, false), (70, false, false)] {
        let answer = attempt(number, with_picture).await;
        let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
        assert!(tokens.id.as_deref().expect("an ID token").len() <= 4096);
        let stated = tokens.id_claims();
        assert_eq!(
            (stated.get("picture").is_some(), stated["groups"].as_array().map(Vec::len)),
            (has_picture, Some(number))
        );
        let about = userinfo(&gateway, &tokens.access).await.json();
        assert_eq!(about.get("picture").is_some(), with_picture, "userinfo has it");
    }
    let log = LogCapture::start();
    let refused = attempt(120, true).await;
    assert!(refused.status == 403 || redirect_error(&refused) == "access_denied", "{refused:?}");
    let reported = log.text();
    let line = reported.lines().find(|line| line.contains("tokens.id_max_bytes is 4096")).expect("a line");
    assert!(line.contains("clients.spa") && line.contains("groups") && !line.contains("group-0"), "{line}");
    // The claims grow by a login elsewhere: the refresh succeeds without an ID token (OpenID Connect Core §12.2).
    let answer = attempt(1, false).await;
    let tokens = Tokens::of(&redeem(&gateway, &code(&answer), &[]).await);
    gateway.op.set_claims(json!({"groups": groups(200)}));
    gateway.browser().sign_in("ada").await;
    let log = LogCapture::start();
    assert!(Tokens::of(&refresh(&gateway, tokens.refresh()).await).id.is_none());
    assert!(log.text().contains("id_token_too_large"));
}
