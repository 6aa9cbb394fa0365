//! The search on the login page.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

/// The longest query that is read, in characters.
pub const MAX_QUERY: usize = 100;

/// The words of a query, compared without regard to case and accents.
pub struct SearchWords(String);

impl SearchWords {
    /// The words of the first [`MAX_QUERY`] characters.
    pub fn of(query: &str) -> Self {
        Self(folded(&query.chars().take(MAX_QUERY).collect::<String>()))
    }

    /// Whether each word is in one of the texts.
    pub fn are_in(&self, texts: [&str; 2]) -> bool {
        let texts = texts.map(folded);
        self.0.split_whitespace().all(|word| texts.iter().any(|text| text.contains(word)))
    }
}

/// The text in lower case and without accents: compatibility decomposition without combining marks (Unicode Standard Annex 15).
fn folded(text: &str) -> String {
    let classes = CanonicalCombiningClassMapBorrowed::new();
    let lower = text.to_lowercase();
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(&lower);
    let bare: String = decomposed.chars().filter(|c| classes.get_u8(*c) == 0).collect();
    // No decomposition has these: the lower case of "SS" and of a final sigma.
    bare.replace('ß', "ss").replace('ς', "σ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_case_nor_accents_matter() {
        let university = ["Universität Zürich", "uzh"];
        for query in ["zurich", "ZÜRICH", "Zu\u{308}rich uni", "UZH", " univ  zur ", "", "ｚｕｒｉｃｈ"] {
            assert!(SearchWords::of(query).are_in(university), "{query:?}");
        }
        for query in ["bern", "zurich bern", "uzh2"] {
            assert!(!SearchWords::of(query).are_in(university), "{query:?}");
        }
        for (query, name) in
            [("strasse", "Straße"), ("STRASSE", "Straße"), ("ecole", "École"), ("ガ", "が株式ガ"), ("οδος", "ΟΔΌΣ")]
        {
            assert!(SearchWords::of(query).are_in([name, ""]), "{query}");
        }
        let long = format!("uzh {} bern", " ".repeat(MAX_QUERY));
        assert!(SearchWords::of(&long).are_in(university), "the rest is not read");
    }
}
