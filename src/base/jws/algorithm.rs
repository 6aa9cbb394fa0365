//! The JWS algorithms that are verified (RFC 7518 §3.1, RFC 8037, RFC 9864).

use std::fmt;

use aws_lc_rs::digest::{self, digest};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A JWS algorithm that is verified. `none` is not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JwsAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384 (RFC 7518 §3.3).
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512 (RFC 7518 §3.3).
    Rs512,
    /// RSASSA-PSS with SHA-256 (RFC 7518 §3.5).
    Ps256,
    /// RSASSA-PSS with SHA-384 (RFC 7518 §3.5).
    Ps384,
    /// RSASSA-PSS with SHA-512 (RFC 7518 §3.5).
    Ps512,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// ECDSA with P-521 and SHA-512.
    Es512,
    /// Ed25519: `EdDSA` with that curve (RFC 8037 §3.1), and `Ed25519` (RFC 9864 §2.2). Both names are one algorithm.
    EdDsa,
    /// HMAC with SHA-256 (RFC 7518 §3.2).
    Hs256,
    /// HMAC with SHA-384 (RFC 7518 §3.2).
    Hs384,
    /// HMAC with SHA-512 (RFC 7518 §3.2).
    Hs512,
}

/// The name of RFC 9864 for [`JwsAlgorithm::EdDsa`].
const ED25519: &str = "Ed25519";

/// Registered names of signature algorithms (IANA, "JSON Web Signature and Encryption Algorithms") that are not verified.
const NOT_VERIFIED: [&str; 9] =
    ["Ed448", "ES256K", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "RS1", "HS1", "ESB256", "ESB384"];

/// The longest name that an error shows.
const MAX_SHOWN: usize = 40;

/// Why the algorithm of a token, of a key or of a setting cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnusableAlgorithm {
    /// `none`, in any letter case, or no name at all.
    Unsigned,
    /// A registered algorithm that is not verified.
    NotVerified(&'static str),
    /// A name that is not registered; `None` if it is not one that an error may show.
    Unknown(Option<String>),
}

impl fmt::Display for UnusableAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => f.write_str("is unsigned (alg is \"none\" or missing)"),
            Self::NotVerified(name) => write!(f, "is signed with {name}, which Vestibule does not verify"),
            Self::Unknown(Some(name)) => write!(f, "is signed with an unknown algorithm (alg is {name:?})"),
            Self::Unknown(None) => f.write_str("is signed with an unknown algorithm"),
        }
    }
}

impl std::error::Error for UnusableAlgorithm {}

impl UnusableAlgorithm {
    /// The name, if it may be shown.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Unsigned => Some("none"),
            Self::NotVerified(name) => Some(name),
            Self::Unknown(name) => name.as_deref(),
        }
    }
}

impl JwsAlgorithm {
    /// Every algorithm, the asymmetric ones first.
    pub const ALL: [Self; 13] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
    ];

    /// The names that a configuration may have.
    pub const NAMES: [&str; 14] = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", ED25519, "HS256",
        "HS384", "HS512",
    ];

    /// The value of `alg` (RFC 7518 §3.1, RFC 8037 §3.1).
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    /// The algorithm with this exact name. `Ed25519` is [`Self::EdDsa`].
    pub fn from_name(name: &str) -> Result<Self, UnusableAlgorithm> {
        let name = if name == ED25519 { Self::EdDsa.name() } else { name };
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name).ok_or_else(|| unusable(name))
    }

    /// Whether a shared secret signs, and no key pair.
    pub fn is_hmac(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }

    /// The algorithms with a key pair.
    pub fn asymmetric() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|algorithm| !algorithm.is_hmac())
    }

    /// The names of algorithms as an error shows them: `RS256, ES256`.
    pub fn list(algorithms: &[Self]) -> String {
        algorithms.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(", ")
    }

    /// `at_hash` of a token (OpenID Connect Core §3.1.3.6): the left half of its hash, in base64url.
    pub fn half_hash(self, token: &str) -> String {
        let hash = digest(self.hash(), token.as_bytes());
        let half = hash.as_ref().get(..hash.as_ref().len() / 2).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(half)
    }

    fn hash(self) -> &'static digest::Algorithm {
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 | Self::Hs256 => &digest::SHA256,
            Self::Rs384 | Self::Ps384 | Self::Es384 | Self::Hs384 => &digest::SHA384,
            Self::Rs512 | Self::Ps512 | Self::Es512 | Self::Hs512 | Self::EdDsa => &digest::SHA512,
        }
    }

    /// The library's algorithm for HMAC; `None` for the others.
    pub(super) fn hmac(self) -> Option<hmac::Algorithm> {
        match self {
            Self::Hs256 => Some(hmac::HMAC_SHA256),
            Self::Hs384 => Some(hmac::HMAC_SHA384),
            Self::Hs512 => Some(hmac::HMAC_SHA512),
            _ => None,
        }
    }
}

fn unusable(name: &str) -> UnusableAlgorithm {
    if name.is_empty() || name.eq_ignore_ascii_case("none") {
        return UnusableAlgorithm::Unsigned;
    }
    let registered = NOT_VERIFIED.into_iter().find(|registered| *registered == name);
    let is_shown = name.len() <= MAX_SHOWN && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    registered
        .map_or_else(|| UnusableAlgorithm::Unknown(is_shown.then(|| name.to_owned())), UnusableAlgorithm::NotVerified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_and_both_names_of_ed25519_are_one_algorithm() {
        for name in JwsAlgorithm::NAMES {
            let read = JwsAlgorithm::from_name(name).expect(name);
            assert_eq!(read.name(), if name == "Ed25519" { "EdDSA" } else { name });
        }
        assert_eq!(JwsAlgorithm::from_name("Ed25519"), JwsAlgorithm::from_name("EdDSA"));
        assert!(JwsAlgorithm::asymmetric().all(|algorithm| algorithm.hmac().is_none()));
    }

    /// RT-17: names are compared exactly, and none of the unusable ones is taken for a usable one.
    #[test]
    fn an_unusable_algorithm_is_named() {
        let reported = |name: &str| JwsAlgorithm::from_name(name).expect_err(name).to_string();
        for none in ["none", "None", "nOnE", ""] {
            assert!(reported(none).contains("unsigned"), "{none}");
        }
        for registered in ["Ed448", "ES256K", "ML-DSA-65"] {
            assert_eq!(reported(registered), format!("is signed with {registered}, which Vestibule does not verify"));
        }
        for unknown in ["rs256", "ed25519", "EDDSA", "XY999", "RS256 ", "HS256x"] {
            assert!(reported(unknown).contains("unknown algorithm"), "{unknown}");
        }
        assert!(reported("XY999").contains("\"XY999\""));
        for hidden in ["a\nb", "é", &"x".repeat(41), "a\"b", "a b"] {
            assert_eq!(reported(hidden), "is signed with an unknown algorithm");
        }
    }

    /// RT-27: the lengths of Ed25519 and ES512 are those of SHA-512.
    #[test]
    fn a_half_hash_has_half_the_length_of_the_hash() {
        let bytes =
            |algorithm: JwsAlgorithm| URL_SAFE_NO_PAD.decode(algorithm.half_hash("t")).expect("base64url").len();
        assert_eq!([JwsAlgorithm::Rs256, JwsAlgorithm::Es384, JwsAlgorithm::EdDsa].map(bytes), [16, 24, 32]);
        assert_eq!(bytes(JwsAlgorithm::Es512), 32);
        // OpenID Connect Core §A.3
        let published = JwsAlgorithm::Rs256.half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
        assert_eq!(published, "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
