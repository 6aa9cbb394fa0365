//! The request parameters that make a provider ask the user for an account. Providers differ: some reject
//! `prompt=select_account`, and some have a parameter of their own.

use super::handshake::LoginHints;
use crate::config::{AnotherAccount, Registration};

/// The value in `prompt` by which a caller asks for another account (OpenID Connect Core §3.1.2.1).
const SELECT_ACCOUNT: &str = "select_account";

/// Takes `select_account` out of the hints, and returns what this provider needs instead; empty if the caller did not
/// ask for another account. Values for `prompt` are added to the values of the caller. `listed`:
/// `prompt_values_supported` of the metadata.
pub fn parameters(
    registration: &Registration,
    listed: Option<&[String]>,
    hints: &mut LoginHints,
) -> Vec<(String, String)> {
    let Some(prompt) = hints.prompt.take() else { return Vec::new() };
    let mut words: Vec<_> = prompt.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let before = words.len();
    words.retain(|word| word != SELECT_ACCOUNT);
    if words.len() == before {
        hints.prompt = Some(prompt);
        return Vec::new();
    }
    let mut parameters = match &registration.another_account {
        AnotherAccount::Auto => {
            by_metadata(listed).map(|word| ("prompt".to_owned(), word.to_owned())).into_iter().collect()
        }
        AnotherAccount::Parameters(parameters) => parameters.clone(),
        AnotherAccount::Nothing => Vec::new(),
    };
    for (_, value) in parameters.extract_if(.., |(name, _)| name == "prompt") {
        for word in value.split(' ') {
            if !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
    }
    hints.prompt = Some(words.join(" ")).filter(|words| !words.is_empty());
    parameters
}

fn by_metadata(listed: Option<&[String]>) -> Option<&'static str> {
    let Some(listed) = listed else { return Some(SELECT_ACCOUNT) };
    [SELECT_ACCOUNT, "login"].into_iter().find(|word| listed.iter().any(|value| value == word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(another_account: AnotherAccount, listed: Option<&[&str]>, prompt: &str) -> (String, Vec<(String, String)>) {
        let registration = Registration { another_account, ..Registration::example() };
        let listed = listed.map(|listed| listed.iter().map(|&value| value.to_owned()).collect::<Vec<_>>());
        let mut hints = LoginHints { prompt: Some(prompt.to_owned()), ..LoginHints::default() };
        let parameters = parameters(&registration, listed.as_deref(), &mut hints);
        (hints.prompt.unwrap_or_default(), parameters)
    }

    fn of(query: &str) -> AnotherAccount {
        AnotherAccount::Parameters(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    #[test]
    fn select_account_becomes_what_the_provider_knows() {
        let auto = || AnotherAccount::Auto;
        for (another_account, listed, prompt, expected) in [
            (auto(), None, "select_account", "select_account"),
            (auto(), Some(&["none", "select_account", "login"][..]), "select_account", "select_account"),
            (auto(), Some(&["none", "login"]), "select_account", "login"),
            (auto(), Some(&["none", "login"]), "login select_account", "login"),
            (auto(), Some(&["none"]), "select_account", ""),
            (of("prompt=login"), None, "select_account", "login"),
            (of("prompt=login"), None, "consent select_account", "consent login"),
            (AnotherAccount::Nothing, None, "select_account", ""),
            (AnotherAccount::Nothing, None, "login", "login"),
        ] {
            let found = sent(another_account, listed, prompt);
            assert_eq!(found, (expected.to_owned(), Vec::new()), "{listed:?} {prompt}");
        }
        let own = vec![("force_verify".to_owned(), "true".to_owned())];
        assert_eq!(sent(of("force_verify=true"), None, "login select_account"), ("login".to_owned(), own));
        assert_eq!(sent(of("force_verify=true"), None, "login"), ("login".to_owned(), Vec::new()));
    }
}
