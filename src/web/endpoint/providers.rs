//! `/providers`: the providers at which users may sign in.

use actix_web::HttpResponse;
use actix_web::web::Data;
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::App;
use crate::upstream::Provider;

/// `GET /providers`: the providers, in the order of the configuration. With `pages.chooser = "email"`, only those
/// to which no e-mail address leads.
pub async fn list(app: Data<App>) -> HttpResponse {
    let view = |provider: &Provider| ProviderView {
        id: provider.id().to_owned(),
        name: provider.name().to_owned(),
        kind: provider.kind(),
        login_url: app.config.server.public_url.at(&format!("/login/{}", provider.id())),
        icon: app.config.server.public_url.at(&app.pages.mark(provider.id()).icon),
        available: provider.is_available(),
    };
    let listed = app.providers.iter().filter(|provider| app.lists_provider(provider));
    HttpResponse::Ok().json(Providers { providers: listed.map(view).collect() })
}

#[derive(Serialize)]
struct Providers {
    providers: Vec<ProviderView>,
}

/// A provider at which users sign in.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Provider")]
pub(super) struct ProviderView {
    id: String,
    name: String,
    #[schemars(extend("enum" = ["oidc", "oauth2", "oauth1"]))]
    kind: &'static str,
    #[schemars(extend("format" = "uri"))]
    login_url: String,
    /// The icon, for light pages; it can be cached for ever.
    #[schemars(extend("format" = "uri"))]
    icon: String,
    /// False while neither fetched nor stored metadata of the provider exists.
    available: bool,
}
