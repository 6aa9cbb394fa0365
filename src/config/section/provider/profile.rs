//! The calls that a profile is asked for with, of providers without an ID token.

use std::collections::BTreeMap;

use url::Url;

use super::endpoints::required;
use super::raw::RawProvider;
use crate::config::layer::findings::Findings;
use crate::config::section::json_pointer::pointer;
use crate::config::value::pointer::Pointer;

/// What is asked with an access token to learn who somebody is.
pub struct ProfileCalls {
    /// The first call; its answer is the root of the claims.
    pub first: Url,
    /// Further ones, each of whose answers stands under its name.
    pub further: Vec<ProfileCall>,
}

impl ProfileCalls {
    /// Whom the calls go to.
    pub fn endpoints(&self) -> impl Iterator<Item = &Url> {
        [&self.first].into_iter().chain(self.further.iter().map(|call| &call.endpoint))
    }
}

/// One more call.
pub struct ProfileCall {
    /// Under which name its answer stands.
    pub name: String,
    /// What is asked.
    pub endpoint: Url,
    /// Of the list in the answer, the first item in which this is `true` stands there instead.
    pub pick: Option<Pointer>,
}

pub(crate) fn profile(key: &dyn Fn(&str) -> String, raw: &RawProvider, at: &mut Findings<'_>) -> Option<ProfileCalls> {
    let first = required(key, "userinfo_endpoint", &raw.userinfo_endpoint, raw, at);
    let mut further = Vec::new();
    for (name, text) in &raw.profile_calls {
        let endpoint = required(key, &format!("profile_calls.{name}"), text, raw, at);
        let pick = picked(key, name, &raw.profile_pick, at);
        further.extend(endpoint.map(|endpoint| ProfileCall { name: name.clone(), endpoint, pick }));
    }
    for name in raw.profile_pick.keys().filter(|name| !raw.profile_calls.contains_key(*name)) {
        let remedy = "give profile_calls a URL of that name, or take it out";
        at.refuse(&key(&format!("profile_pick.{name}")), "belongs to no call", remedy);
    }
    Some(ProfileCalls { first: first?, further })
}

fn picked(
    key: &dyn Fn(&str) -> String,
    name: &str,
    picks: &BTreeMap<String, String>,
    at: &mut Findings<'_>,
) -> Option<Pointer> {
    picks.get(name).and_then(|text| pointer(&key(&format!("profile_pick.{name}")), text, at))
}

pub(crate) fn sub_is_known(key: &dyn Fn(&str) -> String, raw: &RawProvider, at: &mut Findings<'_>) {
    if raw.claims.sub.is_empty() {
        let remedy = "point to what never changes and is never given to another person, as \"/id\"";
        at.refuse(&key("claims.sub"), "is missing", remedy);
    }
}
