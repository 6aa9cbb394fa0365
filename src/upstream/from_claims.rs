//! Building an identity from verified OpenID Connect claims.

use serde_json::{Map, Value};

use super::identity::{Identity, ProviderTokens};
use super::{claims, profile};
use crate::base::clock::Timestamp;
use crate::config::Registration;

/// The claims of one OpenID Connect login, by source.
pub(super) struct ClaimSources {
    /// The claims of the ID token.
    pub id_token: Map<String, Value>,
    /// The claims of the userinfo response.
    pub userinfo: Option<Map<String, Value>>,
    /// The names in the `user` parameter of a form post.
    pub names: Option<Value>,
}

/// The identity in OpenID Connect claims, without the algorithm of an ID token.
pub(super) fn identity(
    registration: &Registration,
    sub: String,
    auth_time: Option<Timestamp>,
    sources: ClaimSources,
    tokens: ProviderTokens,
) -> Identity {
    let ClaimSources { id_token, userinfo, names } = sources;
    let text = |name| claims::short_text(&id_token, name);
    let (acr, (amr, lost_methods), sid) = (text("acr"), claims::amr(&id_token), text("sid"));
    let raw_claims: Vec<_> =
        [Some(id_token.clone()), userinfo.clone()].into_iter().flatten().map(Value::Object).collect();
    // The names of a form post are not signed: they are used for the profile, but not for login rules.
    let (profile, mut losses) = profile::read(registration, &raw_claims.iter().chain(&names).collect::<Vec<_>>());
    let of_texts = ["acr", "sid"].map(|name| claims::loss_of_short_text(&id_token, name));
    let all = claims::merge(id_token, userinfo);
    let (claims, lost) = claims::storable(&all, &sub, &profile, &registration.compared_elsewhere);
    of_texts.into_iter().chain([lost_methods, lost]).for_each(|lost| losses.add(lost));
    let id_token_algorithm = None;
    Identity { sub, profile, claims, raw_claims, auth_time, acr, amr, sid, id_token_algorithm, losses, tokens }
}
