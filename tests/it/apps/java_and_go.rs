//! Requests of Java and Go software, byte for byte as on the wire.

use std::fmt::Write;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::support::app::{self, SPA, VERIFIER, code, path, sign_in};
use crate::support::logout_apps::{self, encoded};
use crate::support::{Gateway, Setup, raw};

/// Sends a request as it stands, with `Host` and `Content-Length`, and returns the response.
async fn send(gateway: &Gateway, head: &str, body: &str) -> String {
    let mut text = head.trim().replace('\n', "\r\n");
    write!(text, "\r\nHost: {}\r\nContent-Length: {}\r\n\r\n{body}", gateway.address, body.len()).expect("a text");
    raw(gateway.address, &text).await
}

#[track_caller]
fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

#[track_caller]
fn location(answer: &str) -> String {
    let lower = |line: &str| line.to_ascii_lowercase().starts_with("location: ");
    let line = answer.lines().find(|line| lower(line)).unwrap_or_else(|| panic!("no location: {answer}"));
    line[10..].to_owned()
}

/// The exchanges of the report: assertions with the token endpoint as `aud` and without `typ`, a logout without cookies by GET
/// and by POST, a Basic header with an empty secret, and a `prompt` of no known words.
#[tokio::test]
async fn assertions_logouts_and_prompts_of_java_and_go_libraries_are_accepted() {
    let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der: PublicKeyX509Der<'_> = key.public_key().as_der().expect("DER");
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der.as_ref()));
    let file = std::env::temp_dir().join(format!("{}.pem", uuid::Uuid::new_v4()));
    std::fs::write(&file, pem).expect("written");
    let text = format!(
        "[clients.shop]\ntype = 'confidential'\npublic_key_file = '{}'\ngrants = ['client_credentials']\n\
         redirect_uris = []\n",
        file.display()
    );
    let gateway = app::setup().toml(&text).start();
    let assertion = |header: &str, number: u32| {
        let now = gateway.clock.now().timestamp();
        let endpoint = format!("{}/oauth2/token", gateway.public_url);
        // The order of Nimbus, which Spring Security and Quarkus use.
        let claims = format!(
            r#"{{"iss":"shop","sub":"shop","aud":"{endpoint}","exp":{},"iat":{now},"jti":"jti-{number}"}}"#,
            now + 60
        );
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature).expect("signed");
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    let headers = [
        ("Spring Security 7.0", r#"{"kid":"k1","alg":"RS256"}"#),
        ("Quarkus 3.33", r#"{"typ":"JWT","alg":"RS256"}"#),
        ("Keycloak 26.7", r#"{"alg":"RS256","typ":"JWT","kid":"f3sk"}"#),
    ];
    for (number, (software, header)) in (0..).zip(headers) {
        let body = format!(
            "grant_type=client_credentials&client_id=shop&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type\
             %3Ajwt-bearer&client_assertion={}",
            assertion(header, number)
        );
        let head = "POST /oauth2/token HTTP/1.1\nAccept: application/json\nContent-Type: application/x-www-form-urlencoded;charset=UTF-8";
        let answer = send(&gateway, head, &body).await;
        assert!(status(&answer) == "200" && answer.contains("access_token"), "{software}: {answer}");
    }
    let _gone = std::fs::remove_file(&file);

    // golang.org/x/oauth2 with a public client.
    let redeemed = code(&sign_in(&gateway.browser(), &path(&[]), "ada").await);
    let body = encoded(&[
        ("code", &redeemed),
        ("code_verifier", VERIFIER),
        ("grant_type", "authorization_code"),
        ("redirect_uri", SPA),
    ]);
    let head = format!(
        "POST /oauth2/token HTTP/1.1\nUser-Agent: Go-http-client/1.1\nAuthorization: Basic {}\n\
         Content-Type: application/x-www-form-urlencoded\nAccept-Encoding: gzip",
        STANDARD.encode("spa:")
    );
    let answer = send(&gateway, &head, &body).await;
    assert!(status(&answer) == "200" && answer.contains("id_token"), "{answer}");

    // zitadel's example app.
    let answer = gateway.browser().get(&path(&[("prompt", "Welcome back!")])).await;
    assert_eq!(app::redirect_error(&answer), "invalid_request");
}

/// oauth2-proxy and Keycloak call `/logout` by GET; `rp.EndSession` posts the form, follows nothing, and hands the redirect over.
#[tokio::test]
async fn a_logout_without_cookies_is_replayed() {
    let (first, receiver) = logout_apps::start();
    let setup = Setup::beside(&first).toml(&logout_apps::configured(&receiver));
    let gateway = setup.toml("[clients.shop]\nserver_logout = 'sign_in'\n").start();
    let signed_in = async || {
        let browser = gateway.browser();
        browser.sign_in("alice").await;
        let shop = logout_apps::sign_in_to(&gateway, &browser, "shop").await;
        (browser, shop)
    };
    for (software, agent) in
        [("oauth2-proxy 7.15", "oauth2-proxy/v7.15.6"), ("Keycloak 26.7", "Apache-HttpClient/4.5.14 (Java/21.0.9)")]
    {
        let (browser, shop) = signed_in().await;
        let head =
            format!("GET /logout?id_token_hint={} HTTP/1.1\nUser-Agent: {agent}\nAccept-Encoding: gzip", shop.id_token);
        let answer = send(&gateway, &head, "").await;
        assert_eq!(status(&answer), "200", "{software}: {answer}");
        assert_eq!(browser.fetch("/session").await.status, 401, "{software}");
    }
    let (browser, shop) = signed_in().await;
    let form =
        encoded(&[("id_token_hint", &shop.id_token), ("post_logout_redirect_uri", logout_apps::BYE), ("state", "st")]);
    let head = "POST /logout HTTP/1.1\nUser-Agent: Go-http-client/1.1\nContent-Type: application/x-www-form-urlencoded\nAccept-Encoding: gzip";
    let answer = send(&gateway, head, &form).await;
    assert!(status(&answer) == "303" && location(&answer).starts_with("/logout?request="), "{answer}");
    assert_eq!(browser.fetch("/session").await.status, 200, "a form decides nothing");
    let head = format!("GET {} HTTP/1.1\nUser-Agent: Go-http-client/1.1\nAccept-Encoding: gzip", location(&answer));
    let answer = send(&gateway, &head, "").await;
    assert_eq!((status(&answer), location(&answer)), ("303", format!("{}&state=st", logout_apps::BYE)));
    assert_eq!(browser.fetch("/session").await.status, 401);
}
