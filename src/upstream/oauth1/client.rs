//! One provider of OAuth 1.0a, and we as its client: temporary credentials, the person's yes, token credentials.

use std::sync::Arc;

use http::Method;
use url::Url;

use super::credentials::{self, Credentials};
use super::request::Signatory;
use super::rsa_sha1::RsaSha1;
use super::signer::Signer;
use crate::base::clock::Timestamp;
use crate::base::outbound::Outbound;
use crate::base::secret::{Hashed, Plain};
use crate::config::{self, Registration, SignatureMethod};
use crate::upstream::authorized::authorized;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::{Answer, Begun, Handshake, Request, RequestToken};
use crate::upstream::identity::{Identity, ProviderTokens};
use crate::upstream::line::{Line, Unanswered};
use crate::upstream::profile_calls;

/// A provider of OAuth 1.0a. Cheap to clone.
#[derive(Clone)]
pub struct OAuth1(Arc<Shared>);

struct Shared {
    config: config::OAuth1,
    line: Line,
    /// None where the private key does not sign: nobody can sign in.
    signer: Option<Signer>,
}

impl OAuth1 {
    /// Takes it from the configuration. Asks it nothing.
    pub fn new(config: config::OAuth1, outbound: Outbound) -> Self {
        let signer = signer(&config);
        let homes = config.profile.endpoints().chain([&config.request_token_endpoint, &config.access_token_endpoint]);
        let line = Line::new(&config.registration, homes, outbound);
        Self(Arc::new(Shared { config, line, signer }))
    }

    /// What we agreed on.
    pub fn registration(&self) -> &Registration {
        &self.0.config.registration
    }

    /// Begins a login: asks for temporary credentials (RFC 5849 §2.1). The protocol knows no `state`, so ours stands in
    /// the callback that is named there, and comes back with it.
    ///
    /// Hints are not passed on; no standard has any here.
    pub async fn begin(&self, request: Request, now: Timestamp) -> Result<Begun, Failure> {
        let begun = self.0.begin(request.redirect_uri, now).await;
        begun.inspect_err(|failure| {
            tracing::warn!(provider = self.registration().id, reason = failure.reason, "cannot begin a login");
        })
    }

    /// Takes the provider's answer.
    pub async fn finish(&self, handshake: &Handshake, answer: Answer, now: Timestamp) -> Result<Identity, Failure> {
        let (Answer::Verifier { token, verifier }, Some(request)) = (answer, &handshake.request_token) else {
            return Err(Failure::of_another_protocol());
        };
        // Compared in constant time.
        if !token.hashed().matches(Hashed::of(&request.token).as_bytes()) {
            return Err(Failure::token(Fault::Refused, "the answer is about another request token (oauth_token)"));
        }
        let signatory = self.0.signatory(Some((&request.token, &request.secret)))?;
        let more = [("oauth_verifier", verifier.expose())];
        let endpoint = &self.0.config.access_token_endpoint;
        let Credentials { token, secret, .. } = ask(&self.0.line, &signatory, endpoint, &more, now).await?;
        let signatory = self.0.signatory(Some((token.expose(), secret.expose())))?;
        let authorize = |url: &Url| signatory.authorization(&Method::GET, url, &[], now).map_err(|no| no.to_string());
        let claims = profile_calls::ask(&self.0.config.profile, &self.0.line, authorize, now).await?;
        let tokens = ProviderTokens {
            id_token: None,
            access_token: token.clone(),
            refresh_token: None,
            token_secret: Some(secret.clone()),
            scope: None,
            expires_in: None,
        };
        Identity::of_profile(self.registration(), claims, tokens)
    }

    /// The request for temporary credentials (RFC 5849 §2.1), for a probe.
    pub fn temporary_credentials_request(
        &self,
        callback: &str,
        now: Timestamp,
    ) -> Result<http::Request<Vec<u8>>, Failure> {
        let endpoint = &self.0.config.request_token_endpoint;
        request(&self.0.signatory(None)?, endpoint, &[("oauth_callback", callback)], now)
    }
}

impl Shared {
    fn signatory<'a>(&'a self, token: Option<(&'a str, &'a str)>) -> Result<Signatory<'a>, Failure> {
        let signer =
            self.signer.as_ref().ok_or_else(|| Failure::token(Fault::Unavailable, "there is no key to sign"))?;
        Ok(Signatory { signer, client_id: &self.config.registration.client_id, token })
    }

    async fn begin(&self, redirect_uri: String, now: Timestamp) -> Result<Begun, Failure> {
        let state = Plain::random();
        let callback = with_parameters(&redirect_uri, [("state", state.expose())])?;
        let endpoint = &self.config.request_token_endpoint;
        let asked =
            ask(&self.line, &self.signatory(None)?, endpoint, &[("oauth_callback", callback.as_str())], now).await;
        let credentials = asked.map_err(unusable)?;
        if !credentials.callback_confirmed {
            // OAuth 1.0 without the "a": whoever began a login could have another one finish it.
            return Err(Failure::token(Fault::Answer, "the provider does not confirm the callback"));
        }
        let extra = &self.config.registration.extra_params;
        let extra = extra.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let parameters = [("oauth_token", credentials.token.expose())].into_iter().chain(extra);
        let url = with_parameters(self.config.authorization_endpoint.as_str(), parameters)?;
        let request_token = RequestToken {
            token: credentials.token.expose().to_owned(),
            secret: credentials.secret.expose().to_owned(),
        };
        let handshake = Handshake {
            redirect_uri,
            nonce: Plain::random().expose().to_owned(),
            verifier: None,
            max_age: None,
            request_token: Some(request_token),
        };
        Ok(Begun { url: url.into(), state, handshake })
    }
}

/// Whether a response with temporary credentials confirms the callback, as OAuth 1.0a demands.
pub fn callback_confirmed(answer: &http::Response<Vec<u8>>) -> Result<bool, Failure> {
    Ok(credentials::read(answer.status(), answer.headers(), answer.body())?.callback_confirmed)
}

fn signer(config: &config::OAuth1) -> Option<Signer> {
    let config::OAuth1 { registration, signature_method, .. } = config;
    let secret = || registration.client_secret.clone();
    match signature_method {
        SignatureMethod::HmacSha1 => secret().map(Signer::HmacSha1),
        SignatureMethod::HmacSha256 => secret().map(Signer::HmacSha256),
        SignatureMethod::Plaintext => secret().map(Signer::Plaintext),
        SignatureMethod::RsaSha1 => {
            let key = registration.private_key.as_ref()?;
            RsaSha1::from_pkcs8(key.pkcs8()).map(Signer::RsaSha1)
        }
    }
}

/// A request for credentials: a `POST` without a body (RFC 5849 §2.1).
fn request(
    signatory: &Signatory<'_>,
    endpoint: &Url,
    more: &[(&str, &str)],
    now: Timestamp,
) -> Result<http::Request<Vec<u8>>, Failure> {
    let unusable = |why: String| Failure::token(Fault::Answer, why);
    let authorization = signatory.authorization(&Method::POST, endpoint, more, now);
    let authorization = authorization.map_err(|no| unusable(no.to_string()))?;
    let request = authorized(Method::POST, endpoint, "application/x-www-form-urlencoded, */*;q=0.1", &authorization);
    request.ok_or_else(|| unusable("the request cannot be made".into()))
}

/// Asks for credentials.
async fn ask(
    line: &Line,
    signatory: &Signatory<'_>,
    endpoint: &Url,
    more: &[(&str, &str)],
    now: Timestamp,
) -> Result<Credentials, Failure> {
    let answer = line.send(request(signatory, endpoint, more, now)?, now).await;
    let answer = answer.map_err(|Unanswered(fault, why)| Failure::token(fault, format!("the provider: {why}")))?;
    credentials::read(answer.status(), answer.headers(), answer.body())
}

/// Nobody did anything wrong yet who could be told so: a refusal of our own credentials is a fault of the house.
fn unusable(failure: Failure) -> Failure {
    match failure.fault {
        Fault::Refused => Failure::token(Fault::Answer, failure.reason),
        _ => failure,
    }
}

fn with_parameters<'p>(url: &str, parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> Result<Url, Failure> {
    let mut url = Url::parse(url).map_err(|_| Failure::token(Fault::Refused, "the redirect_uri is not a URL"))?;
    url.query_pairs_mut().extend_pairs(parameters);
    Ok(url)
}
