//! The algorithms that are accepted for the tokens of a provider, and what an operator can do if another one comes.

use super::metadata::Metadata;
use super::token_error::TokenError;
use crate::base::jws::JwsAlgorithm;
use crate::config;
use crate::upstream::text::shown_names;

/// The accepted algorithms of a token, and where they come from.
#[derive(Debug)]
pub struct Accepted {
    algorithms: Vec<JwsAlgorithm>,
    source: Source,
}

#[derive(Debug)]
enum Source {
    /// The key `signing_algorithms` of the provider names them.
    Configuration,
    /// The metadata names them in `id_token_signing_alg_values_supported`.
    Listed(Vec<String>),
    /// Neither lists any: RS256, which every provider supports (OpenID Connect Core §15.1).
    Default,
    /// Every algorithm with a key pair.
    Asymmetric,
}

impl Accepted {
    /// For ID tokens: the configured algorithms, else the asymmetric ones that the provider lists, else RS256.
    pub fn for_id_tokens(config: &config::Oidc, metadata: &Metadata) -> Self {
        if !config.signing_algorithms.is_empty() {
            return Self { algorithms: config.signing_algorithms.clone(), source: Source::Configuration };
        }
        let listed = &metadata.signing_algorithms;
        if listed.is_empty() {
            return Self { algorithms: vec![JwsAlgorithm::Rs256], source: Source::Default };
        }
        let known: Vec<_> = listed.iter().filter_map(|name| JwsAlgorithm::from_name(name).ok()).collect();
        let algorithms = JwsAlgorithm::asymmetric().filter(|algorithm| known.contains(algorithm)).collect();
        Self { algorithms, source: Source::Listed(listed.clone()) }
    }

    /// For logout tokens: the configured algorithms, else all asymmetric ones, of which that of the session's ID token is accepted.
    pub fn for_logout_tokens(config: &config::Oidc) -> Self {
        Self::for_userinfo(config)
    }

    /// For userinfo: the configured algorithms, else all asymmetric ones. `userinfo_signing_alg_values_supported` is not used.
    pub fn for_userinfo(config: &config::Oidc) -> Self {
        if config.signing_algorithms.is_empty() {
            return Self { algorithms: JwsAlgorithm::asymmetric().collect(), source: Source::Asymmetric };
        }
        Self { algorithms: config.signing_algorithms.clone(), source: Source::Configuration }
    }

    /// The algorithms, in no particular order.
    pub fn algorithms(&self) -> &[JwsAlgorithm] {
        &self.algorithms
    }

    /// Whether a token may be signed by a key of the provider's key set.
    pub fn needs_keys(&self) -> bool {
        self.algorithms.iter().any(|algorithm| !algorithm.is_hmac())
    }

    /// Whether a token may be signed by the client secret.
    pub fn has_hmac(&self) -> bool {
        self.algorithms.iter().any(|algorithm| algorithm.is_hmac())
    }

    /// Rejects another algorithm. The reason names the one that came and the remedy.
    pub fn check(&self, algorithm: JwsAlgorithm) -> Result<(), TokenError> {
        if self.algorithms.contains(&algorithm) {
            return Ok(());
        }
        let (name, accepted) = (algorithm.name(), JwsAlgorithm::list(&self.algorithms));
        let why = match &self.source {
            _ if algorithm.is_hmac() && !self.has_hmac() => format!(
                "is signed with {name}, by the client secret: choose a signing key for this client at the provider, or write \
                 signing_algorithms = [\"{name}\"]"
            ),
            Source::Configuration => format!("is signed with {name}, and signing_algorithms has {accepted} only"),
            Source::Listed(listed) => format!(
                "is signed with {name}, and the provider lists {} only (id_token_signing_alg_values_supported); if that is \
                 meant, write signing_algorithms = [\"{name}\"]",
                shown_names(listed)
            ),
            Source::Default => format!(
                "is signed with {name}, and the provider lists no algorithm, so RS256 is expected; if that is meant, write \
                 signing_algorithms = [\"{name}\"]"
            ),
            Source::Asymmetric => format!("is signed with {name}, and a key pair is expected"),
        };
        Err(why.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::upstream::oidc::discovery;
    use crate::upstream::oidc::relying_party::tests::config;

    /// The accepted algorithms if the provider lists these and those are configured.
    fn accepted(listed: &Value, configured: &[JwsAlgorithm]) -> Accepted {
        let mut config = config("https://op.example");
        config.signing_algorithms = configured.to_vec();
        let document = json!({
            "issuer": config.issuer, "authorization_endpoint": "https://op.example/a",
            "token_endpoint": "https://op.example/t", "jwks_uri": "https://op.example/k",
            "id_token_signing_alg_values_supported": listed,
        });
        Accepted::for_id_tokens(&config, &discovery::read(&document, &config).expect("good"))
    }

    /// RT-18: HMAC only if it is configured, and never `none`.
    #[test]
    fn metadata_cannot_enable_hmac_or_none() {
        let hmac = accepted(&json!(["HS256", "none"]), &[]);
        assert!(hmac.algorithms().is_empty() && !hmac.has_hmac());
        assert_eq!(accepted(&json!(null), &[]).algorithms(), [JwsAlgorithm::Rs256]);
        assert_eq!(accepted(&json!(["RS256"]), &[JwsAlgorithm::Hs256]).algorithms(), [JwsAlgorithm::Hs256]);
    }

    #[test]
    fn both_names_of_ed25519_are_read_in_metadata() {
        for listed in [json!(["EdDSA"]), json!(["Ed25519"]), json!(["Ed25519", "EdDSA", "Ed448"])] {
            assert_eq!(accepted(&listed, &[]).algorithms(), [JwsAlgorithm::EdDsa], "{listed}");
        }
    }

    #[test]
    fn the_reason_names_the_algorithm_and_the_remedy() {
        let reported = |listed: Value, configured: &[JwsAlgorithm], came| {
            accepted(&listed, configured).check(came).expect_err("refused").to_string()
        };
        let configured = reported(json!(null), &[JwsAlgorithm::Es256, JwsAlgorithm::Rs256], JwsAlgorithm::Rs512);
        assert_eq!(configured, "is signed with RS512, and signing_algorithms has ES256, RS256 only");
        let listed = reported(json!(["RS256", "Ed448"]), &[], JwsAlgorithm::Es512);
        assert!(listed.contains("is signed with ES512, and the provider lists RS256, Ed448 only"), "{listed}");
        assert!(listed.ends_with("write signing_algorithms = [\"ES512\"]"), "{listed}");
        let silent = reported(json!([]), &[], JwsAlgorithm::EdDsa);
        assert!(silent.contains("EdDSA, and the provider lists no algorithm"), "{silent}");
        let secret = reported(json!(["RS256"]), &[], JwsAlgorithm::Hs384);
        assert!(secret.contains("HS384, by the client secret"), "{secret}");
    }
}
