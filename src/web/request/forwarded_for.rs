//! The header `Forwarded` (RFC 7239).

/// The values of `for`, one for each element, in the order in which the proxies appended them. An element without one is empty, and
/// a line that cannot be read is one empty element: the walk through trusted proxies ends there. A client could otherwise open a
/// quoted string that swallows the element of the proxy which appends to its line.
pub fn forwarded_for<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    lines.flat_map(|line| elements(line).unwrap_or_else(|| vec![String::new()])).collect()
}

/// The values of `for` of a line (RFC 7239 §4); `None` if a quotation mark stands elsewhere than around a whole value.
fn elements(line: &str) -> Option<Vec<String>> {
    let elements = split(line, ',');
    let is_quoted_right = |pair: &String| {
        let value = pair.split_once('=').map_or(pair.as_str(), |(_, value)| value.trim());
        let name_is_plain = pair.split_once('=').is_none_or(|(name, _)| !name.contains('"'));
        name_is_plain && (!value.contains('"') || is_quoted_string(value))
    };
    let is_good = elements.iter().flat_map(|element| split(element, ';')).all(|pair| is_quoted_right(&pair));
    is_good.then(|| elements.iter().map(|element| for_of(element)).collect())
}

/// Whether a text is one whole quoted string (RFC 9110 §5.6.4).
fn is_quoted_string(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return false };
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        let is_good = match character {
            '"' => false,
            '\\' => characters.next().is_some(),
            _ => true,
        };
        if !is_good {
            return false;
        }
    }
    true
}

fn for_of(element: &str) -> String {
    let mut values = split(element, ';').into_iter().filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| unquoted(value.trim()))
    });
    // Twice in one element is not allowed (§4).
    match (values.next(), values.next()) {
        (Some(value), None) => value,
        _ => String::new(),
    }
}

/// The parts between separators that are outside quoted strings (RFC 9110 §5.6.4).
fn split(text: &str, separator: char) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut is_quoted, mut is_escaped) = (false, false);
    for character in text.chars() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if character == separator && !is_quoted => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(character);
    }
    parts.push(part);
    parts
}

/// The content of a quoted string, or the token as it is.
fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return value.to_owned() };
    let (mut text, mut is_escaped) = (String::new(), false);
    for character in inner.chars() {
        if character == '\\' && !is_escaped {
            is_escaped = true;
        } else {
            is_escaped = false;
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 7239 §4, and malformed values.
    #[test]
    fn each_element_gives_one_address() {
        for (line, expected) in [
            ("for=192.0.2.43", vec!["192.0.2.43"]),
            ("for=192.0.2.43, for=198.51.100.17", vec!["192.0.2.43", "198.51.100.17"]),
            ("For=\"[2001:db8:cafe::17]:4711\"", vec!["[2001:db8:cafe::17]:4711"]),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", vec!["192.0.2.60"]),
            ("proto=https ; FOR = 192.0.2.60 ", vec!["192.0.2.60"]),
            ("for=192.0.2.43, for=\"[2001:db8:cafe::17]\"", vec!["192.0.2.43", "[2001:db8:cafe::17]"]),
            ("for=_hidden, for=unknown", vec!["_hidden", "unknown"]),
            ("by=\"a,b;for=9.9.9.9\";for=1.1.1.1", vec!["1.1.1.1"]),
            ("by=\"a\\\",for=9.9.9.9\";for=1.1.1.1", vec!["1.1.1.1"]),
            ("for=\"1.1.1\\.1\"", vec!["1.1.1.1"]),
            ("proto=https", vec![""]),
            ("for=1.1.1.1;for=2.2.2.2", vec![""]),
            ("", vec![""]),
            ("for=9.9.9.9;x=\", for=203.0.113.7", vec![""]),
            ("for=9.9.9.9;x=\", for=\"[2001:db8::1]:443\";proto=https;host=\"a.example.com\"", vec![""]),
            ("for=\"9.9.9.9, for=203.0.113.7", vec![""]),
            ("for=9.9.9.9;x=\"a\\\", for=\"203.0.113.7\"", vec![""]),
            ("for=9.9.9.9;\"x, for=203.0.113.7", vec![""]),
            ("for=9.9.9.9;x=a\"b\", for=203.0.113.7", vec![""]),
            ("for=1.1.1.1,", vec!["1.1.1.1", ""]),
        ] {
            assert_eq!(forwarded_for([line].into_iter()), expected, "{line}");
        }
        let lines = ["for=1.1.1.1", "for=2.2.2.2, for=3.3.3.3"];
        assert_eq!(forwarded_for(lines.into_iter()), ["1.1.1.1", "2.2.2.2", "3.3.3.3"]);
    }
}
