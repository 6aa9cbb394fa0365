//! Requires a login within the last 10 minutes, or the person's confirmation, before a change of the identities
//! (AC-07). An unattended browser cannot change the identities.

use crate::app::App;
use crate::login::{self, Freshness};
use crate::session::SignedIn;
use crate::web::answer::confirm_identity;
use crate::web::answer::problem::Problem;

/// The step that is missing before the identities may be changed.
pub enum Missing {
    /// A login at this provider, which shows when it authenticated the person.
    Login(String),
    /// The person's confirmation, on the page with this path: no provider of the person shows that.
    Confirmation(String),
}

/// The step that is missing before a change of the identities: `link` with the id of a provider, or `unlink` with the
/// id of an identity. `None` if the login is fresh. One statement, unless it is.
pub async fn missing(
    app: &App,
    signed_in: &SignedIn,
    (action, which): (&str, &str),
) -> Result<Option<Missing>, Problem> {
    Ok(match login::freshness(app, &signed_in.session, app.clock.now()).await? {
        Freshness::Fresh => None,
        Freshness::SignIn(provider) => Some(Missing::Login(provider)),
        Freshness::Confirm => Some(Missing::Confirmation(confirm_identity::path(app, action, which))),
    })
}

impl Missing {
    /// The refusal for a program. If a confirmation is missing, it names the page that asks the person.
    pub fn problem(&self, app: &App) -> Problem {
        let max_age = login::FRESH.num_seconds();
        match self {
            Self::Login(_) => Problem::authentication_too_old(max_age),
            Self::Confirmation(path) => {
                let origin = app.config.server.public_url.origin();
                Problem::confirmation_needed(max_age, format!("{origin}{path}"))
            }
        }
    }
}
