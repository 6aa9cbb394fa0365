//! Remembered consent: of a person to an app, for its scopes, its resource and the origin of its redirect URI. Only where the
//! redirect URI is `https` and of no installed app: any program on the person's machine can receive the other ones, so consent is
//! asked for each time (RFC 8252 §8.6).

use url::Url;

use super::answer::OAuthError;
use super::decision::{Decision, DecisionInput, decide};
use super::request::AuthorizationRequest;
use super::store;
use crate::account::{self, ConsentTerms};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError, in_transaction};
use crate::base::id::{ConsentId, UserId};
use crate::client::{self, Agreement};
use crate::session::{self, EndReason, Scope, SignedIn};

/// Decides the next step with the consent that the person gave before. One statement if consent is needed and may be remembered.
pub(super) async fn decide_remembering(
    app: &App,
    request: &AuthorizationRequest,
    input: DecisionInput<'_>,
    signed_in: Option<&SignedIn>,
) -> Result<Decision, DbError> {
    let next = decide(request, &input);
    let asks = matches!(next, Decision::Consent | Decision::Refuse(OAuthError::ConsentRequired, _));
    match signed_in.filter(|_| asks && !request.prompt.consent) {
        Some(signed_in) if is_remembered(app, request, signed_in.session.user).await? => {
            Ok(decide(request, &DecisionInput { consented: true, ..input }))
        }
        _ => Ok(next),
    }
}

async fn is_remembered(app: &App, request: &AuthorizationRequest, user: UserId) -> Result<bool, DbError> {
    let Some(terms) = terms(request, user) else { return Ok(false) };
    let authenticates = request.by_url.as_ref().is_some_and(|said| said.jwks_uri.is_some());
    app.db.run("find consent", move |conn| account::has_consented(conn, &terms, authenticates)).await
}

/// Stores what the person agrees to: the consent, if it is remembered, and a client by URL for `vestibule clients list`.
pub(super) async fn remember(
    app: &App,
    request: &AuthorizationRequest,
    user: UserId,
    now: Timestamp,
) -> Result<(), DbError> {
    let (terms, said, id) = (terms(request, user), request.by_url.clone(), request.client_id.clone());
    if terms.is_none() && said.is_none() {
        return Ok(());
    }
    let write = move |conn: &mut Conn| {
        in_transaction(conn, |conn| {
            if let Some(said) = &said {
                let (name, authenticates) = (said.name.as_deref(), said.jwks_uri.is_some());
                client::note_agreement(conn, &Agreement { client_id: &id, name, authenticates }, now)?;
            }
            terms.as_ref().map_or(Ok(()), |terms| account::remember_consent(conn, terms, now))
        })
    };
    app.db.run("remember consent", write).await
}

/// Withdraws a consent of the user: the app's sessions for the resource end with it, and codes that were not redeemed. Idempotent.
pub async fn withdraw_consent(app: &App, user: UserId, consent: ConsentId, now: Timestamp) -> Result<(), DbError> {
    let ending = app.endings.ending(EndReason::Logout, now);
    let write = ending.clone();
    let withdraw = move |conn: &mut Conn| {
        in_transaction(conn, |conn| {
            // A redemption locks the code first: one that is under way is committed before the sessions are looked for.
            store::delete_codes_of_consent(conn, user, consent)?;
            let ended = session::end_where(conn, Scope::OfConsent { user, consent }, &write)?;
            account::delete_consent(conn, user, consent)?;
            Ok(ended)
        })
    };
    let ended = app.db.run("withdraw consent", withdraw).await?;
    app.ended(&ended, &ending);
    Ok(())
}

/// What the person agrees to; `None` if it is not remembered.
fn terms(request: &AuthorizationRequest, user: UserId) -> Option<ConsentTerms> {
    let url = Url::parse(&request.redirect_uri).ok().filter(|url| url.scheme() == "https" && !request.installed)?;
    let scopes = request.scope.split(' ').filter(|scope| !scope.is_empty());
    let mut scopes: Vec<_> = scopes.map(str::to_owned).collect();
    scopes.sort_unstable();
    scopes.dedup();
    Some(ConsentTerms {
        user,
        client_id: request.client_id.clone(),
        resource: request.resource.clone().unwrap_or_default(),
        origin: url.origin().ascii_serialization(),
        scopes,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// AZ-06: what is sent to a loopback address or a private-use scheme is agreed to each time.
    #[test]
    fn consent_is_remembered_for_an_https_redirect_uri_only() {
        let user = UserId(Uuid::from_u128(1));
        let request = |redirect_uri: &str, installed| AuthorizationRequest {
            redirect_uri: redirect_uri.into(),
            installed,
            scope: "openid  email openid".into(),
            ..AuthorizationRequest::default()
        };
        let kept = terms(&request("https://app.example:8443/cb?a=b", false), user).expect("it is remembered");
        assert_eq!(
            (kept.origin.as_str(), kept.scopes),
            ("https://app.example:8443", vec!["email".into(), "openid".into()])
        );
        for (redirect_uri, installed) in [
            ("http://127.0.0.1:4711/cb", true),
            ("http://127.0.0.1:4711/cb", false),
            ("com.example.tool:/cb", true),
            ("https://localhost/cb", true),
        ] {
            assert_eq!(terms(&request(redirect_uri, installed), user), None, "{redirect_uri}");
        }
    }
}
