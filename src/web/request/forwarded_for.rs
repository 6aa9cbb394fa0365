//! The addresses in the header `Forwarded` (RFC 7239).

use super::forwarded_pairs::{Pair, elements};

/// The values of `for`, one for each element, in the order in which the proxies appended them. An element without one is empty, and
/// a line that cannot be read is one empty element: the walk through trusted proxies ends there.
pub fn forwarded_for<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    lines.flat_map(|line| elements(line).map_or_else(|| vec![String::new()], addresses)).collect()
}

fn addresses(elements: Vec<Vec<Pair<'_>>>) -> Vec<String> {
    elements.into_iter().map(for_of).collect()
}

fn for_of(element: Vec<Pair<'_>>) -> String {
    let named = element.into_iter().filter(|pair| pair.name.eq_ignore_ascii_case("for"));
    let mut values = named.filter_map(|pair| pair.value);
    // Twice in one element is not allowed (§4).
    match (values.next(), values.next()) {
        (Some(value), None) => value.into_owned(),
        _ => String::new(),
    }
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
