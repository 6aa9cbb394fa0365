//! The connection to the database.

use super::collect::Warner;
use crate::base::db::Address;
use crate::config::configuration::Config;

pub(super) fn warn(config: &Config, warner: &mut Warner<'_>) {
    let Ok(address) = Address::parse(config.database.url.plain().expose()) else { return };
    if !address.is_remote() || address.sslmode.as_deref() == Some("verify-full") {
        return;
    }
    let key = if warner.effective.is_given("database.url_file") { "database.url_file" } else { "database.url" };
    let mode = match address.sslmode.as_deref() {
        None => "has no sslmode".to_owned(),
        Some(mode) => format!("has sslmode={mode}"),
    };
    let what =
        format!("names a database on another machine and {mode}, so an attacker on the network can take its place");
    warner.warn(key, what, "add ?sslmode=verify-full&sslrootcert=FILE to the address");
}
