//! The algorithms of signatures that are accepted from a provider.

use openidconnect::core::CoreJwsSigningAlgorithm;
use serde_json::Value;

use super::metadata::Metadata;
use crate::config;

/// The supported algorithms with an asymmetric key; HMAC and `none` are excluded (RT-17, RT-18).
const ASYMMETRIC: [&str; 9] = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

/// The algorithms accepted for ID tokens: the configured ones, else the asymmetric ones that the provider lists, else RS256,
/// which every provider supports (OpenID Connect Core §15.1).
pub fn algorithms(config: &config::Oidc, metadata: &Metadata) -> Vec<CoreJwsSigningAlgorithm> {
    if !config.signing_algorithms.is_empty() {
        return config.signing_algorithms.iter().filter_map(|name| algorithm(name)).collect();
    }
    let listed = metadata.id_token_signing_alg_values_supported();
    if listed.is_empty() {
        return vec![CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256];
    }
    asymmetric().filter(|algorithm| listed.contains(algorithm)).collect()
}

/// The supported algorithms with an asymmetric key.
pub fn asymmetric() -> impl Iterator<Item = CoreJwsSigningAlgorithm> {
    ASYMMETRIC.into_iter().filter_map(algorithm)
}

/// The algorithm with this exact name (RFC 7518); never `none`.
pub fn algorithm(name: &str) -> Option<CoreJwsSigningAlgorithm> {
    let known = serde_json::from_value(Value::String(name.into())).ok();
    known.filter(|algorithm| *algorithm != CoreJwsSigningAlgorithm::None)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::upstream::oidc::discovery;
    use crate::upstream::oidc::relying_party::tests::config;

    fn realm() -> config::Oidc {
        config("https://op.example/realm")
    }

    /// Metadata with this `id_token_signing_alg_values_supported`.
    fn listing(algorithms: &Value) -> Metadata {
        let document = json!({
            "issuer": "https://op.example/realm",
            "authorization_endpoint": "https://op.example/auth",
            "token_endpoint": "https://op.example/token",
            "jwks_uri": "https://op.example/jwks",
            "id_token_signing_alg_values_supported": algorithms,
        });
        discovery::read(&document, &realm()).expect("good")
    }

    /// RD-15
    #[test]
    fn unknown_algorithms_are_ignored() {
        let metadata = listing(&json!([null, "ES256K", "ML-DSA-44", "ES256", "HS256", "none"]));
        assert_eq!(algorithms(&realm(), &metadata), [CoreJwsSigningAlgorithm::EcdsaP256Sha256]);
    }

    /// RT-18: HMAC only where it is configured, and never `none`.
    #[test]
    fn metadata_cannot_enable_hmac_or_none() {
        assert_eq!(algorithms(&realm(), &listing(&json!(["HS256", "none"]))), []);
        let silent = listing(&Value::Null);
        assert_eq!(algorithms(&realm(), &silent), [CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256]);
        let mut chosen = realm();
        chosen.signing_algorithms = ["HS256", "none", "None", "rs256"].map(String::from).into();
        assert_eq!(algorithms(&chosen, &silent), [CoreJwsSigningAlgorithm::HmacSha256]);
        assert_eq!(asymmetric().count(), ASYMMETRIC.len());
    }
}
