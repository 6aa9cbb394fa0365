//! The language of a page: which one a person prefers, by RFC 4647 §3.4 (lookup).

/// A language with messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    /// The language tag (RFC 5646), the name of the message file: `de`, `pt-BR`.
    pub tag: String,
    /// Its name in the language itself.
    pub name: String,
    /// Whether it is written from right to left.
    pub is_right_to_left: bool,
}

impl Language {
    /// The value of the attribute `dir`.
    pub fn direction(&self) -> &'static str {
        if self.is_right_to_left { "rtl" } else { "ltr" }
    }
}

/// The first of the preferred tags that has a language, or whose shorter forms have one: `de-CH-1996` finds `de-CH`, then `de`.
/// A preferred `pt` finds `pt-BR` last, if there is no `pt`.
pub(super) fn lookup<'a, 'p>(
    languages: &'a [Language],
    preferred: impl Iterator<Item = &'p str>,
) -> Option<&'a Language> {
    let exactly = |tag: &str| languages.iter().find(|language| language.tag.eq_ignore_ascii_case(tag));
    preferred.filter(|tag| *tag != "*").find_map(|tag| {
        let shorter = std::iter::successors(Some(tag), |tag| tag.rsplit_once('-').map(|(start, _)| start));
        shorter.filter(|tag| !tag.is_empty()).find_map(exactly).or_else(|| {
            let base = |language: &&Language| primary(&language.tag).eq_ignore_ascii_case(primary(tag));
            languages.iter().find(base)
        })
    })
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// The tags of `Accept-Language` (RFC 9110 §12.5.4), the most preferred first; those with `q=0` are left out.
pub(super) fn accepted(header: &str) -> Vec<&str> {
    let mut tags: Vec<(u16, &str)> = header
        .split(',')
        .filter_map(|item| {
            let (tag, parameter) = item.split_once(';').unwrap_or((item, "q=1"));
            let quality = parameter.trim().strip_prefix("q=").and_then(|value| value.trim().parse::<f32>().ok());
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to 1000")]
            let quality = (quality.unwrap_or(0.0).clamp(0.0, 1.0) * 1000.0) as u16;
            (quality > 0 && !tag.trim().is_empty()).then_some((quality, tag.trim()))
        })
        .collect();
    tags.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    tags.into_iter().map(|(_, tag)| tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> Language {
        Language { tag: tag.to_owned(), name: tag.to_owned(), is_right_to_left: false }
    }

    #[test]
    fn shorter_tags_are_tried_before_the_next_preference() {
        let languages = ["en", "de", "pt-BR"].map(language);
        for (preferred, expected) in [
            ("de-CH-1996,en", Some("de")),
            ("DE", Some("de")),
            ("it,de", Some("de")),
            ("pt", Some("pt-BR")),
            ("pt-PT,en", Some("pt-BR")),
            ("it", None),
            ("*", None),
            ("-", None),
            ("", None),
        ] {
            let found = lookup(&languages, preferred.split(',')).map(|language| language.tag.as_str());
            assert_eq!(found, expected, "{preferred}");
        }
    }

    #[test]
    fn accepted_languages_are_sorted_by_quality() {
        assert_eq!(accepted("en;q=0.5, de, fr;q=0.9, it;q=0"), ["de", "fr", "en"]);
        assert_eq!(accepted("ja,en-US;q=0.7"), ["ja", "en-US"]);
        for garbage in ["", ",,;", "de;q=x", "de;q=-1", ";q=1", "de;q=NaN"] {
            assert!(accepted(garbage).is_empty(), "{garbage}");
        }
    }
}
