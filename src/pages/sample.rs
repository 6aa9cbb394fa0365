//! A state of a page with sample data, and the data that the states have in common.

use minijinja::Value;
use minijinja::value::Serde;

use super::context::choose_provider::Link;
use super::context::page::Page;
use super::context::time::Time;

/// The name of the person in samples.
pub(super) const PERSON: &str = "Alex Sample";
pub(super) const EMAIL: &str = "alex@example.com";
pub(super) const APP: &str = "Example Shop";
pub(super) const PROVIDER: &str = "Example SSO";
pub(super) const SEALED: &str = "sample";
/// 14 November 2023, 22:13 UTC.
pub(super) const THEN: Time = Time(1_700_000_000);

/// One state of a page.
pub struct Sample {
    /// The name of the state: the name of the template, and what is special.
    pub name: String,
    /// The name of the template.
    pub template: &'static str,
    /// The context of the page.
    pub(super) context: Value,
}

pub(super) fn sample<P: Page>(state: &str, page: &P) -> Sample {
    let page_name = P::TEMPLATE.trim_end_matches(".html");
    let name = if state.is_empty() { page_name.to_owned() } else { format!("{page_name}-{state}") };
    Sample { name, template: P::TEMPLATE, context: Serde(page).into() }
}

/// Links to logins.
pub(super) fn links(names: &[&'static str]) -> Vec<Link<'static>> {
    names.iter().map(|name| Link { name, href: "/login/sample".to_owned() }).collect()
}
