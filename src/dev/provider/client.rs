//! The only client of the pretend provider, and its authentication.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::params::Params;
use super::refusal::TokenRefusal;
use crate::base::secret::{Hashed, Plain};

/// A registered confidential client.
#[derive(Clone)]
pub struct Client {
    /// The `client_id` (RFC 6749 §2.2).
    pub id: String,
    /// The `client_secret` (RFC 6749 §2.3.1).
    pub secret: Plain,
    /// The registered redirect URIs; compared as strings.
    pub redirect_uris: Vec<String>,
    /// The registered post-logout redirect URIs; compared as strings.
    pub post_logout_redirect_uris: Vec<String>,
}

impl Client {
    /// Authenticates the client by HTTP Basic or by the body, not both (RFC 6749 §2.3.1).
    pub(super) fn authenticate(&self, header: Option<&str>, params: &Params) -> Result<(), TokenRefusal> {
        let in_body = params.get("client_secret");
        let (id, secret) = match (header, in_body) {
            (Some(_), Some(_)) => return Err(TokenRefusal::invalid_request("two ways of client authentication")),
            (Some(header), None) => basic(header).ok_or_else(TokenRefusal::invalid_client)?,
            (None, Some(secret)) => (params.get("client_id").unwrap_or_default().to_owned(), secret.to_owned()),
            (None, None) => return Err(TokenRefusal::invalid_client()),
        };
        let is_right = Hashed::of(&secret).matches(self.secret.hashed().as_bytes());
        let says_otherwise = params.get("client_id").is_some_and(|other| other != id);
        if id != self.id || !is_right || says_otherwise {
            return Err(TokenRefusal::invalid_client());
        }
        Ok(())
    }
}

/// The client id and secret of a Basic header. Both are form-encoded (RFC 6749 §2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, credentials) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then_some(())?;
    let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

fn form_decoded(text: &str) -> String {
    let one_field = text.replace('=', "%3D").replace('&', "%26");
    url::form_urlencoded::parse(one_field.as_bytes()).map(|(decoded, _)| decoded.into_owned()).collect()
}
