//! The e-mail address on the login page.

use crate::config::comparable_domain;
use crate::upstream::email_domain;

/// The longest address, in bytes (RFC 5321 §4.5.3.1.3, without the angle brackets).
const MAX_LENGTH: usize = 254;

/// An address as the person wrote it.
pub struct EmailAddress<'a> {
    /// The address, without a dot at its end.
    pub text: &'a str,
    /// Its domain in the form in which it is compared; `None` if it can be of no provider, as an IP address.
    pub domain: Option<String>,
}

/// Reads an address; `None` if the text is not exactly one address.
pub fn read(text: &str) -> Option<EmailAddress<'_>> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let domain = email_domain(text).filter(|_| text.len() <= MAX_LENGTH)?;
    Some(EmailAddress { text, domain: comparable_domain(domain) })
}
