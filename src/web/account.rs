//! `GET /account`, a page without a script, and what its forms do.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::client;
use super::cookies;
use super::credentials;
use super::pages;
use super::problem::Problem;
use super::session::clear_if_garbage;
use super::sessions;
use crate::app::App;
use crate::logout;

/// Who am I, and where am I signed in.
pub async fn show(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let answer = async {
        let (signed_in, _) = credentials::signed_in(&app, &request, app.clock.now()).await?;
        let devices = sessions::of(&app, &signed_in).await?;
        Ok(pages::account(&app, &signed_in, &devices))
    };
    answer.await.unwrap_or_else(|problem| refuse(&app, &request, problem))
}

/// The button beside a device. Whoever pressed it twice has what they wanted.
pub async fn end_one(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    let answer = async {
        let now = app.clock.now();
        let (signed_in, _) = credentials::may_change(&app, &request, now).await?;
        let id = id.parse().map_err(|_| Problem::not_found())?;
        logout::one(&app, signed_in.user.sub, id, now).await?;
        let mut answer = pages::see_other(&address(&app));
        if id == signed_in.session.id {
            cookies::clear_session(&app, &mut answer);
        }
        Ok(answer)
    };
    answer.await.unwrap_or_else(|problem| refuse(&app, &request, problem))
}

/// The button below all devices.
pub async fn end_others(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let answer = async {
        let now = app.clock.now();
        let (signed_in, _) = credentials::may_change(&app, &request, now).await?;
        logout::others(&app, signed_in.user.sub, signed_in.session.id, now).await?;
        Ok(pages::see_other(&address(&app)))
    };
    answer.await.unwrap_or_else(|problem| refuse(&app, &request, problem))
}

fn address(app: &App) -> String {
    format!("{}/account", app.config.server.public_url.prefix())
}

/// Whoever is not signed in any more is asked to, and comes back to the page.
fn refuse(app: &App, request: &HttpRequest, problem: Problem) -> HttpResponse {
    if !problem.wants_sign_in() || client::wants_json_only(request) {
        return problem.for_browser(request);
    }
    let account = address(app);
    let mut answer = pages::see_other(&format!("{}/login?return_to={account}", app.config.server.public_url.prefix()));
    clear_if_garbage(app, request, &mut answer);
    answer
}
