//! The path of a request to a site behind a reverse proxy, normalised, and the patterns of paths in `[[verify.rules]]`.
//!
//! The rules and the site must read one path alike, else a rule for `/admin` does not protect it. A path is percent-decoded
//! once. What is then ambiguous is refused, and not repaired: servers differ in what they make of it (FW-07).

use std::borrow::Cow;

use super::glob;
use super::parts::{MAX_PARTS, Part, includes, matches};

/// The maximum length of a path, in bytes, as for our own addresses.
const MAX_LEN: usize = 8 * 1024;

/// A normalised path: decoded, and without anything that servers read differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitePath<'a>(Cow<'a, str>);

/// Why a path is refused. The text is for the log.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum PathRefused {
    /// It does not begin with a slash, or has a space or a control character.
    #[error("is not a path")]
    Malformed,
    /// It is longer than 8 KiB.
    #[error("is too long")]
    TooLong,
    /// It has `%` after decoding: an encoded percent sign, or one without two hexadecimal digits.
    #[error("has a percent sign after decoding")]
    Percent,
    /// The decoded bytes are not UTF-8.
    #[error("is not UTF-8")]
    Encoding,
    /// It has `%2f`, which some servers read as a slash and others do not.
    #[error("has an encoded slash")]
    EncodedSlash,
    /// It has `%3f`, `%23` or `#`, which some servers read as the end of the path.
    #[error("has an encoded delimiter or a fragment")]
    Delimiter,
    /// It has `;`, which some servers read as the beginning of parameters.
    #[error("has a semicolon")]
    Parameters,
    /// It has a backslash, which some servers read as a slash.
    #[error("has a backslash")]
    Backslash,
    /// It has a control character after decoding.
    #[error("has a control character")]
    Control,
    /// It has `//`, which some servers read as `/`.
    #[error("has an empty segment")]
    EmptySegment,
    /// It has a segment `.` or `..`.
    #[error("has a dot segment")]
    DotSegment,
    /// It has a segment that ends with a dot or a space, which servers that ignore letter case remove.
    #[error("has a segment that ends with a dot or a space")]
    TrailingDot,
    /// It has a colon: servers that ignore letter case are often of Windows, where `x:$DATA` and `x::$INDEX_ALLOCATION` name `x`.
    #[error("has a colon")]
    Colon,
    /// It has `~` before a digit, as the short file names of Windows have.
    #[error("has a tilde before a digit")]
    ShortName,
}

impl<'a> SitePath<'a> {
    /// The path of a URI in origin form; what follows `?` is left out. `ignore_case` is `verify.ignore_case`.
    pub fn parse(uri: &'a [u8], ignore_case: bool) -> Result<Self, PathRefused> {
        let path = uri.split(|byte| *byte == b'?').next().unwrap_or_default();
        if path.len() > MAX_LEN {
            return Err(PathRefused::TooLong);
        }
        if path.first() != Some(&b'/') || path.iter().any(|byte| *byte <= b' ' || *byte == 0x7f) {
            return Err(PathRefused::Malformed);
        }
        let decoded = decode(path)?;
        check(&decoded, ignore_case)?;
        Ok(Self(if ignore_case { Cow::Owned(fold(&decoded)) } else { decoded }))
    }

    /// The path as it is compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn segments(&self) -> Vec<&str> {
        self.0.strip_prefix('/').unwrap_or(&self.0).split('/').collect()
    }
}

/// Percent-decodes once: what is still encoded then stays so.
fn decode(path: &[u8]) -> Result<Cow<'_, str>, PathRefused> {
    if path.contains(&b'#') {
        return Err(PathRefused::Delimiter);
    }
    if !path.contains(&b'%') {
        return std::str::from_utf8(path).map(Cow::Borrowed).map_err(|_| PathRefused::Encoding);
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (hex, tail) = tail.split_first_chunk::<2>().ok_or(PathRefused::Percent)?;
        rest = tail;
        bytes.push(match byte_of(*hex)? {
            b'%' => return Err(PathRefused::Percent),
            b'/' => return Err(PathRefused::EncodedSlash),
            b'?' | b'#' => return Err(PathRefused::Delimiter),
            byte => byte,
        });
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| PathRefused::Encoding)
}

fn byte_of([high, low]: [u8; 2]) -> Result<u8, PathRefused> {
    let digit = |letter: u8| char::from(letter).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digit(high).zip(digit(low)).map(|(high, low)| (high << 4) | low).ok_or(PathRefused::Percent)
}

fn check(path: &str, ignore_case: bool) -> Result<(), PathRefused> {
    for (letter, refused) in [(';', PathRefused::Parameters), ('\\', PathRefused::Backslash)] {
        if path.contains(letter) {
            return Err(refused);
        }
    }
    if path.contains(char::is_control) {
        return Err(PathRefused::Control);
    }
    if path.contains("//") {
        return Err(PathRefused::EmptySegment);
    }
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(PathRefused::DotSegment);
    }
    if ignore_case && path.split('/').any(|segment| segment.ends_with(['.', ' '])) {
        return Err(PathRefused::TrailingDot);
    }
    if ignore_case && path.contains(':') {
        return Err(PathRefused::Colon);
    }
    if ignore_case && path.split('~').skip(1).any(|after| after.starts_with(|letter: char| letter.is_ascii_digit())) {
        return Err(PathRefused::ShortName);
    }
    Ok(())
}

/// Maps letters that differ only in case to one: also those that have one upper-case form only, as the long s.
fn fold(text: &str) -> String {
    text.to_uppercase().to_lowercase()
}

/// A pattern of paths: `*` stands for any characters of a segment, as a whole segment for at least one; `**` for any number of
/// segments. `/x/**` also matches `/x`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    text: String,
    segments: Vec<Part>,
}

/// Why a text is not a pattern of paths.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadPathPattern {
    /// No request has such a path.
    #[error("can never match: it {0}")]
    NeverMatches(PathRefused),
    /// `**` beside other characters of a segment.
    #[error("has \"**\" beside other characters of a segment")]
    PartOfSegment,
    /// It has a query.
    #[error("has a query")]
    Query,
    /// It has more than 100 segments.
    #[error("has more than 100 segments")]
    TooLong,
}

impl PathPattern {
    /// Parses a pattern. It is written decoded: `%` stands for nothing.
    pub fn parse(text: &str, ignore_case: bool) -> Result<Self, BadPathPattern> {
        if text.contains('?') {
            return Err(BadPathPattern::Query);
        }
        if text.contains('%') {
            return Err(BadPathPattern::NeverMatches(PathRefused::Percent));
        }
        if !text.starts_with('/') {
            return Err(BadPathPattern::NeverMatches(PathRefused::Malformed));
        }
        if text.contains('#') {
            return Err(BadPathPattern::NeverMatches(PathRefused::Delimiter));
        }
        check(text, ignore_case).map_err(BadPathPattern::NeverMatches)?;
        let folded = if ignore_case { fold(text) } else { text.to_owned() };
        let part = |segment: &str| match segment {
            "*" => Ok(Part::One),
            "**" => Ok(Part::Several),
            partly if partly.contains("**") => Err(BadPathPattern::PartOfSegment),
            segment => Ok(Part::Text(segment.to_owned())),
        };
        let segments: Vec<Part> = folded.split('/').skip(1).map(part).collect::<Result<_, _>>()?;
        if segments.len() > MAX_PARTS {
            Err(BadPathPattern::TooLong)
        } else {
            Ok(Self { text: text.to_owned(), segments })
        }
    }

    /// Whether the path is one of the pattern.
    pub fn matches(&self, path: &SitePath<'_>) -> bool {
        matches(&self.segments, &path.segments(), true, |wanted, segment| match wanted {
            Part::Text(text) if text.contains('*') => glob::matches(text, segment, '/'),
            Part::Text(text) => text == segment,
            Part::One | Part::Several => !segment.is_empty(),
        })
    }

    /// Whether it matches every path.
    pub(crate) fn is_everything(&self) -> bool {
        self.segments == [Part::Several]
    }

    /// Whether every path of `other` is surely one of this pattern.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        includes(&self.segments, &other.segments, true, |wide, narrow| match (wide, narrow) {
            (Part::One, Part::Text(text)) => !text.is_empty() && text.bytes().any(|byte| byte != b'*'),
            (wide, narrow) => wide == narrow,
        })
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
