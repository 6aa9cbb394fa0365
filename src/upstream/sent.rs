//! The confidential values of a request to a provider, which are replaced in the provider's error text before it is logged.
//!
//! A provider may return a value in another notation than it was sent. So each character is compared in every usual notation:
//! as it is, percent-encoded, form-encoded, as a JSON escape or as an HTML character reference; and each value is compared in
//! Base64 as well.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use http::header;
use percent_encoding::percent_decode_str;
use url::Url;

use super::challenge::challenge_parameter;

/// The form parameters whose values are confidential.
const CONFIDENTIAL: [&str; 12] = [
    "access_token",
    "client_assertion",
    "client_secret",
    "code",
    "code_challenge",
    "code_verifier",
    "id_token_hint",
    "login_hint",
    "nonce",
    "refresh_token",
    "state",
    "token",
];
/// Replaces a value that was sent.
const VALUE: &str = "[sent value]";
/// Replaces an e-mail address.
const ADDRESS: &str = "[e-mail address]";
/// The longest text that is searched, in bytes. Much less of it is shown.
const MAX_TEXT: usize = 4 * 1024;
/// A text can be read in several ways: `%25` is a percent sign or three characters. So many of the longest readings are followed,
/// and as many of the shortest: a text of backslashes has as many readings as characters.
const MAX_READINGS: usize = 2;
/// The longest HTML character reference between `&` and `;`, in bytes.
const MAX_REFERENCE: usize = 10;
/// The longest local part of an address, in bytes: 64 octets (RFC 5321 §4.5.3.1.1), some of them encoded.
const MAX_LOCAL_PART: usize = 256;
/// So many characters of a longer value are replaced as well: some providers quote only the beginning.
const MIN_PREFIX: usize = 16;
/// Shorter values are replaced only as a whole word.
const MIN_PART: usize = 6;

/// Confidential values that were sent to a provider.
#[derive(Clone, Default)]
pub struct Sent(Vec<String>);

impl Sent {
    /// The confidential values of a request: of its form, and of the header `Authorization`.
    pub fn of_request(request: &http::Request<Vec<u8>>) -> Self {
        let form = url::form_urlencoded::parse(request.body());
        let form = form.filter(|(name, _)| CONFIDENTIAL.contains(&name.as_ref())).map(|(_, value)| value.into_owned());
        let mut sent = Self::default();
        form.for_each(|value| sent.add(&value));
        let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if let Some((scheme, credentials)) = authorization.and_then(|value| value.split_once(' ')) {
            sent.add(credentials);
            match scheme.to_ascii_lowercase().as_str() {
                "basic" => sent.add_basic(credentials),
                "oauth" => sent.add_oauth1(credentials),
                _ => {}
            }
        }
        sent
    }

    /// Adds a value, also in Base64.
    pub fn add(&mut self, value: &str) {
        if value.is_empty() {
            return;
        }
        self.0.push(value.to_owned());
        if value.len() >= MIN_PART {
            self.0.push(STANDARD_NO_PAD.encode(value));
            self.0.push(URL_SAFE_NO_PAD.encode(value));
        }
    }

    /// Adds the values of another request.
    pub fn add_all(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Adds the secret of HTTP Basic, which is form-encoded.
    fn add_basic(&mut self, credentials: &str) {
        let decoded = STANDARD.decode(credentials).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let Some((_, secret)) = decoded.as_deref().and_then(|pair| pair.split_once(':')) else { return };
        self.add(secret);
        let form = format!("={secret}");
        url::form_urlencoded::parse(form.as_bytes()).for_each(|(_, value)| self.add(&value));
    }

    /// Adds the confidential parameters of OAuth 1.0a (RFC 5849 §3.5.1), and the `state` of the callback URL.
    fn add_oauth1(&mut self, credentials: &str) {
        let method = challenge_parameter(credentials, "oauth_signature_method");
        let is_plaintext = method.is_some_and(|method| method == "PLAINTEXT");
        for name in ["oauth_nonce", "oauth_signature", "oauth_token", "oauth_verifier", "oauth_callback"] {
            let Some(value) = challenge_parameter(credentials, name) else { continue };
            let value = percent_decode_str(&value).decode_utf8_lossy();
            if name == "oauth_callback" {
                let callback = Url::parse(&value).ok();
                let state = callback.as_ref().and_then(|url| url.query_pairs().find(|(name, _)| name == "state"));
                if let Some((_, state)) = state {
                    self.add(&state);
                }
            } else {
                self.add(&value);
            }
            if name == "oauth_signature" && is_plaintext {
                // The client secret and the token secret, each encoded (RFC 5849 §3.4.4).
                value.split('&').for_each(|secret| self.add(&percent_decode_str(secret).decode_utf8_lossy()));
            }
        }
    }

    /// The text without values that were sent and without e-mail addresses.
    pub fn replace(&self, text: &str) -> String {
        let end = text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= MAX_TEXT).last();
        let (searched, is_cut) = (text.get(..end.unwrap_or_default()).unwrap_or_default(), text.len() > MAX_TEXT);
        without_addresses(&self.without_values(searched, is_cut))
    }

    fn without_values(&self, text: &str, is_cut: bool) -> String {
        let mut kept = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let before = kept.chars().next_back();
            let found = self.0.iter().filter_map(|value| match_value(value, rest, before, is_cut)).max();
            if let Some(after) = found.and_then(|length| rest.get(length..)) {
                kept.push_str(VALUE);
                rest = after;
            } else {
                kept.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
        kept
    }
}

/// How many bytes at the start of `text` are this value, or the beginning of a long one. `before` is the character before.
fn match_value(value: &str, text: &str, before: Option<char>, is_cut: bool) -> Option<usize> {
    let (mut lengths, mut matched) = (vec![0], 0);
    for wanted in value.chars() {
        let longest = lengths.iter().copied().max().unwrap_or_default();
        let after = |length: usize| {
            notation_lens(text.get(length..).unwrap_or_default(), wanted).map(move |step| length + step)
        };
        let mut next: Vec<_> = lengths.into_iter().flat_map(after).collect();
        next.sort_unstable();
        next.dedup();
        if next.len() > 2 * MAX_READINGS {
            next.drain(MAX_READINGS..next.len() - MAX_READINGS);
        }
        if next.is_empty() {
            let is_end = longest == text.len() && is_cut && matched > 0;
            return (matched >= MIN_PREFIX || is_end).then_some(longest);
        }
        lengths = next;
        matched += 1;
    }
    let length = lengths.into_iter().max()?;
    let is_word = || {
        let after = text.get(length..).and_then(|rest| rest.chars().next());
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    };
    (value.len() >= MIN_PART || is_word()).then_some(length)
}

/// The lengths of `wanted` at the start of `text`, in each notation that fits. Letter case is ignored.
fn notation_lens(text: &str, wanted: char) -> impl Iterator<Item = usize> + use<> {
    let first = text.chars().next();
    let plain = first.filter(|first| first.eq_ignore_ascii_case(&wanted)).map(char::len_utf8);
    let encoded = match first {
        Some('+') => (wanted == ' ').then_some(1),
        Some('%') => percent_len(text, wanted),
        Some('\\') => json_len(text, wanted),
        Some('&') => html_len(text, wanted),
        _ => None,
    };
    plain.into_iter().chain(encoded)
}

fn percent_len(text: &str, wanted: char) -> Option<usize> {
    let mut length = 0;
    for byte in wanted.encode_utf8(&mut [0; 4]).bytes() {
        let digits = text.get(length..)?.strip_prefix('%')?.get(..2)?;
        if u8::from_str_radix(digits, 16).ok()? != byte {
            return None;
        }
        length += 3;
    }
    Some(length)
}

fn json_len(text: &str, wanted: char) -> Option<usize> {
    let short = [('"', "\\\""), ('\\', "\\\\"), ('/', "\\/"), ('\n', "\\n"), ('\r', "\\r"), ('\t', "\\t")];
    if let Some((_, escape)) = short.iter().find(|(c, escape)| *c == wanted && text.starts_with(escape)) {
        return Some(escape.len());
    }
    let mut length = 0;
    for unit in wanted.encode_utf16(&mut [0; 2]) {
        let digits = text.get(length..)?.strip_prefix("\\u")?.get(..4)?;
        if u16::from_str_radix(digits, 16).ok()? != *unit {
            return None;
        }
        length += 6;
    }
    Some(length)
}

fn html_len(text: &str, wanted: char) -> Option<usize> {
    let text = text.strip_prefix('&')?;
    let end = text.bytes().take(MAX_REFERENCE).position(|byte| byte == b';')?;
    let reference = text.get(..end)?;
    let named = [('&', "amp"), ('<', "lt"), ('>', "gt"), ('"', "quot"), ('\'', "apos"), ('@', "commat")];
    let is_named = named.contains(&(wanted, reference));
    let number = reference.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    });
    (is_named || number == Some(u32::from(wanted))).then_some(reference.len() + 2)
}

/// The text without what looks like an e-mail address.
fn without_addresses(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let sign = notation_lens(rest, '@').next().and_then(|length| rest.get(length..));
        let address = sign.and_then(|after| Some((local_part_start(&kept)?, after)));
        match address.map(|(start, after)| (start, after, domain_len(after))) {
            Some((start, after, domain)) if domain > 0 => {
                kept.truncate(start);
                kept.push_str(ADDRESS);
                rest = after.get(domain..).unwrap_or_default();
            }
            _ => {
                kept.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    kept
}

/// The position of the local part at the end of `text`; `None` without one.
fn local_part_start(text: &str) -> Option<usize> {
    if let Some(inner) = text.strip_suffix('"') {
        return inner.rfind('"');
    }
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/?^_`{|}~.".contains(c);
    let local = text.char_indices().rev().take_while(|(at, c)| is_local(*c) && text.len() - at <= MAX_LOCAL_PART);
    local.last().map(|(start, _)| start)
}

/// The length of the domain at the start of `text`, without a full stop at its end.
fn domain_len(text: &str) -> usize {
    let is_domain = |c: char| c.is_alphanumeric() || "-._[]:%".contains(c);
    let end = text.find(|c| !is_domain(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_end_matches(['.', ':', ']']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(values: &[&str]) -> Sent {
        let mut sent = Sent::default();
        for value in values {
            sent.add(value);
        }
        sent
    }

    #[test]
    fn a_sent_value_is_replaced_in_every_encoding() {
        let secret = "s:%+ é/\"<x>&y";
        let sent = sent(&[secret]);
        let percent = secret.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
        for notation in [
            secret.to_owned(),
            percent.clone(),
            percent.to_lowercase(),
            "s%3A%25%2B+%C3%A9%2F%22%3Cx%3E%26y".into(),
            "s:%25%2b%20%c3%a9/%22%3Cx%3E&y".into(),
            STANDARD.encode(secret),
            URL_SAFE_NO_PAD.encode(secret),
            serde_json::to_string(secret).expect("JSON").trim_matches('"').into(),
            r#"s:%+ \u00e9\/\"\u003cx\u003E\u0026y"#.into(),
            "s:%+ é/&quot;&lt;x&gt;&amp;y".into(),
            "s:%+ &#233;&#x2F;&#34;&#60;x&#x3e;&amp;y".into(),
        ] {
            let text = sent.replace(&format!("the secret {notation} is wrong"));
            assert!(text.starts_with("the secret [sent value]") && text.ends_with(" is wrong"), "{notation}: {text}");
            assert!(text.len() < 40, "{notation}: {text}");
        }
    }

    #[test]
    fn the_beginning_of_a_long_value_is_replaced_and_a_short_value_only_as_a_word() {
        let code = "0123456789abcdefghijklmnop";
        let sent = sent(&[code, "bob"]);
        assert_eq!(sent.replace(&format!("code {}... is used", &code[..20])), "code [sent value]... is used");
        assert_eq!(sent.replace("bob: bobsleigh, code 012345"), "[sent value]: bobsleigh, code 012345");
        let long = format!("{} {code}", "x".repeat(MAX_TEXT - 9));
        assert!(!sent.replace(&long).contains("0123"), "a value at the end of what is searched");
    }

    #[test]
    fn addresses_are_replaced() {
        let none = Sent::default();
        for address in [
            "ada@example.com",
            "ada.l+x@mail.example.co.uk",
            "ada%40example.com",
            "ada&#64;example.com",
            "o'brien@example.org",
            "zoë@bücher.example",
            "ada@localhost",
            "\"ada l\"@example.com",
        ] {
            let text = none.replace(&format!("User {address} is unknown."));
            assert_eq!(text, "User [e-mail address] is unknown.", "{address}");
        }
        for other in ["@name", "a @ b", "x@", "no address"] {
            assert_eq!(none.replace(other), other);
        }
    }

    #[test]
    fn the_credentials_of_a_request_of_oauth1_are_found() {
        let callback = "http%3A%2F%2Fgw.example%2Fcb%3Fstate%3Dthe-state";
        let header =
            format!("OAuth oauth_token=\"a%20b%20token\", oauth_signature=\"c%2Fd%3D\", oauth_callback=\"{callback}\"");
        let request = http::Request::post("https://op.example/").header("authorization", header).body(vec![]);
        let sent = Sent::of_request(&request.expect("a request"));
        assert_eq!(
            sent.replace("a b token, c/d=, the-state: http://gw.example/cb"),
            "[sent value], [sent value], [sent value]: http://gw.example/cb"
        );
    }

    #[test]
    fn both_secrets_of_a_plaintext_signature_of_oauth1_are_found() {
        let header = r#"OAuth oauth_signature_method="PLAINTEXT", oauth_signature="hunter%25402%26the-token-secret""#;
        let request = http::Request::post("https://op.example/").header("authorization", header).body(vec![]);
        let sent = Sent::of_request(&request.expect("a request"));
        assert_eq!(sent.replace("hunter@2 or the-token-secret"), "[sent value] or [sent value]");
    }

    /// The work must not grow with the square of the text: a browser chooses both the value and the text. Each of these took
    /// seconds, and takes milliseconds.
    #[test]
    fn long_texts_with_many_readings_are_searched_in_linear_time() {
        for (value, text, expected) in [
            ("\\".repeat(8000), "\\".repeat(8000), "[sent value]"),
            ("\\".repeat(15) + "x", "\\".repeat(8000), "\\"),
            ("%25".repeat(2000), "%25".repeat(2000), "[sent value]"),
            ("x".repeat(20), "~".repeat(8000), "~"),
            ("x".repeat(20), "~%40".repeat(2000), "~"),
            ("x".repeat(20), "%40".repeat(2000), "["),
            ("x".repeat(20), "&".repeat(8000), "&"),
        ] {
            let replaced = sent(&[&value]).replace(&text);
            assert!(replaced.starts_with(expected), "{replaced:.40}");
        }
    }

    #[test]
    fn the_credentials_of_a_request_are_found() {
        let basic = format!("Basic {}", STANDARD.encode("us%3A1:s%2Becret+long"));
        let request = http::Request::post("https://op.example/token").header("authorization", &basic);
        let request = request.body(b"code=the-code-1&redirect_uri=https%3A%2F%2Fgw.example%2Fcb".to_vec());
        let sent = Sent::of_request(&request.expect("a request"));
        let text = sent.replace("the-code-1 s+ecret long s%2Becret+long https://gw.example/cb");
        assert_eq!(text, "[sent value] [sent value] [sent value] https://gw.example/cb");
    }
}
