//! The files that pages load: a stylesheet and an icon. They are compiled into the binary.

use actix_web::HttpResponse;
use actix_web::http::header;

/// The path of the stylesheet. A changed stylesheet gets a new name, because caches keep it for a year.
pub const STYLE_PATH: &str = "/assets/style-3.css";
const STYLE: &str = include_str!("../assets/style.css");
/// The path of the icon. A changed icon gets a new name.
pub const ICON_PATH: &str = "/assets/icon-1.svg";
const ICON: &str = include_str!("../assets/icon.svg");

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
pub async fn favicon() -> HttpResponse {
    let for_a_day = (header::CACHE_CONTROL, "public, max-age=86400");
    HttpResponse::Ok().content_type("image/svg+xml").insert_header(for_a_day).body(ICON)
}

fn asset(media_type: &'static str, body: &'static str) -> HttpResponse {
    let for_ever = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    // Refusals of `/verify` that a proxy shows under the origin of another site load these files as well.
    let for_everyone = (header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin");
    HttpResponse::Ok().content_type(media_type).insert_header(for_ever).insert_header(for_everyone).body(body)
}
