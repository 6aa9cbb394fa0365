//! The valid key that an unknown one was probably meant to be.

use super::shape::{Kind, Shape};

/// What standing in the same table is worth, against likeness of the name.
const SAME_TABLE: f64 = 0.25;

/// Less alike than this, it is only the nearest, and hardly what was meant.
const ALIKE: f64 = 0.6;

/// The nearest valid key.
pub(crate) struct Nearest {
    path: Vec<String>,
    is_alike: bool,
}

impl Nearest {
    /// What to write instead, with the key spelled by `name`.
    pub(crate) fn remedy(&self, name: impl Fn(&[String]) -> String) -> String {
        let name = name(&self.path);
        if self.is_alike { format!("did you mean {name}?") } else { format!("take it out; the nearest key is {name}") }
    }
}

/// The nearest valid path. Keys of the operator's own choice in `wrong` are kept.
pub(crate) fn nearest(wrong: &[String], root: Shape<'_>) -> Nearest {
    if let Some(path) = respelled(&wrong.join("_"), root) {
        return Nearest { path, is_alike: true };
    }
    let mut candidates = Vec::new();
    collect(root, &mut Vec::new(), wrong, &mut candidates);
    let likeness = |candidate: &Vec<String>| match (candidate.split_last(), wrong.split_last()) {
        (Some((name, table)), Some((wrong_name, wrong_table))) => {
            strsim::normalized_damerau_levenshtein(name, wrong_name)
                + if table == wrong_table { SAME_TABLE } else { 0.0 }
        }
        _ => 0.0,
    };
    let path = candidates.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).unwrap_or_default();
    let is_alike = likeness(&path) > ALIKE;
    Nearest { path, is_alike }
}

/// The path whose names, joined by `_`, are this text: `server_listen` is `server.listen`.
fn respelled(text: &str, shape: Shape<'_>) -> Option<Vec<String>> {
    let below = |key: &str, rest: &str, child: Shape<'_>| {
        let path = respelled(rest.trim_start_matches('_'), child)?;
        Some([vec![key.to_owned()], path].concat())
    };
    match shape.kind() {
        Kind::Table(keys) => {
            keys.keys().find_map(|key| below(key, text.strip_prefix(key.as_str())?, shape.child(key)?))
        }
        // The entry's name is the operator's own: whatever stands in front of a key of it.
        Kind::Named(entry) => {
            let Kind::Table(keys) = entry.kind() else { return None };
            let fits =
                |key: &&String| text.strip_suffix(key.as_str()).is_some_and(|id| !id.trim_end_matches('_').is_empty());
            let key = keys.keys().filter(fits).max_by_key(|key| key.len())?;
            let id = text.strip_suffix(key.as_str())?.trim_end_matches('_');
            Some(vec![id.to_owned(), key.clone()])
        }
        _ => text.is_empty().then(Vec::new),
    }
}

/// The word of a list that is most like this one.
pub(crate) fn nearest_word<'w>(wrong: &str, words: &[&'w str]) -> Option<&'w str> {
    let wrong = wrong.to_lowercase();
    let likeness = |word: &str| strsim::normalized_damerau_levenshtein(&word.to_lowercase(), &wrong);
    words.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|word| likeness(word) > 0.4)
}

fn collect(shape: Shape<'_>, path: &mut Vec<String>, wrong: &[String], into: &mut Vec<Vec<String>>) {
    match shape.kind() {
        Kind::Table(keys) => {
            for key in keys.keys() {
                path.push(key.clone());
                into.push(path.clone());
                if let Some(child) = shape.child(key) {
                    collect(child, path, wrong, into);
                }
                path.pop();
            }
        }
        Kind::Named(entry) => {
            let chosen = wrong.get(path.len()).filter(|_| wrong.starts_with(path));
            path.push(chosen.cloned().unwrap_or_else(|| "<id>".to_owned()));
            collect(entry, path, wrong, into);
            path.pop();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_typing_errors_and_keys_in_the_wrong_section() {
        let schema = crate::config::schema::generate();
        let near = |wrong: &str| {
            let wrong: Vec<String> = wrong.split('.').map(str::to_owned).collect();
            nearest(&wrong, Shape::root(&schema)).remedy(|path| path.join("."))
        };
        for (wrong, right) in [
            ("server.pubic_url", "server.public_url"),
            ("sesions", "sessions"),
            ("provider", "providers"),
            ("public_url", "server.public_url"),
            ("server.migrate_on_start", "database.migrate_on_start"),
            ("sessions.cookies", "sessions.cookie"),
            ("providers.corp.clientid", "providers.corp.client_id"),
            ("database.url_fil", "database.url_file"),
            ("server_listen", "server.listen"),
            ("sessions.cookie_domain", "sessions.cookie.domain"),
            ("providers_corp_client_id", "providers.corp.client_id"),
            ("providers.my_corp_client_secret_file", "providers.my_corp.client_secret_file"),
        ] {
            assert_eq!(near(wrong), format!("did you mean {right}?"));
        }
        assert!(near("server.xyzzy").starts_with("take it out; the nearest key is server."));
    }
}
