//! Client authentication (RFC 6749 §2.3): `client_secret_basic`, `client_secret_post`, `private_key_jwt`, or
//! `client_id` alone for a public client.

use actix_web::HttpRequest;

use super::authorization::{Authorization, Basic};
use super::client_address;
use super::client_by_url::{Documents, Fetching};
use super::extract::Parameters;
use super::throttle::Throttles;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::base::secret::Plain;
use crate::client::{
    self as clients, ASSERTION_TYPE, Assertion, Audiences, ClientAuthError, ClientRef, Presented, PresentedSecret,
    Proof,
};
use crate::telemetry;
use crate::web::answer::app_refusal::{self, AppRefusal, AppRequest};
use crate::web::answer::challenge::Challenge;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// Authenticates the client that sent a form. A failure counts once against the rate limit of the network, after the
/// credential was checked, so that the right one is never limited. Needs no query, except for an assertion: its `jti` is
/// inserted, because each assertion is valid once.
pub async fn authenticate<'a>(
    app: &'a App,
    throttles: &'a Throttles,
    request: &'a HttpRequest,
    form: &Parameters,
    now: Timestamp,
) -> Result<ClientRef<'a>, Problem> {
    proven(Fetching { app, throttles, request, now }, form, Documents::Agreed).await
}

/// The same for a pushed authorization request.
pub async fn authenticate_pushed<'a>(from: Fetching<'a>, form: &Parameters) -> Result<ClientRef<'a>, Problem> {
    proven(from, form, Documents::Any).await
}

async fn proven<'a>(from: Fetching<'a>, form: &Parameters, documents: Documents) -> Result<ClientRef<'a>, Problem> {
    let Fetching { app, throttles, request, .. } = from;
    let known = prove(from, form, documents).await;
    known.map_err(|Rejected { problem, event }| {
        let is_attempt = !problem.is_outage();
        let limited = is_attempt.then(|| throttles.token(app, request).err()).flatten();
        if let Some(event) = event {
            // Beyond the limit failures are counted only, or they would fill the log.
            if limited.is_some() { telemetry::count(&event) } else { telemetry::record(&event) }
        }
        limited.unwrap_or(problem)
    })
}

/// Why a client is not authenticated.
struct Rejected {
    problem: Problem,
    /// The facts to record about it.
    event: Option<Event>,
}

impl<E: Into<Problem>> From<E> for Rejected {
    fn from(error: E) -> Self {
        Self { problem: error.into(), event: None }
    }
}

async fn prove<'a>(from: Fetching<'a>, form: &Parameters, documents: Documents) -> Result<ClientRef<'a>, Rejected> {
    let Fetching { app, request, now, .. } = from;
    let network = client_address::network(client_address::address(request, &app.config.server.trusted_proxies));
    let shown = presented(Authorization::of(request), form).map_err(|wrong| match wrong {
        Malformed::SeveralMethods => Problem::from(SEVERAL_METHODS),
        Malformed::Credentials => refused(request),
    })?;
    let refuse = |error: ClientAuthError| {
        let client = shown.client_id.as_deref().map(|id| app_refusal::bounded(id, app_refusal::MAX_CLIENT));
        let problem = match error {
            ClientAuthError::Unknown | ClientAuthError::WrongSecret => refused(request),
            ClientAuthError::LockedOut(left) => {
                Problem::rate_limited(u64::try_from(left.num_seconds()).unwrap_or(0) + 1)
            }
        };
        Rejected { problem, event: Some(Event::ClientRefused { client, ip: network }) }
    };
    let audiences = audiences(app, request);
    let proven = match app.clients.presented_by_url(&shown) {
        Some((client, id)) => {
            let proven = from.authenticate(&id, &shown.proof, documents, &audiences).await?;
            proven.map(|assertion| (client, assertion))
        }
        None => app.clients.authenticate(&shown, &audiences, network, now),
    };
    let (client, assertion) = proven.map_err(refuse)?;
    if let Some(Assertion { jti, until, names_endpoint }) = assertion {
        let id = client.id.clone();
        let unused = move |conn: &mut _| clients::use_assertion(conn, &id, jti.as_bytes(), until);
        if !app.db.run("use assertion", unused).await? {
            return Err(refuse(ClientAuthError::WrongSecret));
        }
        if names_endpoint && client.is_first_with_endpoint() {
            telemetry::record(&Event::AssertionNamesEndpoint { client: client.id.clone() });
        }
    }
    Ok(client)
}

/// RFC 6749 §2.3: not more than one method of authentication in each request.
const SEVERAL_METHODS: AppRefusal = AppRefusal::new(
    Refusal::InvalidRequest,
    "client_secret",
    "The client authenticates in more than one way, as in the header and in the form, or with two different ids",
);

/// The client id as sent: in the form, else in HTTP Basic. It may be unknown.
pub fn sent_client_id(request: &HttpRequest, form: &Parameters) -> Option<String> {
    let in_header = || match Authorization::of(request) {
        Authorization::Basic(basic) => Some(basic.id),
        _ => None,
    };
    form.get("client_id").map(str::to_owned).or_else(in_header)
}

/// Records a refused request of an app with this form.
pub fn record_refusal(request: &HttpRequest, form: &Parameters, problem: &Problem) {
    let client_id = sent_client_id(request, form);
    let sent = AppRequest { client_id: client_id.as_deref(), redirect_uri: form.get("redirect_uri") };
    app_refusal::record(request, sent, problem);
}

/// Our identifiers that an assertion may have as `aud`.
fn audiences(app: &App, request: &HttpRequest) -> Audiences {
    let url = &app.config.server.public_url;
    let path = request.path();
    let path = path.strip_prefix(url.prefix()).unwrap_or(path);
    Audiences { issuer: url.issuer().to_owned(), endpoints: [url.at("/oauth2/token"), url.at(path)] }
}

/// The refusal of a client authentication (RFC 6749 §5.2): 401 with a challenge of the scheme that the client tried, and 400
/// if it sent no `Authorization` header. A browser would ask the user for a password because of a `Basic` challenge.
pub fn refused(request: &HttpRequest) -> Problem {
    Problem::client_refused(match Authorization::of(request) {
        Authorization::Missing => None,
        Authorization::Bearer(_) => Some(Challenge::Bare),
        Authorization::Basic(_) | Authorization::Unusable => Some(Challenge::Basic),
    })
}

/// Why the credentials of a request cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Malformed {
    /// More than one method of authentication, or two different client ids (TK-16).
    SeveralMethods,
    /// An unknown `client_assertion_type`, a scheme that does not authenticate clients, or a malformed header.
    Credentials,
}

/// The credentials of the request. An empty password in HTTP Basic is not a secret: RFC 6749 §2.3.1 allows a client
/// without one to leave it out, and many libraries try this first for public clients.
fn presented(authorization: Authorization, form: &Parameters) -> Result<Presented, Malformed> {
    let (id, posted) = (form.get("client_id"), form.get("client_secret"));
    let (assertion, r#type) = (form.get("client_assertion"), form.get("client_assertion_type"));
    let basic = match authorization {
        Authorization::Missing => None,
        Authorization::Basic(basic) => Some(basic),
        Authorization::Bearer(_) | Authorization::Unusable => return Err(Malformed::Credentials),
    };
    if basic.as_ref().is_some_and(|basic| id.is_some_and(|id| id != basic.id)) {
        return Err(Malformed::SeveralMethods);
    }
    let client_id = basic.as_ref().map(|basic| basic.id.clone()).or_else(|| id.map(str::to_owned));
    let proof = match (basic.filter(|basic| !basic.secret.is_empty()), posted, assertion) {
        (Some(Basic { secret, decoded, .. }), None, None) => {
            Proof::Secret(PresentedSecret::in_header(&secret, decoded.as_ref()))
        }
        (None, Some(secret), None) => Proof::Secret(PresentedSecret::in_form(secret)),
        (None, None, Some(assertion)) if r#type == Some(ASSERTION_TYPE) => Proof::Assertion(Plain::new(assertion)),
        (None, None, Some(_)) => return Err(Malformed::Credentials),
        (None, None, None) if r#type.is_none() => Proof::None,
        _ => return Err(Malformed::SeveralMethods),
    };
    Ok(Presented { client_id, proof })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::Hashed;

    fn shown(authorization: Authorization, form: &str) -> Result<(Option<String>, &'static str), Malformed> {
        let form = Parameters::parse(form).expect("a form");
        let shown = presented(authorization, &form)?;
        let proof = match shown.proof {
            Proof::None => "none",
            Proof::Secret(secret) if secret.matches(Hashed::of("s")) => "the secret",
            Proof::Secret(_) => "another secret",
            Proof::Assertion(assertion) if assertion.expose() == "x" => "the assertion",
            Proof::Assertion(_) => "another assertion",
        };
        Ok((shown.client_id, proof))
    }

    fn basic(secret: &str) -> Authorization {
        let decoded = Some(Plain::new(secret));
        Authorization::Basic(Basic { id: "web".into(), secret: Plain::new(secret), decoded })
    }

    /// TK-16: credentials in two places, or two different client ids, are `invalid_request`.
    #[test]
    fn more_than_one_method_of_client_authentication_is_refused() {
        let web = Ok((Some("web".into()), "the secret"));
        assert_eq!(shown(basic("s"), ""), web);
        assert_eq!(shown(basic("s"), "client_id=web"), web);
        assert_eq!(shown(basic("s"), "client_id=web&client_secret="), web, "an empty parameter counts as absent");
        assert_eq!(shown(Authorization::Missing, "client_id=web&client_secret=s"), web);
        assert_eq!(shown(Authorization::Missing, "client_id=web"), Ok((Some("web".into()), "none")));
        assert_eq!(shown(Authorization::Missing, ""), Ok((None, "none")));
        assert_eq!(shown(Authorization::Missing, "client_secret=s"), Ok((None, "the secret")));
        for doubled in ["client_secret=s", "client_id=web&client_secret=s", "client_id=other"] {
            assert_eq!(shown(basic("s"), doubled), Err(Malformed::SeveralMethods), "{doubled}");
        }
        let of_that_type = format!("client_assertion_type={ASSERTION_TYPE}&client_assertion=x");
        let both = format!("client_secret=s&{of_that_type}");
        assert_eq!(shown(Authorization::Missing, &both), Err(Malformed::SeveralMethods));
        assert_eq!(shown(basic("s"), &of_that_type), Err(Malformed::SeveralMethods));
        assert_eq!(shown(Authorization::Missing, &of_that_type), Ok((None, "the assertion")));
    }

    /// TK-16: an empty password names the client and proves nothing.
    #[test]
    fn an_empty_password_is_no_secret() {
        assert_eq!(shown(basic(""), ""), Ok((Some("web".into()), "none")));
        assert_eq!(shown(basic(""), "client_id=web"), Ok((Some("web".into()), "none")));
        assert_eq!(shown(basic(""), "client_secret=s"), Ok((Some("web".into()), "the secret")));
        assert_eq!(shown(basic(""), "client_id=other"), Err(Malformed::SeveralMethods));
    }

    /// TK-28: malformed headers, Bearer tokens and assertions without a type are `invalid_client`.
    #[test]
    fn unusable_credentials_are_an_invalid_client() {
        assert_eq!(shown(Authorization::Unusable, ""), Err(Malformed::Credentials));
        assert_eq!(shown(Authorization::Unusable, "client_id=web&client_secret=s"), Err(Malformed::Credentials));
        assert_eq!(shown(Authorization::Bearer(Plain::new("x")), ""), Err(Malformed::Credentials));
        assert_eq!(shown(Authorization::Missing, "client_assertion=x"), Err(Malformed::Credentials));
    }
}
