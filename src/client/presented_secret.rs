//! A client secret as a request carries it.

use crate::base::secret::{Hashed, Plain};

/// The hashes of the two readings of a secret. Clients are required to form-encode it (RFC 6749 §2.3.1, RFC 6749 appendix B),
/// and many do not, so the secret counts as right by either reading.
pub struct PresentedSecret([Hashed; 2]);

impl PresentedSecret {
    /// A secret in HTTP Basic: as it is sent, and after form-decoding if that is possible.
    pub fn in_header(as_sent: &Plain, decoded: Option<&Plain>) -> Self {
        Self([as_sent.hashed(), decoded.unwrap_or(as_sent).hashed()])
    }

    /// A secret in a form, which was decoded. A `+` that the client did not encode has become a space.
    pub fn in_form(decoded: &str) -> Self {
        Self([Hashed::of(decoded), Hashed::of(&decoded.replace(' ', "+"))])
    }

    /// Compares both readings with a secret, in constant time.
    pub fn matches(&self, secret: Hashed) -> bool {
        let [first, second] = self.0.map(|reading| reading.matches(secret.as_bytes()));
        first | second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TK-16
    #[test]
    fn a_secret_is_right_by_either_reading() {
        let secret = Plain::new("a+b%41 c");
        let header = |sent: &str, decoded: Option<&str>| {
            let decoded = decoded.map(Plain::new);
            PresentedSecret::in_header(&Plain::new(sent), decoded.as_ref()).matches(secret.hashed())
        };
        assert!(header("a+b%41 c", Some("a bA c")), "sent as it is");
        assert!(header("a%2Bb%2541+c", Some("a+b%41 c")), "encoded");
        assert!(header("a+b%41 c", None), "it cannot be decoded");
        assert!(!header("a%2Bb", Some("a+b")) && !header("", Some("")) && !header("", None));
        let form = |decoded: &str, secret: &str| PresentedSecret::in_form(decoded).matches(Hashed::of(secret));
        assert!(form("a+b", "a+b") && form("a b", "a+b") && form("a b", "a b"));
        assert!(!form("a+b", "a b"));
    }
}
