//! The files that pages load: a stylesheet and an icon, which are compiled into the binary, and the files of brands.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};

use crate::app::App;

/// The path of the stylesheet. A changed stylesheet gets a new name, because caches keep it for a year.
pub const STYLE_PATH: &str = "/assets/style-6.css";
const STYLE: &str = include_str!("../assets/style.css");
/// The path of the icon. A changed icon gets a new name.
pub const ICON_PATH: &str = "/assets/icon-1.svg";
const ICON: &str = include_str!("../assets/icon.svg");

/// The paths and contents of the files that are compiled in.
pub const BUILT_IN: [(&str, &str); 2] = [(STYLE_PATH, STYLE), (ICON_PATH, ICON)];

/// The stylesheet, cacheable for a year.
pub async fn style() -> HttpResponse {
    asset("text/css; charset=utf-8", STYLE)
}

/// The icon, cacheable for a year.
pub async fn icon() -> HttpResponse {
    asset("image/svg+xml", ICON)
}

/// The icon at `/favicon.ico`, where browsers look for it beside answers without a `<link>`. Cacheable for a day, since
/// the path is fixed.
pub async fn favicon(app: Data<App>) -> HttpResponse {
    let own = app.pages.favicon().map(|file| (file.media_type, file.content.clone()));
    let (media_type, content) = own.unwrap_or_else(|| ("image/svg+xml", ICON.into()));
    let for_a_day = (header::CACHE_CONTROL, "public, max-age=86400");
    HttpResponse::Ok().content_type(media_type).insert_header(for_a_day).body(content)
}

/// A file that caches keep for a year, so its path changes with its content.
pub fn asset(media_type: &'static str, body: impl Into<Bytes>) -> HttpResponse {
    let for_ever = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    // Refusals of `/verify` that a proxy shows under the origin of another site load these files as well.
    let for_everyone = (header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin");
    HttpResponse::Ok().content_type(media_type).insert_header(for_ever).insert_header(for_everyone).body(body.into())
}
