//! Warnings about clients: what others can do with an ID token of the client.

use super::collect::Warner;
use crate::config::configuration::Config;
use crate::config::section::client::choice::{ClientType, ServerLogout};

pub(super) fn warn(config: &Config, warner: &mut Warner<'_>) {
    let is_open = |r#type: ClientType, ends: ServerLogout| r#type == ClientType::Public && ends == ServerLogout::SignIn;
    for client in config.clients.iter().filter(|client| is_open(client.r#type, client.server_logout)) {
        let what = "is \"sign_in\", but the client is public: its ID tokens are in browsers and apps, and a copied one ends the \
                    sign-in with all apps";
        let remedy = "write \"app\", and let the app send the browser to /logout";
        warner.warn(&format!("clients.{}.server_logout", client.id), what, remedy);
    }
}
