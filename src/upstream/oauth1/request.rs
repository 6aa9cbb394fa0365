//! A signed request, as its `Authorization` header (RFC 5849 §3.5.1).

use http::Method;
use url::Url;

use super::base_string::{Parameter, base_string, encoded};
use super::signer::{Signer, Unsigned};
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;

/// As many characters as any provider takes in a nonce, and more than anybody guesses.
const NONCE: usize = 32;

/// Who signs.
pub struct Signatory<'a> {
    /// With what.
    pub signer: &'a Signer,
    /// Our name there.
    pub client_id: &'a str,
    /// The token in whose name the request is made, and its secret.
    pub token: Option<(&'a str, &'a str)>,
}

impl Signatory<'_> {
    /// The header's value for a request without a body. `more` are parameters of the protocol that only this request
    /// has; the query's are signed along.
    pub fn authorization(
        &self,
        method: &Method,
        url: &Url,
        more: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<String, Unsigned> {
        let nonce: String = Plain::random().expose().chars().filter(char::is_ascii_alphanumeric).take(NONCE).collect();
        let timestamp = now.timestamp().to_string();
        let (token, token_secret) = self.token.unzip();
        let ours = [
            ("oauth_consumer_key", Some(self.client_id)),
            ("oauth_nonce", Some(&nonce)),
            ("oauth_signature_method", Some(self.signer.name())),
            ("oauth_timestamp", Some(&timestamp)),
            ("oauth_token", token),
            ("oauth_version", Some("1.0")),
        ];
        let ours = ours.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let mut all: Vec<Parameter> =
            ours.chain(more.iter().copied()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let base_string = base_string(method.as_str(), url, &all);
        let signature = self.signer.sign(url, &base_string, token_secret.unwrap_or_default())?;
        all.push(("oauth_signature".to_owned(), signature));
        let quoted = all.iter().map(|(name, value)| format!("{}=\"{}\"", encoded(name), encoded(value)));
        Ok(format!("OAuth {}", quoted.collect::<Vec<_>>().join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_what_the_standard_wants() {
        let signer = Signer::HmacSha1(Plain::new("secret"));
        let now = Timestamp::from_timestamp(1_800_000_000, 0).expect("an instant");
        let url = Url::parse("https://op.example/user?a=b").expect("a URL");
        let header = |token| {
            let signatory = Signatory { signer: &signer, client_id: "us & them", token };
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
        let nonce = |header: &str| header.split("oauth_nonce=\"").nth(1).map(|rest| rest[..NONCE].to_owned());
        assert_ne!(nonce(&first), nonce(&second));
    }
}
