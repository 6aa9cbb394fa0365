//! `GET /assets/brand/{file}`: the logos, icons and stylesheets of brands, and the icons of providers.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};

use crate::app::App;
use crate::web::answer::assets::asset;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// An SVG file may contain scripts. Browsers run them only if the file is opened by itself, and not under this policy.
const BRAND_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// A logo, an icon or a stylesheet of a brand, cacheable for a year: its name contains the hash of its content.
pub async fn show(app: Data<App>, name: Path<String>) -> Result<HttpResponse, Problem> {
    let file = app.pages.file(&name).ok_or(Refusal::NotFound)?;
    let mut answer = asset(file.media_type, file.content.clone());
    let policy = header::HeaderValue::from_static(BRAND_POLICY);
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}
