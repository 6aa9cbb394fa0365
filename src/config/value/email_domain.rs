//! Domains of e-mail addresses, in the form in which they are compared.

use url::Host;

/// The domain in lower case, with A-labels (UTS 46, as in URLs), and without a dot at its end. `None` if the text is not a domain name
/// with at least two labels.
pub fn comparable_domain(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.' || !c.is_ascii()) {
        return None;
    }
    let Ok(Host::Domain(domain)) = Host::parse(text) else { return None };
    let is_label = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    (domain.contains('.') && domain.split('.').all(is_label)).then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_domain_are_equal() {
        for spelling in [
            "bücher.example",
            "BÜCHER.Example",
            "bu\u{308}cher.example",
            "xn--bcher-kva.example",
            "bücher.example.",
            "bücher。example",
        ] {
            assert_eq!(comparable_domain(spelling).as_deref(), Some("xn--bcher-kva.example"), "{spelling}");
        }
        assert_eq!(comparable_domain("Mail.Corp.test").as_deref(), Some("mail.corp.test"));
    }

    #[test]
    fn other_texts_are_no_domains() {
        for text in [
            "",
            ".",
            "corp",
            "corp..test",
            ".corp.test",
            "corp.test..",
            "a@corp.test",
            "*.corp.test",
            "corp.test/x",
            "corp.test:1",
            "127.0.0.1",
            "0x7f.1",
            "[::1]",
            "-corp.test",
            "corp-.test",
            "co rp.test",
            "corp%2etest",
            "xn--a.test",
        ] {
            assert_eq!(comparable_domain(text), None, "{text}");
        }
    }
}
