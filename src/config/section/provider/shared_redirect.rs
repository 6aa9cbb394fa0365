//! Rejects providers that share a redirect URI of the SPA flow, if a mix-up between them could not be detected.

use super::protocol::Provider;
use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::public_url::PublicUrl;

/// In a mix-up attack (RFC 9700 §4.4) provider A redirects the browser to provider B, and the frontend treats the code
/// of B as a code of A. If A and B have the same redirect URI, only the parameter `iss` (RFC 9207) shows the
/// difference, and OAuth providers do not send it.
pub(crate) fn validate(public_url: Option<&PublicUrl>, providers: &[Option<Provider>], validator: &mut Validator<'_>) {
    let Some(public_url) = public_url else { return };
    let known: Vec<&Provider> = providers.iter().flatten().collect();
    for (place, one) in known.iter().enumerate() {
        for other in known.iter().skip(place + 1) {
            let of = |provider: &Provider| provider.registration().spa_redirect_uri(public_url);
            let (uri, oauth) = (of(one), [one, other].into_iter().find(|provider| !provider.is_oidc()));
            if uri == of(other)
                && let Some(oauth) = oauth
            {
                reject([one, other], oauth, &uri, validator);
            }
        }
    }
}

fn reject(pair: [&Provider; 2], oauth: &Provider, uri: &str, validator: &mut Validator<'_>) {
    let [first, second] = pair.map(Provider::registration);
    let named = if second.redirect_uri.is_some() { second } else { first };
    let key = format!("providers.{}.redirect_uri", named.id);
    let what = format!(
        "{} is the redirect URI of providers.{} and providers.{} in the SPA flow, and {} is no OpenID provider: a code of one \
         provider could be mistaken for a code of the other",
        quoted(uri),
        first.id,
        second.id,
        oauth.registration().id
    );
    validator.reject(
        &key,
        what,
        "write a different redirect_uri for each provider, such as \"https://app.example.com/done/corp\"",
    );
}
