//! The `Authorization` header of a signed request (RFC 5849 §3.5.1).

use http::Method;
use url::Url;

use super::base_string::{Parameter, base_string, percent_encode};
use super::signature::{SignatureMethod, SigningError};
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;

/// The length of a nonce, in letters and digits: 142 bits. By default oauthlib accepts 20 to 30 characters.
const NONCE_LENGTH: usize = 24;

/// Signs requests as the client, optionally with a token.
pub struct RequestSigner<'a> {
    /// The signature method with its key.
    pub signer: &'a SignatureMethod,
    /// The client id at the provider, sent as `oauth_consumer_key` (RFC 5849 §3.1).
    pub client_id: &'a str,
    /// The token of the request and its secret; `None` for temporary credentials.
    pub token: Option<(&'a str, &'a str)>,
}

impl RequestSigner<'_> {
    /// The header value for a request without a body. `extra` are protocol parameters of this request only. The parameters of
    /// the query are signed as well.
    pub fn authorization(
        &self,
        method: &Method,
        url: &Url,
        extra: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<String, SigningError> {
        let nonce: String =
            Plain::random().expose().chars().filter(char::is_ascii_alphanumeric).take(NONCE_LENGTH).collect();
        let timestamp = now.timestamp().to_string();
        let (token, token_secret) = self.token.unzip();
        let common = [
            ("oauth_consumer_key", Some(self.client_id)),
            ("oauth_nonce", Some(&nonce)),
            ("oauth_signature_method", Some(self.signer.name())),
            ("oauth_timestamp", Some(&timestamp)),
            ("oauth_token", token),
            ("oauth_version", Some("1.0")),
        ];
        let common = common.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let mut all: Vec<Parameter> =
            common.chain(extra.iter().copied()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let base_string = base_string(method.as_str(), url, &all);
        let signature = self.signer.sign(url, &base_string, token_secret.unwrap_or_default())?;
        all.push(("oauth_signature".to_owned(), signature));
        let quoted = all.iter().map(|(name, value)| format!("{}=\"{}\"", percent_encode(name), percent_encode(value)));
        Ok(format!("OAuth {}", quoted.collect::<Vec<_>>().join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_contains_all_parameters_and_no_secret() {
        let signer = SignatureMethod::HmacSha1(Plain::new("secret"));
        let now = Timestamp::from_timestamp(1_800_000_000, 0).expect("an instant");
        let url = Url::parse("https://op.example/user?a=b").expect("a URL");
        let header = |token| {
            let signatory = RequestSigner { signer: &signer, client_id: "us & them", token };
            signatory.authorization(&Method::GET, &url, &[("oauth_verifier", "v")], now).expect("a header")
        };
        let (first, second) = (header(Some(("token", "secret"))), header(None));
        assert!(first.starts_with("OAuth oauth_consumer_key=\"us%20%26%20them\", oauth_nonce=\""), "{first}");
        for part in ["oauth_token=\"token\"", "oauth_verifier=\"v\"", "oauth_version=\"1.0\"", "oauth_signature=\""] {
            assert!(first.contains(part), "{part}: {first}");
        }
        assert!(first.contains("oauth_timestamp=\"1800000000\"") && first.contains("=\"HMAC-SHA1\""), "{first}");
        assert!(!first.contains("secret") && !first.contains("a=b"), "{first}");
        assert!(!second.contains("oauth_token="), "{second}");
        let nonce = |header: &str| header.split("oauth_nonce=\"").nth(1).map(|rest| rest[..NONCE_LENGTH].to_owned());
        let (first, second) = (nonce(&first).expect("a nonce"), nonce(&second).expect("a nonce"));
        assert!(first != second && first.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{first} {second}");
    }
}
