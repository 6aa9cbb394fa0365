//! Which client asks (RFC 6749 §2.3): `client_secret_basic`, `client_secret_post`, or its id alone if it is public.

use actix_web::HttpRequest;

use super::authorization::Authorization;
use super::client;
use super::extract::Parameters;
use super::problem::Problem;
use super::throttle::Throttles;
use crate::app::App;
use crate::base::clock::Instant;
use crate::base::secret::Plain;
use crate::client::{Client, Presented};

/// The client that sent a form. Whoever fails uses up the limit of its network.
pub fn authenticate<'a>(
    app: &'a App,
    throttles: &Throttles,
    request: &HttpRequest,
    form: &Parameters,
    now: Instant,
) -> Result<&'a Client, Problem> {
    let network = client::network(client::address(request, &app.config.server.trusted_proxies));
    let known = presented(Authorization::of(request), form).and_then(|shown| {
        let client = app.clients.authenticate(&shown, network, now);
        client.map_err(Problem::from)
    });
    known.map_err(|refused| throttles.token(app, request).err().unwrap_or(refused))
}

/// What the request shows: one way, and only one (TK-16).
fn presented(authorization: Authorization, form: &Parameters) -> Result<Presented, Problem> {
    let (id, posted) = (form.get("client_id"), form.get("client_secret"));
    // Not a way that we know.
    let asserted = form.get("client_assertion").is_some();
    match (authorization, posted) {
        (Authorization::Missing, Some(_)) if asserted => Err(Problem::invalid_request()),
        (Authorization::Missing, posted) if !asserted => {
            Ok(Presented { client_id: id.map(str::to_owned), secret: posted.map(Plain::new) })
        }
        (Authorization::Basic(..), Some(_)) => Err(Problem::invalid_request()),
        (Authorization::Basic(named, _), None) if asserted || id.is_some_and(|id| id != named) => {
            Err(Problem::invalid_request())
        }
        (Authorization::Basic(named, secret), None) => Ok(Presented { client_id: Some(named), secret: Some(secret) }),
        _ => Err(Problem::client_refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(authorization: Authorization, form: &str) -> Result<(Option<String>, Option<String>), &'static str> {
        let form = Parameters::parse(form).map_err(|_| "form")?;
        let shown = presented(authorization, &form).map_err(|problem| problem.oauth_error())?;
        Ok((shown.client_id, shown.secret.map(|secret| secret.expose().to_owned())))
    }

    fn basic() -> Authorization {
        Authorization::Basic("web".into(), Plain::new("s"))
    }

    /// TK-16
    #[test]
    fn one_way_and_only_one() {
        let web = Ok((Some("web".into()), Some("s".into())));
        assert_eq!(shown(basic(), ""), web);
        assert_eq!(shown(basic(), "client_id=web"), web);
        assert_eq!(shown(Authorization::Missing, "client_id=web&client_secret=s"), web);
        assert_eq!(shown(Authorization::Missing, "client_id=web"), Ok((Some("web".into()), None)));
        assert_eq!(shown(Authorization::Missing, ""), Ok((None, None)));
        assert_eq!(shown(Authorization::Missing, "client_secret=s"), Ok((None, Some("s".into()))));
        for doubled in ["client_secret=s", "client_id=web&client_secret=s", "client_id=other", "client_assertion=x"] {
            assert_eq!(shown(basic(), doubled), Err("invalid_request"), "{doubled}");
        }
        let assertion = "client_secret=s&client_assertion=x";
        assert_eq!(shown(Authorization::Missing, assertion), Err("invalid_request"));
    }

    /// TK-28
    #[test]
    fn what_cannot_be_used_is_no_client() {
        assert_eq!(shown(Authorization::Unusable, ""), Err("invalid_client"));
        assert_eq!(shown(Authorization::Unusable, "client_id=web&client_secret=s"), Err("invalid_client"));
        assert_eq!(shown(Authorization::Bearer(Plain::new("x")), ""), Err("invalid_client"));
        assert_eq!(shown(Authorization::Missing, "client_assertion=x"), Err("invalid_client"));
    }
}
