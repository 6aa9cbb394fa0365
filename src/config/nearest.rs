//! The valid key that an unknown one was probably meant to be.

use super::shape::{Kind, Shape};

/// What standing in the same table is worth, against likeness of the name.
const SAME_TABLE: f64 = 0.25;

/// The nearest valid path. Keys of the operator's own choice in `wrong` are kept.
pub(super) fn nearest(wrong: &[String], root: Shape<'_>) -> Vec<String> {
    let mut candidates = Vec::new();
    collect(root, &mut Vec::new(), wrong, &mut candidates);
    let likeness = |candidate: &Vec<String>| match (candidate.split_last(), wrong.split_last()) {
        (Some((name, table)), Some((wrong_name, wrong_table))) => {
            strsim::normalized_damerau_levenshtein(name, wrong_name)
                + if table == wrong_table { SAME_TABLE } else { 0.0 }
        }
        _ => 0.0,
    };
    candidates.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).unwrap_or_default()
}

/// The word of a list that is most like this one.
pub(super) fn nearest_word<'w>(wrong: &str, words: &[&'w str]) -> Option<&'w str> {
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
        let schema = super::super::schema::generate();
        let near = |wrong: &str| {
            let wrong: Vec<String> = wrong.split('.').map(str::to_owned).collect();
            nearest(&wrong, Shape::root(&schema)).join(".")
        };
        assert_eq!(near("server.pubic_url"), "server.public_url");
        assert_eq!(near("sesions"), "sessions");
        assert_eq!(near("provider"), "providers");
        assert_eq!(near("public_url"), "server.public_url");
        assert_eq!(near("server.migrate_on_start"), "database.migrate_on_start");
        assert_eq!(near("sessions.cookies"), "sessions.cookie");
        assert_eq!(near("providers.corp.clientid"), "providers.corp.client_id");
        assert_eq!(near("database.url_fil"), "database.url_file");
    }
}
