//! The ids of `[providers.<id>]`, `[clients.<id>]` and `[resources.<id>]`: which are valid, and which the layers use.

use super::source::Layer;

/// The rule for the ids in one section.
#[derive(Debug)]
pub(crate) struct IdRule {
    /// The section's key: `providers`, `clients` or `resources`.
    pub(crate) section: &'static str,
    /// The name of such an id in messages, with its article.
    pub(crate) what: &'static str,
    /// The pattern of a valid id; part of the JSON Schema.
    pub(crate) pattern: &'static str,
    /// The pattern in words, as the remedy for an invalid id.
    pub(crate) remedy: &'static str,
    /// The remedy for a value that is not a table.
    pub(crate) sections: &'static str,
    /// The id in the generated reference.
    pub(crate) example: &'static str,
    /// Whether upper-case letters and dots are allowed.
    allows_upper_case_and_dots: bool,
    /// The greatest length of an id, in bytes.
    most: usize,
}

/// The ids of `[providers.<id>]`, which are part of URLs: lower case only.
pub(crate) static PROVIDERS: IdRule = IdRule {
    section: "providers",
    what: "a provider's id",
    pattern: "^[a-z0-9][a-z0-9_-]{0,63}$",
    remedy: "write 1 to 64 of a-z, 0-9, - and _, starting with a letter or a digit",
    sections: "write a [providers.<id>] section for each provider",
    example: "corp",
    allows_upper_case_and_dots: false,
    most: 64,
};

/// The ids of `[clients.<id>]`, which are `client_id` values: upper case and dots as well.
pub(crate) static CLIENTS: IdRule = IdRule {
    section: "clients",
    what: "a client's id",
    pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
    remedy: "write 1 to 64 of A-Z, a-z, 0-9, ., - and _, starting with a letter or a digit",
    sections: "write a [clients.<id>] section for each client",
    example: "web",
    allows_upper_case_and_dots: true,
    most: 64,
};

/// The ids of `[resources.<id>]`, which are part of URLs: lower case only, and no longer than 63 characters, so that the pattern
/// differs from that of providers.
pub(crate) static RESOURCES: IdRule = IdRule {
    section: "resources",
    what: "a resource's id",
    pattern: "^[a-z0-9][a-z0-9_-]{0,62}$",
    remedy: "write 1 to 63 of a-z, 0-9, - and _, starting with a letter or a digit",
    sections: "write a [resources.<id>] section for each protected resource",
    example: "tools",
    allows_upper_case_and_dots: false,
    most: 63,
};

/// The rules of all sections with ids.
static ALL: [&IdRule; 3] = [&PROVIDERS, &CLIENTS, &RESOURCES];

impl IdRule {
    /// The rule of this section; `None` if its tables have fixed names.
    pub(crate) fn of_section(section: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|id_rule| id_rule.section == section)
    }

    /// The rule with this pattern.
    pub(crate) fn of_pattern(pattern: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|id_rule| id_rule.pattern == pattern)
    }

    /// Whether the text is a valid id, as `pattern` says.
    pub(crate) fn accepts(&self, name: &str) -> bool {
        let letter = |c: char| {
            c.is_ascii_digit() || c.is_ascii_lowercase() || (self.allows_upper_case_and_dots && c.is_ascii_uppercase())
        };
        let all = |c: char| letter(c) || c == '-' || c == '_' || (self.allows_upper_case_and_dots && c == '.');
        name.starts_with(letter) && name.len() <= self.most && name.chars().all(all)
    }
}

/// The ids that the layers use, by section, in the order in which each was first written.
#[derive(Default)]
pub(crate) struct Ids(Vec<(&'static IdRule, Vec<String>)>);

impl Ids {
    /// Collects the ids from the layers.
    pub(crate) fn of(layers: &[Layer]) -> Self {
        Self(ALL.into_iter().map(|id_rule| (id_rule, ids_in(id_rule.section, layers))).collect())
    }

    /// The ids of one section; empty if its tables have fixed names.
    pub(crate) fn of_section(&self, section: &str) -> &[String] {
        self.0
            .iter()
            .find(|(id_rule, _)| id_rule.section == section)
            .map(|(_, names)| names.as_slice())
            .unwrap_or_default()
    }

    /// The sections with their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.0.iter().map(|(id_rule, names)| (id_rule.section, names.as_slice()))
    }

    /// The id that an environment variable means: variables are upper case, and `_` may stand for `-` or `.`.
    pub(crate) fn named_by_variable<'n>(&'n self, section: &str, written: &str) -> Option<&'n String> {
        let names = self.of_section(section);
        let exact = names.iter().find(|known| *known == written);
        exact.or_else(|| names.iter().find(|known| known.to_lowercase().replace(['-', '.'], "_") == written))
    }
}

fn ids_in(section: &str, layers: &[Layer]) -> Vec<String> {
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
    fn ids_are_valid_or_invalid_by_their_section() {
        let long = "a".repeat(64);
        for valid in ["a", "0", "my-sso_2", &long] {
            assert!(PROVIDERS.accepts(valid) && CLIENTS.accepts(valid), "{valid}");
        }
        for of_clients in ["Web", "com.example.App", "A.b_c-D"] {
            assert!(CLIENTS.accepts(of_clients) && !PROVIDERS.accepts(of_clients), "{of_clients}");
        }
        for invalid in ["", "-a", "_a", ".a", "a b", "a/b", "a:b", "é", "a\n", &format!("{long}a")] {
            assert!(!PROVIDERS.accepts(invalid) && !CLIENTS.accepts(invalid), "{invalid}");
        }
    }
}
