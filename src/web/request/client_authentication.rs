//! Client authentication (RFC 6749 §2.3): `client_secret_basic`, `client_secret_post`, `private_key_jwt`, or
//! `client_id` alone for a public client.

use actix_web::HttpRequest;

use super::authorization::Authorization;
use super::client_address;
use super::extract::Parameters;
use super::throttle::Throttles;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::{AtClient, Event};
use crate::base::secret::Plain;
use crate::client::{self as clients, ASSERTION_TYPE, Assertion, Audiences, Client, ClientAuthError, Presented, Proof};
use crate::telemetry;
use crate::web::answer::problem::Problem;

/// Authenticates the client that sent a form. A failure counts once against the rate limit of the network, after the
/// credential was checked, so that the right one is never limited. Needs no query, except for an assertion: its `jti` is
/// inserted, because each assertion is valid once.
pub async fn authenticate<'a>(
    app: &'a App,
    throttles: &Throttles,
    request: &HttpRequest,
    form: &Parameters,
    now: Timestamp,
) -> Result<&'a Client, Problem> {
    let known = prove(app, request, form, now).await;
    known.map_err(|refused| {
        let is_attempt = !refused.is_outage();
        is_attempt.then(|| throttles.token(app, request).err()).flatten().unwrap_or(refused)
    })
}

async fn prove<'a>(
    app: &'a App,
    request: &HttpRequest,
    form: &Parameters,
    now: Timestamp,
) -> Result<&'a Client, Problem> {
    let network = client_address::network(client_address::address(request, &app.config.server.trusted_proxies));
    let shown = presented(Authorization::of(request), form)?;
    let refuse = |refused: ClientAuthError| {
        // The `client_id` of an unknown client is not logged: it is unchecked input, and may be a secret sent by
        // mistake.
        let client = shown.client_id.clone().filter(|_| refused != ClientAuthError::Unknown);
        telemetry::record(&Event::ClientRefused { client, ip: network });
        Problem::from(refused)
    };
    let proven = app.clients.authenticate(&shown, &audiences(app, request), network, now);
    let (client, assertion) = proven.map_err(refuse)?;
    if let Some(Assertion { jti, until, names_endpoint }) = assertion {
        let id = client.id.clone();
        let unused = move |conn: &mut _| clients::use_assertion(conn, &id, jti.as_bytes(), until);
        if !app.db.run("use assertion", unused).await? {
            return Err(refuse(ClientAuthError::WrongSecret));
        }
        if names_endpoint && client.is_first_with_endpoint() {
            telemetry::record(&Event::at_client(&client.id, AtClient::AssertionNamesEndpoint));
        }
    }
    Ok(client)
}

/// Our identifiers that an assertion may have as `aud`.
fn audiences(app: &App, request: &HttpRequest) -> Audiences {
    let url = &app.config.server.public_url;
    let path = request.path();
    let path = path.strip_prefix(url.prefix()).unwrap_or(path);
    Audiences { issuer: url.issuer().to_owned(), endpoints: [url.at("/oauth2/token"), url.at(path)] }
}

/// The credentials of the request. More than one method of authentication is an error (TK-16).
fn presented(authorization: Authorization, form: &Parameters) -> Result<Presented, Problem> {
    let (id, posted) = (form.get("client_id").map(str::to_owned), form.get("client_secret"));
    let (assertion, r#type) = (form.get("client_assertion"), form.get("client_assertion_type"));
    match (authorization, posted, assertion) {
        (Authorization::Missing, None, None) if r#type.is_none() => Ok(Presented { client_id: id, proof: Proof::None }),
        (Authorization::Missing, Some(secret), None) => {
            Ok(Presented { client_id: id, proof: Proof::Secret(Plain::new(secret)) })
        }
        (Authorization::Missing, None, Some(assertion)) if r#type == Some(ASSERTION_TYPE) => {
            Ok(Presented { client_id: id, proof: Proof::Assertion(Plain::new(assertion)) })
        }
        (Authorization::Basic(named, secret), None, None) if id.as_ref().is_none_or(|id| *id == named) => {
            Ok(Presented { client_id: Some(named), proof: Proof::Secret(secret) })
        }
        // An unknown `client_assertion_type`, a scheme that does not authenticate clients, or a malformed header.
        (Authorization::Missing, None, Some(_)) | (Authorization::Bearer(_) | Authorization::Unusable, ..) => {
            Err(Problem::client_refused())
        }
        (Authorization::Missing | Authorization::Basic(..), ..) => Err(Problem::invalid_request()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(authorization: Authorization, form: &str) -> Result<(Option<String>, Option<String>), &'static str> {
        let form = Parameters::parse(form).map_err(|_| "form")?;
        let shown = presented(authorization, &form).map_err(|problem| problem.oauth_error())?;
        let proof = match shown.proof {
            Proof::None => None,
            Proof::Secret(secret) => Some(secret.expose().to_owned()),
            Proof::Assertion(assertion) => Some(format!("signed {}", assertion.expose())),
        };
        Ok((shown.client_id, proof))
    }

    fn basic() -> Authorization {
        Authorization::Basic("web".into(), Plain::new("s"))
    }

    /// TK-16: credentials in two places, or two different client ids, are `invalid_request`.
    #[test]
    fn more_than_one_method_of_client_authentication_is_refused() {
        let web = Ok((Some("web".into()), Some("s".into())));
        assert_eq!(shown(basic(), ""), web);
        assert_eq!(shown(basic(), "client_id=web"), web);
        assert_eq!(shown(Authorization::Missing, "client_id=web&client_secret=s"), web);
        assert_eq!(shown(Authorization::Missing, "client_id=web"), Ok((Some("web".into()), None)));
        assert_eq!(shown(Authorization::Missing, ""), Ok((None, None)));
        assert_eq!(shown(Authorization::Missing, "client_secret=s"), Ok((None, Some("s".into()))));
        for doubled in ["client_secret=s", "client_id=web&client_secret=s", "client_id=other"] {
            assert_eq!(shown(basic(), doubled), Err("invalid_request"), "{doubled}");
        }
        let of_that_type = format!("client_assertion_type={ASSERTION_TYPE}&client_assertion=x");
        let both = format!("client_secret=s&{of_that_type}");
        assert_eq!(shown(Authorization::Missing, &both), Err("invalid_request"));
        assert_eq!(shown(basic(), &of_that_type), Err("invalid_request"));
        assert_eq!(shown(Authorization::Missing, &of_that_type), Ok((None, Some("signed x".into()))));
    }

    /// TK-28: malformed headers, Bearer tokens and assertions without a type are `invalid_client`.
    #[test]
    fn unusable_credentials_are_an_invalid_client() {
        assert_eq!(shown(Authorization::Unusable, ""), Err("invalid_client"));
        assert_eq!(shown(Authorization::Unusable, "client_id=web&client_secret=s"), Err("invalid_client"));
        assert_eq!(shown(Authorization::Bearer(Plain::new("x")), ""), Err("invalid_client"));
        assert_eq!(shown(Authorization::Missing, "client_assertion=x"), Err("invalid_client"));
    }
}
