//! Claims of a provider: reading, merging, cleaning and bounding them (RT-39, AC-03).

use serde_json::{Map, Value, json};
use url::Url;

use super::{email_address, text};
use crate::account::Profile;
use crate::config::{ClaimPointers, Pointer, Registration};

/// The longest `sub`, in characters (OpenID Connect Core §2).
const MAX_SUB: usize = 255;
/// The longest e-mail address, in characters; a longer one is ignored.
const MAX_EMAIL: usize = 320;
/// The longest name, user name or group name, in characters.
const MAX_NAME: usize = 256;
/// The longest picture URL, in characters; a longer one is ignored.
const MAX_PICTURE: usize = 2048;
/// The highest number of `amr` values: every access token contains them.
const MAX_AMR_VALUES: usize = 16;
/// The longest `amr` value, in bytes.
const MAX_AMR_LENGTH: usize = 64;
/// The highest number of groups.
const MAX_GROUPS: usize = 500;
/// The deepest nesting of arrays and objects.
const MAX_DEPTH: usize = 8;
/// The size limit of all stored claims as JSON, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// Claims of the protocol, which are not stored.
const PROTOCOL_CLAIMS: [&str; 14] =
    ["iss", "aud", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "azp", "jti", "auth_time", "acr", "amr", "sid"];

/// Whether a text is a valid `sub`. An invalid one is rejected, not cleaned: two subs must never become one (RT-08).
pub fn is_sub(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= MAX_SUB && text::is_clean(text)
}

/// A `sub` as text: a string, or an integer in decimal digits. A number with a fraction or an exponent, or one beyond 64
/// bits, is not accepted: it was parsed as a float, which may represent two ids. [`is_sub`] validates the result.
pub fn sub(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

/// The `sub` in the profile of an OAuth provider, at the configured pointer.
pub fn sub_of_profile(registration: &Registration, source: &Value) -> Option<String> {
    sub(registration.claims.sub.as_ref()?.find(source)?).filter(|text| is_sub(text))
}

/// Merges the claims of the ID token and of userinfo. The ID token has priority, and `email_verified` is always taken from
/// the same source as `email`.
pub fn merge(id_token: Map<String, Value>, userinfo: Option<Map<String, Value>>) -> Map<String, Value> {
    let Some(mut all) = userinfo else { return id_token };
    let mut first = id_token;
    match (is_present(&first, "email"), is_present(&all, "email")) {
        (true, true) if first.get("email") != all.get("email") => drop(all.remove("email_verified")),
        (false, true) => drop(first.remove("email_verified")),
        (true, false) => drop(all.remove("email_verified")),
        _ => {}
    }
    all.extend(first.into_iter().filter(|(_, value)| !value.is_null()));
    all
}

/// Whether a claim is present and not null.
pub fn is_present(claims: &Map<String, Value>, name: &str) -> bool {
    claims.get(name).is_some_and(|value| !value.is_null())
}

/// The profile in the claims; earlier sources have priority. `email_verified` is never taken from a source with another
/// address (AC-02).
pub fn profile(registration: &Registration, sources: &[&Value]) -> Profile {
    let ClaimPointers { email, email_verified, name, preferred_username, picture, groups, .. } = &registration.claims;
    let find = |pointer: &Option<Pointer>| sources.iter().find_map(|source| pointer.as_ref()?.find(source));
    let text = |pointer: &Option<Pointer>| find(pointer).and_then(Value::as_str);
    let address = |source: &Value| email.as_ref().and_then(|pointer| pointer.find(source)).cloned();
    let mut same_address = sources.iter().filter(|source| address(source).as_ref() == find(email));
    let verified = same_address.find_map(|source| email_verified.as_ref()?.find(source));
    let email = text(email).and_then(self::email);
    Profile {
        email_verified: email.is_some() && verified.is_some_and(|verified| is_true(verified, registration)),
        email,
        name: text(name).and_then(self::name),
        preferred_username: text(preferred_username).and_then(self::name),
        picture: text(picture).and_then(self::picture),
        groups: self::groups(find(groups)),
    }
}

/// Accepts the boolean `true`, and the string `"true"` where the provider documents it (AC-03).
fn is_true(value: &Value, registration: &Registration) -> bool {
    *value == Value::Bool(true) || (registration.email_verified_as_text && value.as_str() == Some("true"))
}

/// All claims except those of the protocol, valid for a `jsonb` column. When they exceed the size limit, only the profile.
pub fn storable(claims: &Map<String, Value>, sub: &str, profile: &Profile) -> Value {
    let all = claims.iter().filter(|(name, _)| !PROTOCOL_CLAIMS.contains(&name.as_str()));
    let mut all: Map<String, Value> =
        all.filter_map(|(name, value)| Some((text::clean(name), clean_value(value, MAX_DEPTH - 1)?))).collect();
    all.insert("sub".into(), json!(sub));
    let all = Value::Object(all);
    if all.to_string().len() <= MAX_BYTES {
        return all;
    }
    let Value::Object(mut known) = json!(profile) else { return json!({ "sub": sub }) };
    known.insert("sub".into(), json!(sub));
    if json!(known).to_string().len() > MAX_BYTES {
        known.remove("groups");
    }
    Value::Object(known)
}

/// A string claim of limited length; `None` for any other value.
pub fn short_text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    let text = claims.get(name).and_then(Value::as_str)?;
    (!text.is_empty() && text.chars().count() <= MAX_NAME && text::is_clean(text)).then(|| text.to_owned())
}

/// The `amr` claim: an array of strings, or a single string.
pub fn amr(claims: &Map<String, Value>) -> Option<Vec<String>> {
    let is_valid = |method: &str| method.len() <= MAX_AMR_LENGTH && text::is_clean(method);
    match claims.get("amr")? {
        Value::String(one) if is_valid(one) => Some(vec![one.clone()]),
        Value::Array(list) => {
            let texts = list.iter().filter_map(Value::as_str).filter(|method| is_valid(method));
            Some(texts.take(MAX_AMR_VALUES).map(String::from).collect())
        }
        _ => None,
    }
}

/// A text that is not exactly one address, or too long, is ignored: changing it would make it another address.
fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let is_valid = text::is_clean(text) && text.chars().count() <= MAX_EMAIL && email_address::domain(text).is_some();
    is_valid.then(|| text.to_owned())
}

fn name(text: &str) -> Option<String> {
    let cut: String = text::clean(text).chars().take(MAX_NAME).collect();
    let cut = cut.trim_end();
    (!cut.is_empty()).then(|| cut.to_owned())
}

fn picture(text: &str) -> Option<String> {
    let text = text::clean(text);
    let url = Url::parse(&text).ok()?;
    (matches!(url.scheme(), "http" | "https") && text.chars().count() <= MAX_PICTURE).then_some(text)
}

/// Group names with characters to remove, or too long ones, are left out: changing one would make it another group.
fn groups(claim: Option<&Value>) -> Vec<String> {
    let list = claim.and_then(Value::as_array);
    let names = list.into_iter().flatten().filter_map(Value::as_str).map(str::trim);
    let is_valid = |name: &&str| !name.is_empty() && name.chars().count() <= MAX_NAME && text::is_clean(name);
    names.filter(is_valid).take(MAX_GROUPS).map(String::from).collect()
}

/// The value without harmful characters, and without values nested too deep.
fn clean_value(value: &Value, levels: usize) -> Option<Value> {
    match value {
        Value::String(text) => Some(Value::String(text::clean(text))),
        Value::Array(_) | Value::Object(_) if levels == 0 => None,
        Value::Array(list) => Some(list.iter().filter_map(|item| clean_value(item, levels - 1)).collect()),
        Value::Object(members) => {
            let members = members.iter();
            Some(members.filter_map(|(name, item)| Some((text::clean(name), clean_value(item, levels - 1)?))).collect())
        }
        plain => Some(plain.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        let Value::Object(members) = value else { panic!("{value} is not an object") };
        members
    }

    /// RT-08, RD-23
    #[test]
    fn a_sub_is_a_string_or_an_integer() {
        let registration = Registration::example();
        let sub = |json: &str| {
            sub_of_profile(&registration, &serde_json::from_str(&format!("{{\"sub\":{json}}}")).expect("JSON"))
        };
        let as_text = |text: &str| Some(text.to_owned());
        assert_eq!(sub("\"a b\""), as_text("a b"));
        assert_eq!(sub("583231"), as_text("583231"));
        assert_eq!(sub("9007199254740993"), as_text("9007199254740993"));
        assert_eq!(sub("18446744073709551615"), as_text("18446744073709551615"));
        assert_eq!(sub(&format!("\"{}\"", "é".repeat(255))), Some("é".repeat(255)));
        let long = format!("\"{}\"", "a".repeat(256));
        for bad in ["18446744073709551616", "1.0", "1e3", "\"\"", "null", "true", "[1]", "{}", "\"a\\u0000\"", &long] {
            assert_eq!(sub(bad), None, "{bad}");
        }
        assert_eq!(sub_of_profile(&registration, &json!({})), None);
    }

    fn profile_of(value: impl Into<Value>) -> Profile {
        profile(&Registration::example(), &[&value.into()])
    }

    /// AC-03
    #[test]
    fn only_the_boolean_true_marks_an_address_as_verified() {
        for not in [json!("true"), json!("false"), json!(1), json!(0), json!(null), json!([true]), json!(false)] {
            assert!(!profile_of(json!({"email": "a@b.c", "email_verified": not})).email_verified, "{not}");
        }
        assert!(profile_of(json!({"email": "a@b.c", "email_verified": true})).email_verified);
        assert!(!profile_of(json!({"email_verified": true})).email_verified);
        let hidden = profile_of(json!({"email": "vic\u{0}tim@b.c", "email_verified": true}));
        assert_eq!((hidden.email, hidden.email_verified), (None, false));
        assert_eq!(profile_of(json!({"email": format!("{}@b.c", "x".repeat(320))})).email, None);
    }

    /// AC-02: an address of one source and `email_verified` of another are never combined.
    #[test]
    fn email_verified_is_read_from_the_source_of_the_address() {
        let mixed = |first: Value, second: Value| profile(&Registration::example(), &[&first, &second]);
        let verified = json!({"email": "own@evil.example", "email_verified": true});
        let other = mixed(json!({"email": "victim@b.c"}), verified.clone());
        assert_eq!((other.email.as_deref(), other.email_verified), (Some("victim@b.c"), false));
        let other = mixed(json!({"email_verified": true}), json!({"email": "victim@b.c"}));
        assert_eq!((other.email.as_deref(), other.email_verified), (Some("victim@b.c"), false));
        let other = mixed(json!({"email": "victim@b.c"}), json!({"email_verified": true}));
        assert!(!other.email_verified);
        let same = mixed(json!({"email": "own@evil.example"}), verified.clone());
        assert!(same.email_verified);
        let later = mixed(json!({"email": null, "email_verified": null}), verified);
        assert!(later.email_verified);
    }

    /// RT-39, AC-15
    #[test]
    fn every_profile_value_is_bounded() {
        let groups: Vec<_> = (0..1000).map(|number| format!("g{number}")).collect();
        let large = profile_of(json!({
            "name": "n\u{0}\u{202e}".repeat(64 * 1024), "preferred_username": " \u{7} ", "groups": groups,
            "picture": format!("https://b.c/{}", "x".repeat(3000)),
        }));
        assert_eq!(large.name.map(|name| name.chars().count()), Some(256));
        assert_eq!((large.preferred_username, large.picture, large.groups.len()), (None, None, 500));
        let odd = profile_of(json!({
            "name": 7, "picture": "javascript:alert(1)", "groups": ["a", 7, null, "b\u{0}c", "x".repeat(257), " d "],
        }));
        assert_eq!((odd.name, odd.picture, odd.groups), (None, None, vec!["a".to_owned(), "d".into()]));
        assert!(profile_of(json!({"groups": "admin"})).groups.is_empty());
        assert_eq!(profile_of(json!({"picture": "https://b.c/p?x=1"})).picture.as_deref(), Some("https://b.c/p?x=1"));
    }

    /// RT-39
    #[test]
    fn stored_claims_are_valid_jsonb_without_protocol_claims() {
        let deep = json!({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}, "x": 1}}}}}}});
        let claims = map(json!({
            "iss": "x", "nonce": "x", "sid": "x", "k\u{0}ey": ["v\u{0}", {"\u{0}": "\u{0}"}], "deep": deep, "n": 1.5,
        }));
        let cleaned = storable(&claims, "alice", &Profile::default());
        assert_eq!(cleaned["key"], json!(["v", {"": ""}]));
        assert_eq!(cleaned["sub"], "alice");
        assert_eq!(cleaned["deep"]["a"]["b"]["c"]["d"]["e"]["f"], json!({"x": 1}));
        assert!(cleaned.get("iss").is_none() && cleaned.get("nonce").is_none() && cleaned.get("sid").is_none());
        assert!(!cleaned.to_string().contains("\\u0000"));
    }

    #[test]
    fn claims_beyond_the_size_limit_are_reduced_to_the_profile() {
        let groups: Vec<_> = (0..500).map(|number| format!("{number:0>200}")).collect();
        let claims = map(json!({"email": "a@b.c", "groups": groups, "x": "y".repeat(20_000)}));
        let profile = profile(&Registration::example(), &[&Value::Object(claims.clone())]);
        let cleaned = storable(&claims, "alice", &profile);
        assert_eq!((&cleaned["email"], &cleaned["sub"]), (&json!("a@b.c"), &json!("alice")));
        assert!(cleaned.get("x").is_none() && cleaned.get("groups").is_none());
        assert!(cleaned.to_string().len() <= MAX_BYTES);
    }
}
