//! What is signed (RFC 5849 §3.4.1): the request in a form that both sides arrive at.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Position, Url};

/// All but the unreserved characters of RFC 3986 §2.3.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name and a value, not encoded.
pub type Parameter = (String, String);

/// Percent-encoding as RFC 5849 §3.6 wants it. It is not that of forms: a space is `%20`, and `*` is `%2A`.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The signature base string of a request. `parameters` are those of the header (without `realm` and
/// `oauth_signature`) and of a form in the body; those of the query are read from the URL.
pub fn base_string(method: &str, url: &Url, parameters: &[Parameter]) -> String {
    let [method, uri, normalized] =
        [method.to_ascii_uppercase(), base_uri(url), normalized(url, parameters)].map(|part| encoded(&part));
    format!("{method}&{uri}&{normalized}")
}

/// §3.4.1.2. `Url` has put scheme and host into lower case and dropped the default port.
fn base_uri(url: &Url) -> String {
    format!("{}://{}{}", url.scheme(), &url[Position::BeforeHost..Position::AfterPort], url.path())
}

/// §3.4.1.3.2: encoded first, sorted then.
fn normalized(url: &Url, parameters: &[Parameter]) -> String {
    let of_query = url.query_pairs().map(|(name, value)| (encoded(&name), encoded(&value)));
    let given = parameters.iter().map(|(name, value)| (encoded(name), encoded(value)));
    let mut all: Vec<_> = of_query.chain(given).collect();
    all.sort();
    all.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Vec<Parameter> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// The example of RFC 5849 §3.4.1.1, with its names that repeat and its values in two encodings.
    #[test]
    fn the_example_of_the_standard() {
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

    /// RFC 5849 §3.4.1.2: the two examples there, and an address that is no name.
    #[test]
    fn the_base_uri() {
        for (url, expected) in [
            ("http://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X"),
            ("https://www.example.net:8080/?q=1", "https://www.example.net:8080/"),
            ("https://user:word@[::1]:8443/a#b", "https://[::1]:8443/a"),
        ] {
            assert_eq!(base_uri(&Url::parse(url).expect("a URL")), expected);
        }
    }

    /// RFC 5849 §3.6.
    #[test]
    fn encoding_is_that_of_the_standard() {
        assert_eq!(encoded("aZ09-._~"), "aZ09-._~");
        assert_eq!(encoded(" +*!'()%&=/é☃"), "%20%2B%2A%21%27%28%29%25%26%3D%2F%C3%A9%E2%98%83");
    }
}
