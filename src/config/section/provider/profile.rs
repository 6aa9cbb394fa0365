//! The calls that request the user's profile, at providers without an ID token.

use url::Url;

use super::endpoints::required;
use super::raw::RawProvider;
use crate::config::layer::validator::Validator;
use crate::config::value::pointer::Pointer;

/// The requests that together return the user's claims.
pub struct ProfileCalls {
    /// `userinfo_endpoint`: its response is the root of the claims.
    pub first: Url,
    /// `profile_calls`: each response is added to the claims under the call's name.
    pub further: Vec<ProfileCall>,
}

impl ProfileCalls {
    /// The URLs of all calls.
    pub fn endpoints(&self) -> impl Iterator<Item = &Url> {
        [&self.first].into_iter().chain(self.further.iter().map(|call| &call.endpoint))
    }
}

/// An additional request for the profile.
pub struct ProfileCall {
    /// The member of the claims that holds the response.
    pub name: String,
    /// The URL of the request.
    pub endpoint: Url,
    /// If the response is a list, the member becomes the first item in which this pointer is `true`.
    pub pick: Option<Pointer>,
}

pub(crate) fn profile(
    key: &dyn Fn(&str) -> String,
    raw: &RawProvider,
    validator: &mut Validator<'_>,
) -> Option<ProfileCalls> {
    let first = required(key, "userinfo_endpoint", &raw.userinfo_endpoint, raw, validator);
    let mut further = Vec::new();
    for (name, text) in &raw.profile_calls {
        let endpoint = required(key, &format!("profile_calls.{name}"), text, raw, validator);
        let pick = raw.profile_pick.get(name).cloned();
        further.extend(endpoint.map(|endpoint| ProfileCall { name: name.clone(), endpoint, pick }));
    }
    for name in raw.profile_pick.keys().filter(|name| !raw.profile_calls.contains_key(*name)) {
        let remedy = "add a URL of that name to profile_calls, or remove it";
        validator.reject(&key(&format!("profile_pick.{name}")), "has no call of that name in profile_calls", remedy);
    }
    Some(ProfileCalls { first: first?, further })
}

pub(crate) fn require_sub_pointer(key: &dyn Fn(&str) -> String, raw: &RawProvider, validator: &mut Validator<'_>) {
    if raw.registration.claims.sub.is_none() {
        let remedy = "point to an identifier that never changes and is never reassigned, for example \"/id\"";
        validator.reject(&key("claims.sub"), "is missing", remedy);
    }
}
