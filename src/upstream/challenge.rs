//! Parameters of the headers `WWW-Authenticate` and `Authorization` (RFC 9110 §11).

/// A parameter of a challenge (RFC 9110 §11.2), as a token or as a quoted string.
pub fn challenge_parameter(challenge: &str, name: &str) -> Option<String> {
    let mut rest = challenge;
    loop {
        let (before, after) = rest.split_once(name)?;
        let is_name = before.is_empty() || before.ends_with([' ', ',', '\t']);
        if let (true, Some(value)) = (is_name, after.trim_start().strip_prefix('=')) {
            return Some(parameter_value(value.trim_start()));
        }
        rest = after;
    }
}

fn parameter_value(text: &str) -> String {
    let Some(quoted) = text.strip_prefix('"') else {
        return text.split([',', ' ', '&', '"']).next().unwrap_or_default().to_owned();
    };
    let (mut value, mut chars) = (String::new(), quoted.chars());
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => value.extend(chars.next()),
            other => value.push(other),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_a_token_or_a_quoted_string() {
        let of = |challenge: &str| challenge_parameter(challenge, "error");
        assert_eq!(of("Bearer realm=\"x\", error=\"a \\\"b\\\"\", c=d").as_deref(), Some("a \"b\""));
        assert_eq!(of("OAuth error=nonce_used&x=y").as_deref(), Some("nonce_used"));
        assert_eq!(of("Bearer xerror=a, error_description=b, error = c").as_deref(), Some("c"));
        assert_eq!(of("Bearer xerror=a"), None);
    }
}
