//! The built-in templates and messages.

/// Lists files of a folder, each with its name.
macro_rules! files {
    ($folder:literal: $($name:literal)+) => {
        [$(($name, include_str!(concat!($folder, "/", $name)))),+]
    };
}

/// The templates: name and source.
pub(super) const TEMPLATES: [(&str, &str); 18] = files!(
    "templates":
    "account.html"
    "account_deleted.html"
    "another_account.html"
    "base.html"
    "choose_provider.html"
    "confirm_end.html"
    "confirm_identity.html"
    "consent.html"
    "continue.html"
    "cookies_conflict.html"
    "delete_account.html"
    "form_post.html"
    "identity_removed.html"
    "problem.html"
    "remove_identity.html"
    "sign_out.html"
    "signed_out.html"
    "signed_out_of.html"
);

/// The messages: file name and source, in alphabetical order.
pub(super) const MESSAGES: [(&str, &str); 6] =
    files!("messages": "ar.ftl" "de.ftl" "en.ftl" "es.ftl" "fr.ftl" "ja.ftl");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::texts::{Texts, texts};
    use super::*;

    fn english() -> Texts {
        MESSAGES.iter().find(|(name, _)| *name == "en.ftl").map(|(_, source)| texts(source)).expect("English")
    }

    #[test]
    fn no_language_lacks_a_message_or_has_other_placeholders() {
        let english = english();
        for (name, source) in MESSAGES {
            let texts = texts(source);
            let missing: Vec<_> = english.keys().filter(|id| !texts.contains_key(*id)).collect();
            let unknown: Vec<_> = texts.keys().filter(|id| !english.contains_key(*id)).collect();
            assert!(missing.is_empty() && unknown.is_empty(), "{name} lacks {missing:?}, and has {unknown:?}");
            for (id, placeholders) in &texts {
                assert_eq!(Some(placeholders), english.get(id), "{name}: {id}");
            }
        }
    }

    /// Messages that templates name by a value of the context, or that the renderer itself uses.
    const BY_CONTEXT: [&str; 8] = ["link-", "refusal-", "problem-", "grant-", "claim-", "language-", "ago-", "done-"];
    const BY_VALUE: [&str; 10] = [
        "device-browser-on-os",
        "device-unknown",
        "time-in-utc",
        "try-again",
        "start-again",
        "sign-in",
        "sign-in-again",
        "other-ways-to-sign-in",
        "back-to-account",
        "back-to-app",
    ];

    #[test]
    fn no_message_is_unused() {
        let named: BTreeSet<_> = TEMPLATES
            .iter()
            .flat_map(|(_, source)| source.split("t(\"").chain(source.split("plain(\"")).skip(1))
            .filter_map(|rest| rest.split_once('"').map(|(id, _)| id))
            .collect();
        let is_used = |id: &str| {
            named.contains(id) || BY_VALUE.contains(&id) || BY_CONTEXT.iter().any(|start| id.starts_with(start))
        };
        let unused: Vec<_> = english().into_keys().filter(|id| !is_used(id)).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}
