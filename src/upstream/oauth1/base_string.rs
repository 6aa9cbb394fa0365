//! The signature base string (RFC 5849 §3.4.1).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Position, Url};

/// All characters except the unreserved ones of RFC 3986 §2.3.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name and a value, not encoded.
pub type Parameter = (String, String);

/// Percent-encoding of RFC 5849 §3.6. It differs from the encoding of forms: a space is `%20`, and `*` is `%2A`.
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The signature base string of a request. `parameters` are the parameters of the header (without `realm` and
/// `oauth_signature`) and of a form in the body; the parameters of the query are taken from the URL.
pub fn base_string(method: &str, url: &Url, parameters: &[Parameter]) -> String {
    let [method, uri, normalized] =
        [method.to_ascii_uppercase(), base_uri(url), normalized(url, parameters)].map(|part| percent_encode(&part));
    format!("{method}&{uri}&{normalized}")
}

/// The base string URI (§3.4.1.2). `Url` has already lowercased scheme and host and removed the default port.
fn base_uri(url: &Url) -> String {
    format!("{}://{}{}", url.scheme(), &url[Position::BeforeHost..Position::AfterPort], url.path())
}

/// The normalized parameters (§3.4.1.3.2): encoded first, then sorted.
fn normalized(url: &Url, parameters: &[Parameter]) -> String {
    let from_query = url.query_pairs().map(|(name, value)| (percent_encode(&name), percent_encode(&value)));
    let given = parameters.iter().map(|(name, value)| (percent_encode(name), percent_encode(value)));
    let mut all: Vec<_> = from_query.chain(given).collect();
    all.sort();
    all.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Vec<Parameter> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// The example of RFC 5849 §3.4.1.1, with repeated names and two encodings of values.
    #[test]
    fn the_base_string_of_the_standards_example() {
        let url = Url::parse("http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b").expect("a URL");
        let parameters = parameters(&[
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
            ("c2", ""),
            ("a3", "2 q"),
        ]);
        let expected = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q\
                        %26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_\
                        key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m\
                        ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk\
                        9d7dh3k39sjv7";
        assert_eq!(base_string("post", &url, &parameters), expected);
    }

    /// The two examples of RFC 5849 §3.4.1.2, and an IPv6 address.
    #[test]
    fn the_base_string_uri() {
        for (url, expected) in [
            ("http://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X"),
            ("https://www.example.net:8080/?q=1", "https://www.example.net:8080/"),
            ("https://user:word@[::1]:8443/a#b", "https://[::1]:8443/a"),
        ] {
            assert_eq!(base_uri(&Url::parse(url).expect("a URL")), expected);
        }
    }

    /// Percent-encoding of RFC 5849 §3.6.
    #[test]
    fn percent_encoding_follows_the_standard() {
        assert_eq!(percent_encode("aZ09-._~"), "aZ09-._~");
        assert_eq!(percent_encode(" +*!'()%&=/é☃"), "%20%2B%2A%21%27%28%29%25%26%3D%2F%C3%A9%E2%98%83");
    }
}
