//! Providers that share a redirect URI of the SPA flow: rejects those between which a mix-up could not be noticed.

use super::protocol::Provider;
use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::public_url::PublicUrl;

/// In a mix-up (RFC 9700 §4.4) one provider sends the browser on to another, whose code the frontend then takes for one of the
/// first. With one redirect URI only the parameter `iss` shows it (RFC 9207), which OAuth providers do not send.
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
         could be taken for one of the other",
        quoted(uri),
        first.id,
        second.id,
        oauth.registration().id
    );
    validator.reject(
        &key,
        what,
        "write a redirect_uri of its own for each provider, as \"https://app.example.com/done/corp\"",
    );
}
