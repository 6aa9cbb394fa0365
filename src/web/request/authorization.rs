//! Parses the `Authorization` header (RFC 9110 §11.6.2). Any input is safe (FZ-04).

use actix_web::HttpRequest;
use actix_web::http::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::extract;
use crate::base::secret::Plain;

/// The maximum length of Basic credentials, in bytes. Longer ones are unusable.
const MAX_LEN: usize = 8 * 1024;

/// The credentials in the header.
pub enum Authorization {
    /// The request has no such header.
    Missing,
    /// A client and its secret (RFC 6749 §2.3.1).
    Basic(Basic),
    /// An access token (RFC 6750 §2.1).
    Bearer(Plain),
    /// Another scheme, a repeated header, or malformed credentials.
    Unusable,
}

/// The credentials of HTTP Basic.
pub struct Basic {
    /// The `client_id`, after form decoding (RFC 6749 §2.3.1).
    pub id: String,
    /// The secret as it is sent.
    pub secret: Plain,
    /// The secret after form-decoding; `None` if that is not possible. RFC 6749 §2.3.1 requires clients to encode it, and
    /// many do not.
    pub decoded: Option<Plain>,
}

impl Authorization {
    /// Reads the header of a request.
    pub fn of(request: &HttpRequest) -> Self {
        let mut values = request.headers().get_all(header::AUTHORIZATION);
        match (values.next(), values.next()) {
            (None, _) => Self::Missing,
            (Some(value), None) => Self::parse(value.as_bytes()),
            (Some(_), Some(_)) => Self::Unusable,
        }
    }

    /// Parses a header value. The scheme is case-insensitive (RFC 9110 §11.1).
    fn parse(value: &[u8]) -> Self {
        let text = std::str::from_utf8(value).ok().filter(|text| text.is_ascii());
        let Some((scheme, credentials)) = text.and_then(|text| text.split_once(' ')) else { return Self::Unusable };
        let is_plain = !credentials.is_empty() && credentials.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_plain {
            return Self::Unusable;
        }
        if scheme.eq_ignore_ascii_case("bearer") {
            return Self::Bearer(Plain::new(credentials));
        }
        let basic = scheme.eq_ignore_ascii_case("basic").then(|| basic(credentials)).flatten();
        basic.map_or(Self::Unusable, Self::Basic)
    }
}

/// Decodes Basic credentials. Id and secret are form-encoded before they are joined (RFC 6749 §2.3.1).
fn basic(credentials: &str) -> Option<Basic> {
    if credentials.len() > MAX_LEN {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
    let (id, secret) = pair.split_once(':').filter(|_| !pair.contains('\0'))?;
    let decoded = extract::decode(secret).ok().map(Plain::new);
    Some(Basic { id: extract::decode(id).ok()?, secret: Plain::new(secret), decoded })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(value: &str) -> String {
        match Authorization::parse(value.as_bytes()) {
            Authorization::Missing => "missing".into(),
            Authorization::Basic(Basic { id, secret, decoded }) => {
                let decoded = decoded.map_or("cannot be decoded".into(), |decoded| decoded.expose().to_owned());
                format!("{id}|{}|{decoded}", secret.expose())
            }
            Authorization::Bearer(token) => format!("bearer|{}", token.expose()),
            Authorization::Unusable => "unusable".into(),
        }
    }

    fn encoded(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    /// TK-16, TK-28, IR-22: well-formed headers.
    #[test]
    fn schemes_are_case_insensitive_and_basic_parts_are_form_encoded() {
        assert_eq!(read(&encoded("web:s3cret")), "web|s3cret|s3cret");
        assert_eq!(read(&encoded("web:s3cret").replace("Basic", "bASIC")), "web|s3cret|s3cret");
        assert_eq!(read(&encoded("a%3Ab:s%3A%25+%C3%A9")), "a:b|s%3A%25+%C3%A9|s:% é");
        assert_eq!(read(&encoded("web:a:b")), "web|a:b|a:b");
        assert_eq!(read(&encoded("web:")), "web||");
        for secret in ["%00", "%ff", "%c0%80"] {
            assert_eq!(read(&encoded(&format!("web:{secret}"))), format!("web|{secret}|cannot be decoded"));
        }
        assert_eq!(read(&encoded("web:100%")), "web|100%|100%");
        assert_eq!(read("bEARER x.y.z"), "bearer|x.y.z");
    }

    /// TK-28, IR-22, IN-04: malformed headers, also with NUL and invalid UTF-8.
    #[test]
    fn malformed_credentials_are_unusable() {
        for value in [
            "",
            "Basic",
            "Basic ",
            "Basic  d2ViOng=",
            "Basic d2ViOng= ",
            "Basic\td2ViOng=",
            "Basic !!!",
            "Basic d2ViOng",
            "Basic d2ViOng==",
            "Basic d2Vi-_g=",
            "Bearer",
            "Bearer ",
            "Bearer  x",
            "Bearer x y",
            "Bearer x\t",
            "Bearer \u{e9}",
            "Digest username=\"x\"",
            "d2ViOng=",
        ] {
            assert_eq!(read(value), "unusable", "{value:?}");
        }
        for pair in ["no colon", "web:\0", "w\0eb:x", "w%00eb:x", "w%ffeb:x"] {
            assert_eq!(read(&encoded(pair)), "unusable", "{pair:?}");
        }
        assert_eq!(read(&format!("Basic {}", STANDARD.encode(b"web:\xff"))), "unusable");
        assert_eq!(read(&encoded(&format!("web:{}", "x".repeat(16 * 1024)))), "unusable");
        assert!(matches!(Authorization::parse(b"Bearer \xff"), Authorization::Unusable));
    }

    proptest! {
        /// FZ-04: parsing never panics, and a parsed token is part of the input.
        #[test]
        fn parsing_accepts_any_bytes(value in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Authorization::Bearer(token) = Authorization::parse(&value) {
                prop_assert!(value.ends_with(token.expose().as_bytes()));
            }
        }

        /// FZ-04: the same after a known scheme.
        #[test]
        fn parsing_accepts_any_credentials(scheme in "(?i)basic|bearer", credentials in "[ -~\\t]{0,80}") {
            let value = format!("{scheme} {credentials}");
            let plain = !credentials.is_empty() && credentials.bytes().all(|byte| byte.is_ascii_graphic());
            if scheme.eq_ignore_ascii_case("bearer") {
                let expected = if plain { format!("bearer|{credentials}") } else { "unusable".into() };
                prop_assert_eq!(read(&value), expected);
            } else {
                read(&value);
            }
        }

        /// FZ-04, FZ-05: encoding and parsing returns the same id and secret.
        #[test]
        fn basic_credentials_survive_a_round_trip(id in "[^\\x00]{1,40}", secret in "[^\\x00]{0,40}") {
            let form = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let sent = format!("{}:{}", form(&id), form(&secret));
            prop_assert_eq!(read(&encoded(&sent)), format!("{id}|{}|{secret}", form(&secret)));
        }
    }
}
