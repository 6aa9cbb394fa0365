//! A signed-in user, and the state of the session on each replica and status list.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use flate2::read::ZlibDecoder;
use serde_json::Value;

use crate::support::{Answer, Browser, Gateway};

/// A user signed in by the SPA flow.
pub struct Person {
    pub token: String,
    pub sid: String,
    pub claims: Value,
}

impl Person {
    pub async fn sign_in(gateway: &Gateway, name: &str) -> Self {
        let answer = gateway.browser().sign_in_json(name).await;
        Self::holding(answer["api"]["access"].as_str().expect("a token"))
    }

    /// The holder of that token.
    pub fn holding(token: &str) -> Self {
        let claims = claims(token);
        Self { token: token.into(), sid: claims["sid"].as_str().expect("a sid").into(), claims }
    }

    /// `GET /session` with the token.
    pub async fn session(&self, gateway: &Gateway) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        gateway.browser().ask("GET", "/session").for_json().header("authorization", &bearer).send().await
    }

    /// The place in the status lists.
    pub fn place(&self) -> (String, usize) {
        let list = &self.claims["status"]["status_list"];
        let uri = list["uri"].as_str().expect("a URI").to_owned();
        (uri, usize::try_from(list["idx"].as_u64().expect("a number")).expect("small"))
    }

    /// Whether the status list of a replica has the session as revoked.
    pub async fn is_listed(&self, gateway: &Gateway) -> bool {
        let (uri, idx) = self.place();
        let path = uri.strip_prefix(&gateway.public_url).expect("an address of the gateway").to_owned();
        let answer = gateway.browser().fetch(&path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        bits(&answer.body)[idx / 8] >> (idx % 8) & 1 == 1
    }

    /// Writes this session onto the feed, as another replica would, and nothing else.
    pub fn revoke_on_the_feed(&self, gateway: &Gateway) -> String {
        format!(
            "INSERT INTO revocations (kind, value, status_index, created_at, expires_at)
             SELECT 'session', id::text, status_index, '{0}', '{0}'::timestamptz + interval '6 min'
             FROM sessions WHERE id = '{1}'",
            gateway.clock.now().to_rfc3339(),
            self.sid,
        )
    }
}

/// A browser that has the session cookie of another one.
pub fn copy_of(browser: &Browser, gateway: &Gateway) -> Browser {
    let copy = gateway.browser();
    copy.set_cookie("vestibule", &browser.cookie("vestibule").expect("a session cookie"));
    copy
}

/// A token's claims, unverified.
pub fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&B64.decode(payload).expect("base64url")).expect("JSON")
}

/// The bits of a Status List Token.
pub fn bits(token: &str) -> Vec<u8> {
    let lst = claims(token)["status_list"]["lst"].as_str().expect("a list").to_owned();
    let mut bits = Vec::new();
    ZlibDecoder::new(B64.decode(lst).expect("base64url").as_slice()).read_to_end(&mut bits).expect("zlib");
    bits
}
