//! E-mail addresses by the grammar of RFC 5321 §4.1.2, with the UTF-8 extension of RFC 6531 §3.3. A text that is not exactly one
//! address is rejected: another service could split it at another `@` and find another domain than the gateway (AC-02).
//!
//! No crate is used, because the crates for e-mail addresses also accept what RFC 5322 adds for headers: display
//! names, angle
//! brackets and comments.

/// The domain of an address; `None` if the text is not exactly one address.
pub fn domain(text: &str) -> Option<&str> {
    let end = local_part_end(text)?;
    let domain = text.get(end..)?.strip_prefix('@')?;
    (is_domain(domain) || is_address_literal(domain)).then_some(domain)
}

/// The length of the local part: a dot-string or a quoted string.
fn local_part_end(text: &str) -> Option<usize> {
    if let Some(quoted) = text.strip_prefix('"') {
        return Some(quoted_len(quoted)? + 1);
    }
    let end = text.find('@')?;
    let is_atom = |atom: &str| !atom.is_empty() && atom.chars().all(is_atext);
    text.get(..end)?.split('.').all(is_atom).then_some(end)
}

/// The length in bytes of a quoted string, without its opening quote and with its closing quote.
fn quoted_len(text: &str) -> Option<usize> {
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some(at + 1),
            '\\' => {
                characters.next().filter(|(_, escaped)| matches!(escaped, ' '..='~'))?;
            }
            ' '..='~' | '\u{80}'.. => {}
            _ => return None,
        }
    }
    None
}

/// `atext` of RFC 5322 §3.2.3, and the characters of [`is_beyond_ascii`] (RFC 6531 §3.3).
fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_beyond_ascii(c)
}

fn is_beyond_ascii(c: char) -> bool {
    !c.is_ascii() && !c.is_control() && !c.is_whitespace()
}

fn is_domain(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || is_beyond_ascii(c);
    text.split('.').all(|label| {
        !label.is_empty() && label.chars().all(is_inner) && !label.starts_with('-') && !label.ends_with('-')
    })
}

/// An IP address in brackets (RFC 5321 §4.1.3). It is in no domain, so no rule about domains holds for it.
fn is_address_literal(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else { return false };
    match inner.strip_prefix("IPv6:") {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        None => inner.parse::<std::net::Ipv4Addr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_domain() {
        for (text, expected) in [
            ("ada@corp.test", "corp.test"),
            ("ada.b+tag=1_{x}@Corp.Test", "Corp.Test"),
            ("\"a@b\"@corp.test", "corp.test"),
            ("\"a\\\"@evil.test,\"@corp.test", "corp.test"),
            ("zoë@bücher.test", "bücher.test"),
            ("ada@localhost", "localhost"),
            ("ada@[127.0.0.1]", "[127.0.0.1]"),
            ("ada@[IPv6:::1]", "[IPv6:::1]"),
        ] {
            assert_eq!(domain(text), Some(expected), "{text}");
        }
    }

    /// AC-02: lists, several `@`, and the forms of RFC 5322 headers.
    #[test]
    fn lists_and_header_forms_are_rejected() {
        for text in [
            "a@evil.test,b@corp.test",
            "a@evil.test;b@corp.test",
            "a@evil.test b@corp.test",
            "a@evil.test@corp.test",
            "a@evil.test\u{3000}b@corp.test",
            "<a@evil>@corp.test",
            "<a@corp.test>",
            "A <a@corp.test>",
            "(a@evil.test)b@corp.test",
            "a(b)@corp.test",
            "a@corp.test(evil)",
            "\"a\"b@corp.test",
            "\"a@corp.test",
            "\"a\u{1}\"@corp.test",
            "\"a\\é\"@corp.test",
            "\"a\"",
            "a:b@corp.test",
            "a\\@b@corp.test",
            ".a@corp.test",
            "a.@corp.test",
            "a..b@corp.test",
            "@corp.test",
            "a@",
            "a@corp..test",
            "a@corp.test.",
            "a@.corp.test",
            "a@-corp.test",
            "a@corp-.test",
            "a@corp_x.test",
            "a@[corp.test]",
            "a@[127.0.0.1].corp.test",
            "corp.test",
            "",
        ] {
            assert_eq!(domain(text), None, "{text}");
        }
    }

    proptest::proptest! {
        /// The text is a local part, `@` and the domain; the domain contains neither `@` nor a separator.
        #[test]
        fn a_domain_is_what_follows_the_local_part(text in "[a\"\\\\@., <>()\\[\\]é-]{0,12}") {
            if let Some(domain) = domain(&text) {
                let rest = text.strip_suffix(domain).unwrap_or_default();
                proptest::prop_assert!(rest.len() > 1 && rest.ends_with('@'));
                proptest::prop_assert!(!domain.contains(['@', ',', ' ', '<', '>', '"', '\\']));
            }
        }
    }
}
