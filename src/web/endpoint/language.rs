//! `POST /language`: the menu of the languages on each page.

use actix_web::HttpResponse;
use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::web::Data;

use crate::app::App;
use crate::config::ReturnTo;
use crate::web::answer::language::cookie_name;
use crate::web::answer::page;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::extract::Form;

/// How long the choice is remembered.
const MAX_AGE: time::Duration = time::Duration::days(365);

/// Remembers the language of the person in a cookie, and shows the page again in that language.
pub async fn choose(app: Data<App>, Form(form): Form) -> Result<HttpResponse, Problem> {
    let language = form.get("language").filter(|tag| app.pages.has_language(tag)).ok_or(Refusal::InvalidRequest)?;
    let return_to = form.get("return_to").and_then(own_path);
    let return_to = return_to.map_or_else(|| page::account_path(&app), |path| in_language(&path, language));
    let cookie = Cookie::build(cookie_name(&app), language.to_owned())
        .path("/")
        .http_only(true)
        .secure(app.config.server.public_url.is_https())
        .same_site(SameSite::Lax)
        .max_age(MAX_AGE)
        .finish();
    let mut answer = page::see_other(&return_to);
    let _always_a_cookie = answer.add_cookie(&cookie);
    Ok(answer)
}

/// The path, if it is one of this origin and ASCII: the rule of `return_to` without any pattern.
fn own_path(path: &str) -> Option<String> {
    ReturnTo::default().check(path).filter(|path| path.is_ascii())
}

/// The path with `ui_locales` for the language: an app may have asked for another one, which comes before the choice.
fn in_language(path: &str, language: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("ui_locales="));
    let query: Vec<_> = kept.map(str::to_owned).chain([format!("ui_locales={language}")]).collect();
    format!("{path}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_shown_again_in_the_language() {
        assert_eq!(in_language("/login", "de"), "/login?ui_locales=de");
        assert_eq!(in_language("/login?choose=1&ui_locales=fr", "de"), "/login?choose=1&ui_locales=de");
        for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb", "", "login"] {
            assert_eq!(own_path(elsewhere), None, "{elsewhere}");
        }
        assert!(own_path("/login?choose=1").is_some());
    }
}
