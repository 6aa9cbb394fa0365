//! The client of one OAuth 1.0a provider: temporary credentials, authorization, token credentials (RFC 5849 §2).

use std::sync::Arc;

use http::Method;
use url::Url;

use super::credentials::{self, Credentials};
use super::request_signer::RequestSigner;
use super::rsa_sha1::RsaSha1;
use super::signature::SignatureMethod;
use crate::base::clock::Timestamp;
use crate::base::outbound::Outbound;
use crate::base::secret::{Hashed, Plain};
use crate::config::{self, Registration};
use crate::upstream::another_account;
use crate::upstream::authorized_request::authorized_request;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::{AuthorizationGrant, Handshake, LoginRequest, RequestToken, StartedLogin};
use crate::upstream::identity::{Identity, ProviderTokens};
use crate::upstream::profile_calls;
use crate::upstream::provider_http::{CallError, ProviderHttp};
use crate::upstream::sent::Sent;

/// An OAuth 1.0a provider. Clones are cheap.
#[derive(Clone)]
pub struct OAuth1(Arc<Inner>);

struct Inner {
    config: config::OAuth1,
    http: ProviderHttp,
    /// `None` if the private key is not usable; every login fails then.
    signer: Option<SignatureMethod>,
}

impl OAuth1 {
    /// Creates the client from the configuration. It sends no request.
    pub fn new(config: config::OAuth1, outbound: Outbound) -> Self {
        let signer = signer(&config);
        let trusted = config.profile.endpoints().chain([&config.request_token_endpoint, &config.access_token_endpoint]);
        let http = ProviderHttp::new(&config.registration, trusted, outbound);
        Self(Arc::new(Inner { config, http, signer }))
    }

    /// The HTTP client of this provider.
    pub fn http(&self) -> &ProviderHttp {
        &self.0.http
    }

    /// The configuration that all protocols have in common.
    pub fn registration(&self) -> &Registration {
        &self.0.config.registration
    }

    /// Starts a login: requests temporary credentials (RFC 5849 §2.1). The protocol has no `state`, so it is a parameter of the
    /// callback URL. Hints are not passed on, because the protocol defines none.
    pub async fn begin(&self, request: LoginRequest, now: Timestamp) -> Result<StartedLogin, Failure> {
        self.0.begin(request, now).await
    }

    /// Finishes a login: requests token credentials (RFC 5849 §2.3) and the profile.
    pub async fn finish(
        &self,
        handshake: &Handshake,
        grant: AuthorizationGrant,
        now: Timestamp,
    ) -> Result<Identity, Failure> {
        let (AuthorizationGrant::Verifier { token, verifier }, Some(request)) = (grant, &handshake.request_token)
        else {
            return Err(Failure::wrong_protocol());
        };
        // The comparison takes constant time.
        if !token.hashed().matches(Hashed::of(&request.token).as_bytes()) {
            return Err(Failure::token(
                Fault::Refused,
                "the authorization response names another request token (oauth_token)",
            ));
        }
        let signer = self.0.request_signer(Some((&request.token, &request.secret)))?;
        let extra = [("oauth_verifier", verifier.expose())];
        let endpoint = &self.0.config.access_token_endpoint;
        let Credentials { token, secret, .. } =
            request_credentials(&self.0.http, &signer, endpoint, &extra, now).await?;
        let signer = self.0.request_signer(Some((token.expose(), secret.expose())))?;
        let authorize =
            |url: &Url| signer.authorization(&Method::GET, url, &[], now).map_err(|error| error.to_string());
        let claims =
            profile_calls::fetch(&self.0.config.profile, &self.0.config.registration, &self.0.http, authorize, now)
                .await?;
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
        request(&self.0.request_signer(None)?, endpoint, &[("oauth_callback", callback)], now)
    }
}

impl Inner {
    fn request_signer<'a>(&'a self, token: Option<(&'a str, &'a str)>) -> Result<RequestSigner<'a>, Failure> {
        let signer = self.signer.as_ref().ok_or_else(unusable_key)?;
        Ok(RequestSigner { signer, client_id: &self.config.registration.client_id, token })
    }

    async fn begin(&self, request: LoginRequest, now: Timestamp) -> Result<StartedLogin, Failure> {
        let LoginRequest { redirect_uri, mut hints } = request;
        let state = Plain::random();
        let callback = with_parameters(&redirect_uri, [("state", state.expose())])?;
        let endpoint = &self.config.request_token_endpoint;
        let response = request_credentials(
            &self.http,
            &self.request_signer(None)?,
            endpoint,
            &[("oauth_callback", callback.as_str())],
            now,
        )
        .await;
        let credentials = response.map_err(not_the_user)?;
        if !credentials.callback_confirmed {
            // OAuth Core 1.0 before Revision A allows session fixation: an attacker starts a login, and a victim
            // authorizes it.
            let unconfirmed = Failure::token(Fault::InvalidResponse, "the provider does not confirm the callback");
            return Err(unconfirmed.needing_operator(true));
        }
        let extra = &self.config.registration.extra_params;
        // OAuth 1.0a has no standard parameters of a caller, only the provider's own parameters.
        let another = another_account::parameters(&self.config.registration, None, &mut hints);
        let extra = extra.iter().chain(&another).map(|(name, value)| (name.as_str(), value.as_str()));
        let parameters = [("oauth_token", credentials.token.expose())].into_iter().chain(extra);
        let url = with_parameters(self.config.authorization_endpoint.as_str(), parameters)?;
        let request_token = RequestToken {
            token: credentials.token.expose().to_owned(),
            secret: credentials.secret.expose().to_owned(),
        };
        let nonce = Plain::random().expose().to_owned();
        let handshake = Handshake { redirect_uri, nonce, request_token: Some(request_token), ..Handshake::default() };
        Ok(StartedLogin { url: url.into(), state, handshake })
    }
}

/// Whether a response with temporary credentials has `oauth_callback_confirmed=true` (RFC 5849 §2.1).
pub fn callback_confirmed(answer: &http::Response<Vec<u8>>, sent: &Sent) -> Result<bool, Failure> {
    Ok(credentials::read(answer, sent)?.callback_confirmed)
}

fn signer(config: &config::OAuth1) -> Option<SignatureMethod> {
    let config::OAuth1 { registration, signature_method, .. } = config;
    let secret = || registration.client_secret.clone();
    match signature_method {
        config::SignatureMethod::HmacSha1 => secret().map(SignatureMethod::HmacSha1),
        config::SignatureMethod::HmacSha256 => secret().map(SignatureMethod::HmacSha256),
        config::SignatureMethod::Plaintext => secret().map(SignatureMethod::Plaintext),
        config::SignatureMethod::RsaSha1 => {
            let key = registration.private_key.as_ref()?;
            RsaSha1::from_pkcs8(key.pkcs8()).map(SignatureMethod::RsaSha1)
        }
    }
}

/// A request for credentials: `POST` without a body (RFC 5849 §2.1).
fn request(
    signer: &RequestSigner<'_>,
    endpoint: &Url,
    extra: &[(&str, &str)],
    now: Timestamp,
) -> Result<http::Request<Vec<u8>>, Failure> {
    let unusable = |why: String| Failure::token(Fault::InvalidResponse, why);
    let authorization = signer.authorization(&Method::POST, endpoint, extra, now);
    let authorization = authorization.map_err(|no| unusable(no.to_string()))?;
    let request =
        authorized_request(Method::POST, endpoint, "application/x-www-form-urlencoded, */*;q=0.1", &authorization);
    request.ok_or_else(|| unusable("the request cannot be built".into()))
}

/// Requests temporary credentials or token credentials.
async fn request_credentials(
    http: &ProviderHttp,
    signer: &RequestSigner<'_>,
    endpoint: &Url,
    extra: &[(&str, &str)],
    now: Timestamp,
) -> Result<Credentials, Failure> {
    let request = request(signer, endpoint, extra, now)?;
    let sent = Sent::of_request(&request);
    let answer = http.send(request, now).await;
    let answer = answer.map_err(|CallError(fault, why)| Failure::token(fault, format!("the provider: {why}")))?;
    credentials::read(&answer, &sent)
}

fn unusable_key() -> Failure {
    Failure::token(Fault::Unavailable, "the private key is not usable").needing_operator(true)
}

/// At the start of a login, a rejection concerns the gateway's own credentials and not the user.
fn not_the_user(failure: Failure) -> Failure {
    match failure.fault {
        Fault::Refused => Failure::token(Fault::InvalidResponse, failure.reason).needing_operator(true),
        _ => failure,
    }
}

fn with_parameters<'p>(url: &str, parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> Result<Url, Failure> {
    let mut url = Url::parse(url).map_err(|_| Failure::token(Fault::Refused, "the redirect_uri is not a URL"))?;
    url.query_pairs_mut().extend_pairs(parameters);
    Ok(url)
}
