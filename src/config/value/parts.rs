//! Matching of a list of parts, such as the labels of a host or the segments of a path, against a pattern of parts.

/// The maximum number of parts of a pattern: one bit each, and one for its end.
pub(crate) const MAX_PARTS: usize = 100;

/// One part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A part with this text. In a path, `*` stands for any characters of the part.
    Text(String),
    /// `*`: exactly one part.
    One,
    /// `**`: several parts; how many at least depends on the kind of the pattern.
    Several,
}

/// Whether a pattern matches. `fits` compares a [`Part::Text`] or [`Part::One`] with one part; `may_be_none` says whether
/// [`Part::Several`] also stands for no part.
///
/// Keeps the set of places in the pattern that the parts so far can reach, as bits, so that the time is at most the product
/// of the two lengths for every input (IN-08). A pattern has at most [`MAX_PARTS`] parts.
pub(crate) fn matches<T>(pattern: &[Part], parts: &[T], may_be_none: bool, fits: impl Fn(&Part, &T) -> bool) -> bool {
    let mut reached = skip_several(pattern, 1, may_be_none);
    for part in parts {
        let mut next = 0_u128;
        for (place, wanted) in pattern.iter().enumerate().filter(|(place, _)| (reached >> place) & 1 == 1) {
            match wanted {
                Part::Several => next |= 0b11 << place,
                other if fits(other, part) => next |= 0b10 << place,
                _ => {}
            }
        }
        if next == 0 {
            return false;
        }
        reached = skip_several(pattern, next, may_be_none);
    }
    (reached >> pattern.len()) & 1 == 1
}

/// If `**` may match nothing, the position behind it is reached as well.
fn skip_several(pattern: &[Part], mut reached: u128, may_be_none: bool) -> u128 {
    if may_be_none {
        for (place, _) in pattern.iter().enumerate().filter(|(_, part)| **part == Part::Several) {
            reached |= ((reached >> place) & 1) << (place + 1);
        }
    }
    reached
}

/// Whether everything that `narrow` matches is also matched by `wide`. It may answer `false` if that is so, but never
/// `true` if it is not. `covers` compares a part of `wide` with one of `narrow` that is not `**`.
pub(crate) fn includes(
    wide: &[Part],
    narrow: &[Part],
    may_be_none: bool,
    covers: impl Fn(&Part, &Part) -> bool,
) -> bool {
    // A `**` of the narrow pattern is covered by a `**` of the wide one only, at any number of parts.
    wide == narrow
        || matches(wide, narrow, may_be_none, |wide, narrow| *narrow != Part::Several && covers(wide, narrow))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> Vec<Part> {
        let part = |part: &str| match part {
            "*" => Part::One,
            "**" => Part::Several,
            text => Part::Text(text.to_owned()),
        };
        text.split(' ').filter(|part| !part.is_empty()).map(part).collect()
    }

    fn fits(wanted: &Part, part: &&str) -> bool {
        *wanted == Part::One || *wanted == Part::Text((*part).to_owned())
    }

    fn covers(wide: &Part, narrow: &Part) -> bool {
        *wide == Part::One || wide == narrow
    }

    fn is_match(text: &str, parts: &[&str], may_be_none: bool) -> bool {
        matches(&pattern(text), parts, may_be_none, fits)
    }

    /// The definition, without care for the time it takes.
    fn by_definition(pattern: &[Part], parts: &[&str], least: usize) -> bool {
        match pattern.split_first() {
            None => parts.is_empty(),
            Some((Part::Several, rest)) => {
                (least..=parts.len()).any(|taken| by_definition(rest, parts.get(taken..).unwrap_or_default(), least))
            }
            Some((wanted, rest)) => parts
                .split_first()
                .is_some_and(|(part, others)| fits(wanted, part) && by_definition(rest, others, least)),
        }
    }

    #[test]
    fn one_stands_for_one_part_and_several_for_more() {
        assert!(is_match("a b", &["a", "b"], false) && !is_match("a b", &["a"], false));
        assert!(is_match("* b", &["x", "b"], false) && !is_match("* b", &["b"], false));
        assert!(is_match("** b", &["x", "y", "b"], false) && !is_match("** b", &["b"], false));
        assert!(is_match("** b", &["b"], true) && is_match("**", &[], true) && !is_match("**", &[], false));
    }

    proptest! {
        #[test]
        fn matching_agrees_with_its_definition(
            text in "((a|b|\\*|\\*\\*) ){0,6}", parts in proptest::collection::vec("a|b|c", 0..7), may_be_none: bool,
        ) {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let least = usize::from(!may_be_none);
            prop_assert_eq!(is_match(&text, &parts, may_be_none), by_definition(&pattern(&text), &parts, least));
        }

        #[test]
        fn an_included_pattern_matches_nothing_else(
            wide in "((a|b|\\*|\\*\\*) ){0,5}", narrow in "((a|b|\\*|\\*\\*) ){0,5}",
            parts in proptest::collection::vec("a|b|c", 0..6), may_be_none: bool,
        ) {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            if includes(&pattern(&wide), &pattern(&narrow), may_be_none, covers) && is_match(&narrow, &parts, may_be_none) {
                prop_assert!(is_match(&wide, &parts, may_be_none), "{wide:?} {narrow:?} {parts:?}");
            }
        }
    }
}
