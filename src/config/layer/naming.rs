//! Sections whose tables the operator names: `[providers.<id>]`, `[clients.<id>]`.

use super::source::Layer;

/// What the names in one such section are, and what they may look like.
#[derive(Debug)]
pub(crate) struct Naming {
    /// The section.
    pub(crate) section: &'static str,
    /// What a name is, with its article.
    pub(crate) what: &'static str,
    /// What a name must match; part of the JSON Schema.
    pub(crate) pattern: &'static str,
    /// The same in words.
    pub(crate) remedy: &'static str,
    /// What to write instead of something that is no section.
    pub(crate) sections: &'static str,
    /// The name that stands for all in the reference.
    pub(crate) example: &'static str,
    /// Whether capital letters and dots may stand in it.
    wide: bool,
}

/// `[providers.<id>]`
pub(crate) static PROVIDERS: Naming = Naming {
    section: "providers",
    what: "a provider's id",
    pattern: "^[a-z0-9][a-z0-9_-]{0,63}$",
    remedy: "write 1 to 64 of a-z, 0-9, - and _, beginning with a letter or a digit",
    sections: "write a [providers.<id>] section for each provider",
    example: "corp",
    wide: false,
};

/// `[clients.<id>]`
pub(crate) static CLIENTS: Naming = Naming {
    section: "clients",
    what: "a client's id",
    pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
    remedy: "write 1 to 64 of A-Z, a-z, 0-9, ., - and _, beginning with a letter or a digit",
    sections: "write a [clients.<id>] section for each client",
    example: "web",
    wide: true,
};

/// All of them.
static ALL: [&Naming; 2] = [&PROVIDERS, &CLIENTS];

impl Naming {
    /// The one of a section.
    pub(crate) fn of_section(section: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|naming| naming.section == section)
    }

    /// The one with that pattern.
    pub(crate) fn of_pattern(pattern: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|naming| naming.pattern == pattern)
    }

    /// Whether a text can be a name here: what `pattern` says.
    pub(crate) fn accepts(&self, name: &str) -> bool {
        let letter = |c: char| c.is_ascii_digit() || c.is_ascii_lowercase() || (self.wide && c.is_ascii_uppercase());
        let all = |c: char| letter(c) || c == '-' || c == '_' || (self.wide && c == '.');
        name.starts_with(letter) && name.len() <= 64 && name.chars().all(all)
    }
}

/// The names that the layers speak of, section by section, each in the order in which it was first written.
#[derive(Default)]
pub(crate) struct Names(Vec<(&'static Naming, Vec<String>)>);

impl Names {
    /// Collects them.
    pub(crate) fn of(layers: &[Layer]) -> Self {
        Self(ALL.into_iter().map(|naming| (naming, names_in(naming.section, layers))).collect())
    }

    /// Those of one section; none where its tables have fixed names.
    pub(crate) fn of_section(&self, section: &str) -> &[String] {
        self.0
            .iter()
            .find(|(naming, _)| naming.section == section)
            .map(|(_, names)| names.as_slice())
            .unwrap_or_default()
    }

    /// The sections with their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.0.iter().map(|(naming, names)| (naming.section, names.as_slice()))
    }

    /// The name that was meant by one out of an environment variable, where capital letters, `-` and `.` are lost.
    pub(crate) fn meant<'n>(&'n self, section: &str, written: &str) -> Option<&'n String> {
        let names = self.of_section(section);
        let exact = names.iter().find(|known| *known == written);
        exact.or_else(|| names.iter().find(|known| known.to_lowercase().replace(['-', '.'], "_") == written))
    }
}

fn names_in(section: &str, layers: &[Layer]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for layer in layers {
        for path in &layer.order {
            let [first, name, ..] = path.as_slice() else { continue };
            let stands = layer.values.get(section).is_some_and(|tables| tables.get(name).is_some());
            if first == section && stands && !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_its_section_says() {
        let long = "a".repeat(64);
        for good in ["a", "0", "my-sso_2", &long] {
            assert!(PROVIDERS.accepts(good) && CLIENTS.accepts(good), "{good}");
        }
        for wide in ["Web", "com.example.App", "A.b_c-D"] {
            assert!(CLIENTS.accepts(wide) && !PROVIDERS.accepts(wide), "{wide}");
        }
        for bad in ["", "-a", "_a", ".a", "a b", "a/b", "a:b", "é", "a\n", &format!("{long}a")] {
            assert!(!PROVIDERS.accepts(bad) && !CLIENTS.accepts(bad), "{bad}");
        }
    }
}
