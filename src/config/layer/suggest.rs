//! Suggests the valid key or word for one that is unknown, probably a typing error.

use super::shape::{Shape, ValueType};

/// Added to the similarity of names, 0 to 1, if the candidate is in the same table.
const SAME_TABLE_BONUS: f64 = 0.25;

/// From this similarity on, a key or a word is suggested as the one that was meant.
const MIN_SIMILARITY: f64 = 0.6;

/// The shortest beginning, in bytes, that two words must have in common to suggest one for the other.
const MIN_BEGINNING: usize = 3;

/// The valid key that is most similar to an unknown one.
pub(crate) struct Suggestion {
    path: Vec<String>,
    is_similar: bool,
}

impl Suggestion {
    /// The remedy to show. `name` writes the key: dotted, or as an environment variable.
    pub(crate) fn remedy(&self, name: impl Fn(&[String]) -> String) -> String {
        if self.path.is_empty() {
            return "remove it; `vestibule config reference` lists all keys".to_owned();
        }
        let name = name(&self.path);
        if self.is_similar {
            format!("did you mean {name}?")
        } else {
            format!("remove it; the most similar key is {name}")
        }
    }
}

/// Finds the valid key that is most similar to `wrong`. Ids of providers and clients in `wrong` are kept.
pub(crate) fn suggest_key(wrong: &[String], root: Shape<'_>) -> Suggestion {
    // An id that is written as one part stays as it is: `providers.corp.email_domains` is no key of a provider `corp_email`.
    let keeps_id = |path: &Vec<String>| wrong.len() < 3 || path.get(..2) == wrong.get(..2);
    if let Some(path) = split_at_underscores(&wrong.join("_"), root).filter(keeps_id) {
        return Suggestion { path, is_similar: true };
    }
    let mut candidates = Vec::new();
    collect(root, &mut Vec::new(), wrong, &mut candidates);
    let best = candidates
        .into_iter()
        .map(|candidate| (similarity(&candidate, wrong), candidate))
        .filter(|(similarity, _)| *similarity > 0.0)
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.map_or(Suggestion { path: Vec::new(), is_similar: false }, |(similarity, path)| Suggestion {
        is_similar: similarity > MIN_SIMILARITY,
        path,
    })
}

/// How similar a valid key is to an unknown one. A key of another section counts only if its name is equal: it has
/// another meaning, and a similar name there would mislead. In the same section, the names of tables between are a part of
/// the name: `allowed_groups` is similar to `allow.groups`.
fn similarity(candidate: &[String], wrong: &[String]) -> f64 {
    let (Some((wrong_name, wrong_table)), Some((name, table))) = (wrong.split_last(), candidate.split_last()) else {
        return 0.0;
    };
    let of = strsim::normalized_damerau_levenshtein;
    if let Some(below) = candidate.strip_prefix(wrong_table) {
        let whole = of(&below.join("_"), wrong_name);
        return match (table == wrong_table, wrong_table.is_empty()) {
            (true, true) => whole,
            (true, false) => whole + SAME_TABLE_BONUS,
            (false, true) => f64::from(name == wrong_name),
            (false, false) => whole.max(of(name, wrong_name)),
        };
    }
    if name == wrong_name {
        // One of the same section is nearer.
        if candidate.first() == wrong.first() { 1.0 } else { 0.99 }
    } else if candidate.first() == wrong.first() {
        of(name, wrong_name)
    } else {
        0.0
    }
}

/// Finds the path whose parts, joined by `_`, are this text: `server_listen` is `server.listen`.
fn split_at_underscores(text: &str, shape: Shape<'_>) -> Option<Vec<String>> {
    let below = |key: &str, rest: &str, child: Shape<'_>| {
        let path = split_at_underscores(rest.trim_start_matches('_'), child)?;
        Some([vec![key.to_owned()], path].concat())
    };
    match shape.value_type() {
        ValueType::Table(keys) => {
            keys.keys().find_map(|key| below(key, text.strip_prefix(key.as_str())?, shape.child(key)?))
        }
        // The id is everything before a key of the table.
        ValueType::Named(entry) => {
            let ValueType::Table(keys) = entry.value_type() else { return None };
            let fits =
                |key: &&String| text.strip_suffix(key.as_str()).is_some_and(|id| !id.trim_end_matches('_').is_empty());
            let key = keys.keys().filter(fits).max_by_key(|key| key.len())?;
            let id = text.strip_suffix(key.as_str())?.trim_end_matches('_');
            Some(vec![id.to_owned(), key.clone()])
        }
        _ => text.is_empty().then(Vec::new),
    }
}

/// The word that is probably meant: the most similar one if it is similar enough, else the only one that begins as `wrong`
/// does. Upper and lower case do not matter.
pub(crate) fn suggest_word<'w>(wrong: &str, words: &[&'w str]) -> Option<&'w str> {
    let wrong = wrong.to_lowercase();
    let similarity = |word: &str| strsim::normalized_damerau_levenshtein(&word.to_lowercase(), &wrong);
    let nearest = words.iter().copied().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    nearest.filter(|word| similarity(word) > MIN_SIMILARITY).or_else(|| only_extension(&wrong, words))
}

/// The only word that begins with `short`, or with which `short` begins: `keycloak` for `keyc`, `github` for `github.com`.
fn only_extension<'w>(short: &str, words: &[&'w str]) -> Option<&'w str> {
    let begins = |long: &str, short: &str| short.len() >= MIN_BEGINNING && long.starts_with(short);
    let mut fitting = words.iter().copied().filter(|word| {
        let word = word.to_lowercase();
        begins(&word, short) || begins(short, &word)
    });
    fitting.next().filter(|_| fitting.next().is_none())
}

fn collect(shape: Shape<'_>, path: &mut Vec<String>, wrong: &[String], into: &mut Vec<Vec<String>>) {
    match shape.value_type() {
        ValueType::Table(keys) => {
            for key in keys.keys() {
                path.push(key.clone());
                into.push(path.clone());
                if let Some(child) = shape.child(key) {
                    collect(child, path, wrong, into);
                }
                path.pop();
            }
        }
        ValueType::Named(entry) => {
            let chosen = wrong.get(path.len()).filter(|_| wrong.starts_with(path));
            path.push(chosen.cloned().unwrap_or_else(|| "<id>".to_owned()));
            collect(entry, path, wrong, into);
            path.pop();
        }
        ValueType::List(item) if matches!(item.value_type(), ValueType::Table(_)) => collect(item, path, wrong, into),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_and_keys_in_the_wrong_section_are_found() {
        let schema = crate::config::schema::generate();
        let remedy = |wrong: &str| {
            let wrong: Vec<String> = wrong.split('.').map(str::to_owned).collect();
            suggest_key(&wrong, Shape::root(&schema)).remedy(|path| path.join("."))
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
            assert_eq!(remedy(wrong), format!("did you mean {right}?"));
        }
        assert!(remedy("server.xyzzy").starts_with("remove it; the most similar key is server."));
    }

    #[test]
    fn only_close_words_are_suggested() {
        let known = ["google", "github", "gitlab", "forgejo", "keycloak", "microsoft", "microsoft-multi", "x"];
        for (wrong, right) in [
            ("gogle", Some("google")),
            ("GitHub", Some("github")),
            ("githbu", Some("github")),
            ("github.com", Some("github")),
            ("keyc", Some("keycloak")),
            ("microsft", Some("microsoft")),
            ("foo", None),
            ("git", None),
            ("micro", None),
            ("fo", None),
            ("xing", None),
            ("", None),
        ] {
            assert_eq!(suggest_word(wrong, &known), right, "{wrong}");
        }
    }

    #[test]
    fn keys_of_other_sections_are_not_guessed() {
        let schema = crate::config::schema::generate();
        let remedy = |wrong: &str| {
            let wrong: Vec<String> = wrong.split('.').map(str::to_owned).collect();
            suggest_key(&wrong, Shape::root(&schema)).remedy(|path| path.join("."))
        };
        for (wrong, right) in [
            ("providers.corp.allowed_groups", "providers.corp.allow.groups"),
            ("providers.corp.allow_groups", "providers.corp.allow.groups"),
            ("providers.corp.email_domains", "providers.corp.allow.email_domains"),
            ("providers.corp.claim_email", "providers.corp.claims.email"),
            ("sessions.cookie.idle_timeout", "sessions.idle_timeout"),
        ] {
            assert_eq!(remedy(wrong), format!("did you mean {right}?"), "{wrong}");
        }
        for wrong in ["server.token_per_minute", "admin.listens", "log.public_uri", "cleanup.pool_sizes"] {
            let section = wrong.split('.').next().expect("a section");
            let message = remedy(wrong);
            assert!(
                message.starts_with(&format!("remove it; the most similar key is {section}.")),
                "{wrong}: {message}"
            );
        }
        assert_eq!(remedy("qqqq"), "remove it; `vestibule config reference` lists all keys");
    }
}
