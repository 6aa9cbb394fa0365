//! Reads the file of `vestibule explain`: the claims that the provider is assumed to return.

use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};

use crate::access::kind;
use crate::config::{ProfileCalls, Provider};
use crate::upstream::UnverifiedClaims;

/// The members of the file for an OpenID provider, if the ID token and userinfo are given separately.
const PARTS: [&str; 3] = ["id_token", "userinfo", "user"];

type Claims = Map<String, Value>;

/// Reads the file; `-` is standard input.
pub fn read(path: &Path, provider: &Provider) -> Result<UnverifiedClaims, String> {
    let (text, name) = text(path)?;
    let read: Value = serde_json::from_str(&text).map_err(|error| format!("{name} is not JSON: {error}"))?;
    let Value::Object(all) = read else {
        return Err(format!("{name} is {}; write the claims as an object, as {{\"sub\": \"…\"}}", kind(&read)));
    };
    let in_parts = matches!(provider, Provider::Oidc(_)) && all.contains_key("id_token");
    if in_parts { parts(all, &name) } else { Ok(UnverifiedClaims { first: all, ..UnverifiedClaims::default() }) }
}

/// Notes about profile calls for which the file has no response. A real login would fail there.
pub fn unanswered(supposed: &UnverifiedClaims, provider: &Provider) -> Vec<String> {
    let Some(ProfileCalls { further, .. }) = calls(provider) else { return Vec::new() };
    let missing = further.iter().filter(|call| !supposed.first.contains_key(&call.name));
    missing.map(|call| format!("the file has no {:?}, the response of {}", call.name, call.endpoint)).collect()
}

fn calls(provider: &Provider) -> Option<&ProfileCalls> {
    match provider {
        Provider::Oidc(_) => None,
        Provider::OAuth2(oauth2) => Some(&oauth2.profile),
        Provider::OAuth1(oauth1) => Some(&oauth1.profile),
    }
}

fn parts(mut all: Claims, name: &str) -> Result<UnverifiedClaims, String> {
    if let Some(unknown) = all.keys().find(|key| !PARTS.contains(&key.as_str())) {
        let allowed = "the members are \"id_token\", \"userinfo\" and \"user\"";
        return Err(format!("{name}: {unknown:?} is unknown; {allowed}"));
    }
    let user = match all.remove("user") {
        None | Some(Value::Null) => None,
        // The text of the form's parameter.
        Some(Value::String(text)) => Some(text),
        Some(other) => Some(other.to_string()),
    };
    let mut part = |key: &str| match all.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(part)) => Ok(Some(part)),
        Some(other) => {
            Err(format!("{name}: {key:?} is {}; write its claims as an object, not the token", kind(&other)))
        }
    };
    let (id_token, userinfo) = (part("id_token")?, part("userinfo")?);
    let first = id_token.ok_or_else(|| format!("{name}: \"id_token\" is null; write its claims as an object"))?;
    Ok(UnverifiedClaims { first, userinfo, user })
}

fn text(path: &Path) -> Result<(String, String), String> {
    if path == Path::new("-") {
        let mut text = String::new();
        let read = std::io::stdin().lock().read_to_string(&mut text);
        read.map_err(|error| format!("standard input cannot be read: {error}"))?;
        return Ok((text, "standard input".to_owned()));
    }
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{name} cannot be read: {error}"))?;
    Ok((text, name))
}
