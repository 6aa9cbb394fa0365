//! The signature methods (RFC 5849 §3.4.2 to §3.4.4).
//!
//! No crate is used: those for OAuth 1.0a are not maintained (`oauth1-request` 0.6 is of 2024, `reqwest-oauth1` 0.3 and
//! `oauth1` 1.0 are older), do not support RSA-SHA1 or HMAC-SHA256, and each contains its own HMAC.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::base_string::percent_encode;
use super::rsa_sha1::RsaSha1;
use crate::base::secret::Plain;
use crate::config::is_protected;

/// A signature method with its key.
pub enum SignatureMethod {
    /// HMAC-SHA1 (RFC 5849 §3.4.2). Collisions of SHA-1 do not affect an HMAC.
    HmacSha1(Plain),
    /// HMAC-SHA256, an extension that some providers support.
    HmacSha256(Plain),
    /// RSA-SHA1 (RFC 5849 §3.4.3).
    RsaSha1(RsaSha1),
    /// PLAINTEXT (RFC 5849 §3.4.4): the secrets themselves, over TLS only.
    Plaintext(Plain),
}

/// Why a request was not signed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SigningError {
    /// PLAINTEXT over `http` would reveal the secrets.
    #[error("PLAINTEXT signatures are sent over https only")]
    PlaintextWithoutTls,
    /// The private key is damaged.
    #[error("the private key does not sign")]
    Key,
}

impl SignatureMethod {
    /// The value of `oauth_signature_method`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::HmacSha1(_) => "HMAC-SHA1",
            Self::HmacSha256(_) => "HMAC-SHA256",
            Self::RsaSha1(_) => "RSA-SHA1",
            Self::Plaintext(_) => "PLAINTEXT",
        }
    }

    /// The value of `oauth_signature` for a request to `url` with this base string. `token_secret` is empty for a request
    /// without a token.
    pub fn sign(&self, url: &Url, base_string: &str, token_secret: &str) -> Result<String, SigningError> {
        let mac = |algorithm, client_secret| {
            let key = hmac::Key::new(algorithm, key(client_secret, token_secret).expose().as_bytes());
            STANDARD.encode(hmac::sign(&key, base_string.as_bytes()))
        };
        match self {
            Self::HmacSha1(secret) => Ok(mac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret)),
            Self::HmacSha256(secret) => Ok(mac(hmac::HMAC_SHA256, secret)),
            Self::RsaSha1(key) => {
                key.sign(base_string.as_bytes()).map(|it| STANDARD.encode(it)).ok_or(SigningError::Key)
            }
            Self::Plaintext(_) if !is_protected(url) => Err(SigningError::PlaintextWithoutTls),
            Self::Plaintext(secret) => Ok(key(secret, token_secret).expose().to_owned()),
        }
    }
}

/// The HMAC key: both secrets, percent-encoded (§3.4.2).
fn key(client_secret: &Plain, token_secret: &str) -> Plain {
    Plain::new(format!("{}&{}", percent_encode(client_secret.expose()), percent_encode(token_secret)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::oauth1::base_string::base_string;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    fn signed(signer: &SignatureMethod, method: &str, at: &str, pairs: &[(&str, &str)], token_secret: &str) -> String {
        let parameters: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let at = url(at);
        signer.sign(&at, &base_string(method, &at, &parameters), token_secret).expect("a signature")
    }

    /// The three requests of RFC 5849 §1.2 with their signatures.
    #[test]
    fn the_signatures_of_the_standards_examples() {
        let signer = SignatureMethod::HmacSha1(Plain::new("kd94hf93k423kf44"));
        let temporary = signed(
            &signer,
            "POST",
            "https://photos.example.net/initiate",
            &[
                ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
                ("oauth_signature_method", "HMAC-SHA1"),
                ("oauth_timestamp", "137131200"),
                ("oauth_nonce", "wIjqoS"),
                ("oauth_callback", "http://printer.example.com/ready"),
            ],
            "",
        );
        let token = signed(
            &signer,
            "POST",
            "https://photos.example.net/token",
            &[
                ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
                ("oauth_token", "hh5s93j4hdidpola"),
                ("oauth_signature_method", "HMAC-SHA1"),
                ("oauth_timestamp", "137131201"),
                ("oauth_nonce", "walatlh"),
                ("oauth_verifier", "hfdp7dh39dks9884"),
            ],
            "hdhd0244k9j7ao03",
        );
        let photo = signed(
            &signer,
            "GET",
            "http://photos.example.net/photos?file=vacation.jpg&size=original",
            &[
                ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
                ("oauth_token", "nnch734d00sl2jdk"),
                ("oauth_signature_method", "HMAC-SHA1"),
                ("oauth_timestamp", "137131202"),
                ("oauth_nonce", "chapoH"),
            ],
            "pfkkdhi9sl3r4s00",
        );
        assert_eq!(
            [temporary, token, photo],
            ["74KNZJeDHnMBp0EMJ9ZHt/XKycU=", "gKgrFCywp7rO0OXSjdot/IHF7IU=", "MdpQcU8iPSUjWoN/UDMsK2sui9I="]
        );
    }

    /// The example of Twitter's documentation, "Creating a signature".
    #[test]
    fn the_signature_of_a_providers_example() {
        let signer = SignatureMethod::HmacSha1(Plain::new("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"));
        let signature = signed(
            &signer,
            "POST",
            "https://api.twitter.com/1.1/statuses/update.json?include_entities=true",
            &[
                ("status", "Hello Ladies + Gentlemen, a signed OAuth request!"),
                ("oauth_consumer_key", "xvz1evFS4wEEPTGEFPHBog"),
                ("oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"),
                ("oauth_signature_method", "HMAC-SHA1"),
                ("oauth_timestamp", "1318622958"),
                ("oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
                ("oauth_version", "1.0"),
            ],
            "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
        );
        assert_eq!(signature, "hCtSmYh+iHYCEqBWrE7C7hYmtUk=");
    }

    /// RFC 5849 §3.4.4: PLAINTEXT requires TLS or a loopback address.
    #[test]
    fn plaintext_signatures_require_tls() {
        let signer = SignatureMethod::Plaintext(Plain::new("j49sn3j29djd&"));
        for private in ["https://example.com/", "http://127.0.0.1:1/", "http://[::1]/", "http://localhost/"] {
            assert_eq!(signer.sign(&url(private), "", "dh893hdasih9"), Ok("j49sn3j29djd%26&dh893hdasih9".into()));
        }
        for open in ["http://example.com/", "http://10.0.0.1/", "http://localhost.example.com/"] {
            assert_eq!(signer.sign(&url(open), "", ""), Err(SigningError::PlaintextWithoutTls), "{open}");
        }
    }
}
