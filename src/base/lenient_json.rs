//! JSON of others, in which one text may be damaged: bytes that are no UTF-8, or half of a surrogate pair, as software sends that
//! cuts texts off after a number of UTF-16 units. Such a text does not make the whole document unreadable.

use serde_json::Value;

/// Stands in place of what is no Unicode. Texts that grant something are refused with it, so that two damaged ones are never equal.
const REPLACEMENT: &str = "\\ufffd";

/// Parses JSON. What is no Unicode in a text is U+FFFD afterwards. `None` for anything that is not JSON.
pub fn read(bytes: &[u8]) -> Option<Value> {
    let strict = serde_json::from_slice(bytes).ok();
    strict.or_else(|| serde_json::from_str(&without_lone_surrogates(&String::from_utf8_lossy(bytes))).ok())
}

/// Replaces each escape of half a surrogate pair (RFC 8259 §8.2).
fn without_lone_surrogates(json: &str) -> String {
    let mut kept = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((before, escape)) = rest.split_once('\\') {
        kept.push_str(before);
        let (length, is_lone) = match unit(escape) {
            Some(0xd800..=0xdbff) => {
                let low = escape.get(5..).and_then(|after| unit(after.strip_prefix('\\')?));
                if matches!(low, Some(0xdc00..=0xdfff)) { (11, false) } else { (5, true) }
            }
            Some(0xdc00..=0xdfff) => (5, true),
            Some(_) => (5, false),
            None => (escape.chars().next().map_or(0, char::len_utf8), false),
        };
        let (escaped, after) = escape.split_at_checked(length).unwrap_or((escape, ""));
        if is_lone {
            kept.push_str(REPLACEMENT);
        } else {
            kept.push('\\');
            kept.push_str(escaped);
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// The UTF-16 unit of an escape without its backslash: `uD83D`.
fn unit(escape: &str) -> Option<u16> {
    u16::from_str_radix(escape.strip_prefix('u')?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RT-39
    #[test]
    fn a_damaged_text_does_not_make_the_document_unreadable() {
        for (sent, expected) in [
            (&br#"{"a":"x\ud83d","b":1}"#[..], json!({"a": "x\u{fffd}", "b": 1})),
            (br#"{"a":"\udc00x","b":"\ud83d\ude00"}"#, json!({"a": "\u{fffd}x", "b": "\u{1f600}"})),
            (br#"["\ud83d\ud83d\ude00","\\ud83d","\ud83dA"]"#, json!(["\u{fffd}\u{1f600}", "\\ud83d", "\u{fffd}A"])),
            (br#"["\ud83d\n\\\ude00"]"#, json!(["\u{fffd}\n\\\u{fffd}"])),
            (b"{\"name\":\"Jos\xe9\",\"sub\":\"1\"}", json!({"name": "Jos\u{fffd}", "sub": "1"})),
            (br#"{"a":"\u00e9"}"#, json!({"a": "\u{e9}"})),
        ] {
            assert_eq!(read(sent), Some(expected), "{}", String::from_utf8_lossy(sent));
        }
        for bad in [&b""[..], b"{", b"{\"a\":\"\\ud83d", b"\"\\u12\"", b"\"\\\"", b"\xff", b"{\"a\":\"\\ud83d\"}x"] {
            assert_eq!(read(bad), None, "{}", String::from_utf8_lossy(bad));
        }
    }
}
