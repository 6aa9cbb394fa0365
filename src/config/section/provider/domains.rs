//! `providers.<id>.domains`: the domains of e-mail addresses that lead to a provider.

use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::email_domain::comparable_domain;

/// The domains in the form in which they are compared, in the order of the configuration.
pub(crate) fn domains(key: &str, written: &[String], validator: &mut Validator<'_>) -> Option<Vec<String>> {
    let read = written.iter().enumerate().map(|(item, text)| {
        let domain = comparable_domain(text);
        if domain.is_none() {
            let remedy = "write the part after the @, as \"example.com\"; list subdomains one by one";
            validator.reject_item(key, item, format!("{} is not a domain", quoted(text)), remedy);
        }
        domain
    });
    // Each of them, so that each problem is reported.
    let read: Vec<_> = read.collect();
    read.into_iter().collect()
}
