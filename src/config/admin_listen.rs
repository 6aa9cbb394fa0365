//! The address of the admin listener alone, for `vestibule healthcheck`.
//!
//! The running gateway does not read a changed file, and stays healthy when an edit breaks it. So an invalid key elsewhere, a
//! syntax error or an unreadable file does not make the address unknown.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::layer::{defaults, source};
use super::load::files_to_read;

/// The environment variable of the key. As for all keys, the case after the prefix does not matter.
const VARIABLE: &str = "VESTIBULE__SERVER__ADMIN_LISTEN";
const PREFIX_LENGTH: usize = "VESTIBULE__".len();

/// Reads `server.admin_listen`: from the environment, else from the last of `files` that has it, else from the defaults. Fails if
/// the value is not an address with a port.
pub fn admin_listen(files: &[PathBuf]) -> Result<SocketAddr, String> {
    admin_listen_with(files, std::env::vars_os())
}

fn admin_listen_with(
    files: &[PathBuf],
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<SocketAddr, String> {
    let variables: Vec<_> = variables.into_iter().collect();
    let files = files_to_read(files, &variables);
    let text = from_environment(variables)
        .or_else(|| files.iter().rev().find_map(|file| from_file(file)))
        .or_else(|| value_in(defaults::values().as_object()?))
        .unwrap_or_default();
    text.parse().map_err(|_| format!("server.admin_listen: \"{text}\" is not an IP address with a port"))
}

fn from_environment(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Option<String> {
    let is_ours =
        |name: &str| name.get(..PREFIX_LENGTH) == VARIABLE.get(..PREFIX_LENGTH) && name.eq_ignore_ascii_case(VARIABLE);
    variables
        .into_iter()
        .find(|(name, _)| name.to_str().is_some_and(is_ours))
        .and_then(|(_, value)| value.into_string().ok())
}

fn from_file(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    value_in(&readable_values(&text))
}

/// The values of a TOML text, or of the lines before its first syntax error.
fn readable_values(text: &str) -> Map<String, Value> {
    let error = match source::from_toml("", text) {
        Ok(layer) => return layer.values,
        Err(error) => error,
    };
    let before = text.get(..error.at).and_then(|before| before.rsplit_once('\n')).map_or("", |(lines, _)| lines);
    source::from_toml("", before).map(|layer| layer.values).unwrap_or_default()
}

fn value_in(values: &Map<String, Value>) -> Option<String> {
    values.get("server")?.get("admin_listen")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_text(text: &str) -> Option<String> {
        value_in(&readable_values(text))
    }

    #[test]
    fn the_environment_overrides_the_default() {
        let missing = [PathBuf::from("/nonexistent/vestibule.toml")];
        let address = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
            admin_listen_with(&missing, variables.collect::<Vec<_>>()).map(|address| address.to_string())
        };
        assert_eq!(address(&[]).as_deref(), Ok("127.0.0.1:8081"));
        assert_eq!(address(&[(VARIABLE, "0.0.0.0:9")]).as_deref(), Ok("0.0.0.0:9"));
        assert_eq!(address(&[("VESTIBULE__server__admin_listen", "[::1]:9")]).as_deref(), Ok("[::1]:9"));
        assert_eq!(address(&[("vestibule__server__admin_listen", "[::1]:9")]).as_deref(), Ok("127.0.0.1:8081"));
        let wrong = address(&[(VARIABLE, "localhost")]).expect_err("a host name");
        assert!(wrong.contains("server.admin_listen") && wrong.contains("localhost"), "{wrong}");
    }

    #[test]
    fn the_address_is_read_from_a_file_with_invalid_keys_or_a_later_syntax_error() {
        let server = "[server]\nadmin_listen = \"127.0.0.1:9\"\n";
        for rest in ["", "no_such_key = 1\n", "[providers.x]\nissuer = 5\n", "listen = \"127.0\n", "[[[\n"] {
            assert_eq!(in_text(&format!("{server}{rest}")).as_deref(), Some("127.0.0.1:9"), "{rest}");
        }
        for text in ["", "admin_listen = \"127.0.0.1:9\"", "[server\nadmin_listen = \"127.0.0.1:9\"", "server = 5"] {
            assert_eq!(in_text(text), None, "{text}");
        }
    }
}
