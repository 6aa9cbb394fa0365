//! A service that verifies Vestibule's access tokens without a call for each token (`jsonwebtoken`, `reqwest`, `flate2`).
//!
//! It caches the gateway's public keys, and each status list for the `ttl` of the list. So it rejects a token of a revoked
//! session within that time.
//!
//! ```sh
//! cargo run --example offline -- ISSUER AUDIENCE
//! ```
//!
//! reads one token in each line and prints `accepted SUB` or `refused REASON`.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a separate program, not a part of the gateway")]

use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::read::ZlibDecoder;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, ETAG, IF_NONE_MATCH};
use serde::Deserialize;
use serde::de::DeserializeOwned;

type Error = Box<dyn std::error::Error>;

const ALGORITHMS: [Algorithm; 3] = [Algorithm::ES256, Algorithm::RS256, Algorithm::EdDSA];
/// Seconds that this clock may differ from the gateway's.
const LEEWAY: u64 = 30;
/// Bytes; a list is 128 KiB.
const LONGEST_LIST: u64 = 1 << 20;
/// The time between two attempts to reach the gateway.
const RETRY: Duration = Duration::from_secs(1);
/// The minimum time between two fetches of the keys for tokens with an unknown key.
const BETWEEN_KEYS: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
struct AccessClaims {
    sub: String,
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    status_list: Place,
}

#[derive(Deserialize)]
struct Place {
    idx: usize,
    uri: String,
}

#[derive(Deserialize)]
struct ListClaims {
    sub: String,
    exp: u64,
    ttl: Option<u64>,
    status_list: Bits,
}

#[derive(Deserialize)]
struct Bits {
    bits: u8,
    lst: String,
}

/// A status list: its bits, and the time until which it may be used.
struct StatusList {
    bits: Vec<u8>,
    etag: Option<String>,
    expires_at: u64,
    ttl: Duration,
    look_again_at: Instant,
}

impl StatusList {
    fn read(claims: &ListClaims, etag: Option<String>) -> Result<Self, Error> {
        if claims.status_list.bits != 1 {
            return Err("a status list of another kind".into());
        }
        let packed = URL_SAFE_NO_PAD.decode(&claims.status_list.lst)?;
        let mut bits = Vec::new();
        ZlibDecoder::new(packed.as_slice()).take(LONGEST_LIST).read_to_end(&mut bits)?;
        let ttl = Duration::from_secs(claims.ttl.unwrap_or(60));
        Ok(Self { bits, etag, expires_at: claims.exp, ttl, look_again_at: Instant::now() + ttl })
    }

    fn is_usable(&self) -> bool {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        now < self.expires_at + LEEWAY
    }

    fn is_revoked(&self, idx: usize) -> Result<bool, Error> {
        let byte = self.bits.get(idx / 8).ok_or("not in the status list")?;
        Ok(byte >> (idx % 8) & 1 == 1)
    }
}

struct Verifier {
    issuer: String,
    audience: String,
    http: reqwest::Client,
    keys: JwkSet,
    keys_fetched: Option<Instant>,
    lists: HashMap<String, StatusList>,
}

impl Verifier {
    fn new(issuer: String, audience: String) -> Result<Self, Error> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
        Ok(Self { issuer, audience, http, keys: JwkSet { keys: vec![] }, keys_fetched: None, lists: HashMap::new() })
    }

    /// The claims of a valid token of an active session.
    async fn verify(&mut self, token: &str) -> Result<AccessClaims, Error> {
        let audience = self.audience.clone();
        let claims: AccessClaims = self.decode(token, "at+jwt", Some(&audience)).await?;
        let Place { idx, uri } = &claims.status.status_list;
        self.look(uri).await?;
        let list = self.lists.get(uri).ok_or("no status list")?;
        if list.is_revoked(*idx)? { Err("the session was revoked".into()) } else { Ok(claims) }
    }

    /// Checks `typ`, so that no kind of token is accepted as another.
    async fn decode<T: DeserializeOwned>(
        &mut self,
        token: &str,
        typ: &str,
        audience: Option<&str>,
    ) -> Result<T, Error> {
        let header = decode_header(token)?;
        if header.typ.as_deref() != Some(typ) || !ALGORITHMS.contains(&header.alg) {
            return Err(format!("not of the type {typ}").into());
        }
        let kid = header.kid.ok_or("no key id")?;
        if self.keys.find(&kid).is_none() && self.keys_fetched.is_none_or(|at| at.elapsed() > BETWEEN_KEYS) {
            let url = format!("{}/.well-known/jwks.json", self.issuer);
            self.keys = self.http.get(url).send().await?.error_for_status()?.json().await?;
            self.keys_fetched = Some(Instant::now());
        }
        let key = DecodingKey::from_jwk(self.keys.find(&kid).ok_or("an unknown key")?)?;
        let mut rules = Validation::new(header.alg);
        rules.leeway = LEEWAY;
        rules.set_issuer(&[&self.issuer]);
        rules.set_required_spec_claims(&["iss", "sub", "exp"]);
        match audience {
            Some(audience) => {
                rules.set_audience(&[audience]);
                // Without it, a token that names no audience would pass.
                rules.set_required_spec_claims(&["iss", "sub", "exp", "aud"]);
            }
            None => rules.validate_aud = false,
        }
        // A key fits one algorithm only, so the header cannot choose another.
        Ok(decode(token, &key, &rules)?.claims)
    }

    /// Makes sure that `lists` has a current list of that URI.
    async fn look(&mut self, uri: &str) -> Result<(), Error> {
        if self.lists.get(uri).is_some_and(|kept| Instant::now() < kept.look_again_at) {
            return Ok(());
        }
        let Err(error) = self.fetch(uri).await else { return Ok(()) };
        // The gateway is unavailable: use the cached list until it expires, then reject.
        match self.lists.get_mut(uri).filter(|kept| kept.is_usable()) {
            Some(kept) => kept.look_again_at = Instant::now() + RETRY,
            None => return Err(format!("the status list is not available: {error}").into()),
        }
        Ok(())
    }

    async fn fetch(&mut self, uri: &str) -> Result<(), Error> {
        if !uri.starts_with(&format!("{}/", self.issuer)) {
            return Err("a status list of another issuer".into());
        }
        let mut request = self.http.get(uri).header(ACCEPT, "application/statuslist+jwt");
        let etag = self.lists.get(uri).filter(|kept| kept.is_usable()).and_then(|kept| kept.etag.clone());
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let answer = request.send().await?.error_for_status()?;
        if answer.status() == StatusCode::NOT_MODIFIED {
            if let Some(kept) = self.lists.get_mut(uri) {
                kept.look_again_at = Instant::now() + kept.ttl;
            }
            return Ok(());
        }
        let etag = answer.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let claims: ListClaims = self.decode(&answer.text().await?, "statuslist+jwt", None).await?;
        if claims.sub != uri {
            return Err("another status list".into());
        }
        self.lists.insert(uri.to_owned(), StatusList::read(&claims, etag)?);
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let (Some(issuer), Some(audience)) = (arguments.next(), arguments.next()) else {
        return Err("usage: offline ISSUER AUDIENCE".into());
    };
    if audience.is_empty() {
        return Err("the audience is empty".into());
    }
    let mut verifier = Verifier::new(issuer, audience)?;
    for line in std::io::stdin().lock().lines() {
        match verifier.verify(line?.trim()).await {
            Ok(claims) => println!("accepted {}", claims.sub),
            Err(reason) => println!("refused {reason}"),
        }
    }
    Ok(())
}
