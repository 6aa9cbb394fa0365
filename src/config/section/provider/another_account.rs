//! `providers.<id>.another_account`: how the gateway requests another account than the account that is signed in at the
//! provider.

use super::reserved::is_reserved;
use crate::config::layer::validator::{Validator, quoted};

/// The parameters that a login with `prompt=select_account` sends to the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AnotherAccount {
    /// `prompt=select_account`; `prompt=login` if the metadata lists that and not `select_account`.
    #[default]
    Auto,
    /// These parameters of the authorization request.
    Parameters(Vec<(String, String)>),
    /// Nothing: the provider has no such parameter. A page asks the user to sign out at the provider first.
    Nothing,
}

/// Reads the key: `auto`, `none`, or parameters as in a query.
pub(crate) fn validate(key: &str, text: &str, validator: &mut Validator<'_>) -> AnotherAccount {
    match text {
        "auto" => return AnotherAccount::Auto,
        "none" => return AnotherAccount::Nothing,
        _ => {}
    }
    let remedy = "write \"auto\", \"none\" or the parameter that the provider documents, such as \"prompt=login\"";
    let is_pair = |pair: &str| pair.split_once('=').is_some_and(|(name, value)| !name.is_empty() && !value.is_empty());
    if !text.split('&').all(is_pair) {
        validator.reject(key, format!("{} is no parameter with its value", quoted(text)), remedy);
        return AnotherAccount::Auto;
    }
    let parameters: Vec<_> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    if let Some((name, _)) = parameters.iter().find(|(name, _)| is_reserved(name)) {
        validator.reject(key, format!("has {name}, a parameter that Vestibule sets itself"), remedy);
    }
    AnotherAccount::Parameters(parameters)
}
