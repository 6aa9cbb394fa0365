//! How a request is signed (RFC 5849 §3.4.2 to §3.4.4).
//!
//! Own code: the crates for OAuth 1.0a are no longer kept (`oauth1-request` 0.6 of 2024, `reqwest-oauth1` 0.3 and
//! `oauth1` 1.0 are older), none knows RSA-SHA1 or HMAC-SHA256, and each brings its own HMAC. What is left of a
//! signature when base string and HMAC are there is a line.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::base_string::encoded;
use super::rsa_sha1::RsaSha1;
use crate::base::secret::Plain;
use crate::config::is_private;

/// What signs our requests at one provider.
pub enum Signer {
    /// HMAC-SHA1, as OAuth 1.0a knows it. SHA-1's collisions are nothing to an HMAC.
    HmacSha1(Plain),
    /// HMAC-SHA256, which some providers take beside the standard's methods.
    HmacSha256(Plain),
    /// RSA-SHA1.
    RsaSha1(RsaSha1),
    /// PLAINTEXT: the secrets themselves, over TLS only.
    Plaintext(Plain),
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unsigned {
    /// PLAINTEXT sends the secrets along.
    #[error("PLAINTEXT signatures are sent over https only")]
    InTheClear,
    /// The key does not sign.
    #[error("the private key does not sign")]
    Key,
}

impl Signer {
    /// The value of `oauth_signature_method`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::HmacSha1(_) => "HMAC-SHA1",
            Self::HmacSha256(_) => "HMAC-SHA256",
            Self::RsaSha1(_) => "RSA-SHA1",
            Self::Plaintext(_) => "PLAINTEXT",
        }
    }

    /// The value of `oauth_signature` for a request to `url` with this base string. `token_secret` is that of the token
    /// in the request; empty where there is none.
    pub fn sign(&self, url: &Url, base_string: &str, token_secret: &str) -> Result<String, Unsigned> {
        let mac = |algorithm, client_secret| {
            let key = hmac::Key::new(algorithm, key(client_secret, token_secret).expose().as_bytes());
            STANDARD.encode(hmac::sign(&key, base_string.as_bytes()))
        };
        match self {
            Self::HmacSha1(secret) => Ok(mac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret)),
            Self::HmacSha256(secret) => Ok(mac(hmac::HMAC_SHA256, secret)),
            Self::RsaSha1(key) => key.sign(base_string.as_bytes()).map(|it| STANDARD.encode(it)).ok_or(Unsigned::Key),
            Self::Plaintext(_) if !is_private(url) => Err(Unsigned::InTheClear),
            Self::Plaintext(secret) => Ok(key(secret, token_secret).expose().to_owned()),
        }
    }
}

/// §3.4.2: both secrets, each encoded.
fn key(client_secret: &Plain, token_secret: &str) -> Plain {
    Plain::new(format!("{}&{}", encoded(client_secret.expose()), encoded(token_secret)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::oauth1::base_string::base_string;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    fn signed(signer: &Signer, method: &str, at: &str, pairs: &[(&str, &str)], token_secret: &str) -> String {
        let parameters: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let at = url(at);
        signer.sign(&at, &base_string(method, &at, &parameters), token_secret).expect("a signature")
    }

    /// The three requests of RFC 5849 §1.2, whose signatures stand there.
    #[test]
    fn the_requests_of_the_standard() {
        let signer = Signer::HmacSha1(Plain::new("kd94hf93k423kf44"));
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
    fn the_example_of_a_provider() {
        let signer = Signer::HmacSha1(Plain::new("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"));
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

    /// RFC 5849 §3.4.4, and nothing of it where somebody may listen.
    #[test]
    fn secrets_go_over_tls_only() {
        let signer = Signer::Plaintext(Plain::new("j49sn3j29djd&"));
        for private in ["https://example.com/", "http://127.0.0.1:1/", "http://[::1]/", "http://localhost/"] {
            assert_eq!(signer.sign(&url(private), "", "dh893hdasih9"), Ok("j49sn3j29djd%26&dh893hdasih9".into()));
        }
        for open in ["http://example.com/", "http://10.0.0.1/", "http://localhost.example.com/"] {
            assert_eq!(signer.sign(&url(open), "", ""), Err(Unsigned::InTheClear), "{open}");
        }
    }
}
