//! Lists of scopes: of providers and of clients.

use crate::config::layer::validator::{Validator, quoted};

/// Checks that each item is one scope token (RFC 6749 §3.3).
pub(crate) fn tokens(key: &str, scopes: &[String], validator: &mut Validator<'_>) {
    let is_token =
        |scope: &str| !scope.is_empty() && scope.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '\\');
    for (item, scope) in scopes.iter().enumerate().filter(|(_, scope)| !is_token(scope)) {
        let remedy = "write one scope per item, without spaces and quotes";
        validator.reject_item(key, item, format!("{} is not a scope", quoted(scope)), remedy);
    }
}
