//! What the provider says of a person, cleaned and bounded (RT-39, AC-03).

use serde_json::{Map, Value, json};
use url::Url;

use super::text;
use crate::account::Profile;
use crate::config::{ClaimPointers, Pointer, Registration};

/// Longest `sub`, in characters (OpenID Connect Core §2).
const MAX_SUB: usize = 255;
/// Longest e-mail address, in characters; a longer one is none.
const MAX_EMAIL: usize = 320;
/// Longest name, user name or group name, in characters.
const MAX_NAME: usize = 256;
/// Longest picture address, in characters; a longer one is none.
const MAX_PICTURE: usize = 2048;
/// Most authentication methods, and the longest, in bytes: they go into every access token.
const MAX_METHODS: usize = 16;
const MAX_METHOD: usize = 64;
/// Most groups.
const MAX_GROUPS: usize = 500;
/// How many levels of lists and objects claims may have.
const MAX_DEPTH: usize = 8;
/// How large all claims may be as JSON, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// The protocol's own, of no use to anyone later.
const PROTOCOL: [&str; 14] =
    ["iss", "aud", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "azp", "jti", "auth_time", "acr", "amr", "sid"];

/// Whether a text may be a `sub`. One that will not do is refused and not cleaned: two subs must never become one
/// (RT-08).
pub fn is_sub(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= MAX_SUB && text::is_clean(text)
}

/// A `sub` as text: it is a text, or a whole number in decimal digits. A number with a fraction or an exponent, or one past
/// 64 bits, is none: it was read as a float, in which two ids may be one. Whether it will do, [`is_sub`] says.
pub fn sub(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

/// The `sub` in what a provider of plain OAuth said, where the configuration has it.
pub fn sub_of_profile(registration: &Registration, source: &Value) -> Option<String> {
    sub(registration.claims.sub.as_ref()?.find(source)?).filter(|text| is_sub(text))
}

/// Puts the claims of the ID token and of userinfo together. The ID token comes first, and `email_verified` is never
/// taken from another place than the address it speaks of.
pub fn together(id_token: Map<String, Value>, userinfo: Option<Map<String, Value>>) -> Map<String, Value> {
    let Some(mut all) = userinfo else { return id_token };
    let mut first = id_token;
    match (present(&first, "email"), present(&all, "email")) {
        (true, true) if first.get("email") != all.get("email") => drop(all.remove("email_verified")),
        (false, true) => drop(first.remove("email_verified")),
        (true, false) => drop(all.remove("email_verified")),
        _ => {}
    }
    all.extend(first.into_iter().filter(|(_, value)| !value.is_null()));
    all
}

/// Whether a claim is there and says something.
pub fn present(claims: &Map<String, Value>, name: &str) -> bool {
    claims.get(name).is_some_and(|value| !value.is_null())
}

/// The profile in what a provider said, the source that comes first preferred. Whether an address was verified is never
/// taken from a source that speaks of another one (AC-02).
pub fn profile(registration: &Registration, sources: &[&Value]) -> Profile {
    let ClaimPointers { email, email_verified, name, preferred_username, picture, groups, .. } = &registration.claims;
    let find = |pointer: &Option<Pointer>| sources.iter().find_map(|source| pointer.as_ref()?.find(source));
    let said = |pointer: &Option<Pointer>| find(pointer).and_then(Value::as_str);
    let address = |source: &Value| email.as_ref().and_then(|pointer| pointer.find(source)).cloned();
    let of_same = sources.iter().filter(|source| address(source).as_ref() == find(email));
    let verified = of_same.clone().find_map(|source| email_verified.as_ref()?.find(source));
    let email = said(email).and_then(self::email);
    Profile {
        email_verified: email.is_some() && verified.is_some_and(|verified| is_true(verified, registration)),
        email,
        name: said(name).and_then(self::name),
        preferred_username: said(preferred_username).and_then(self::name),
        picture: said(picture).and_then(self::picture),
        groups: self::groups(find(groups)),
    }
}

/// Only a real `true`, and the text where the provider documents it (AC-03).
fn is_true(value: &Value, registration: &Registration) -> bool {
    *value == Value::Bool(true) || (registration.email_verified_as_text && value.as_str() == Some("true"))
}

/// All claims but the protocol's, fit for a `jsonb` column; only the known ones where they are too many.
pub fn cleaned(claims: &Map<String, Value>, sub: &str, profile: &Profile) -> Value {
    let all = claims.iter().filter(|(name, _)| !PROTOCOL.contains(&name.as_str()));
    let mut all: Map<String, Value> =
        all.filter_map(|(name, value)| Some((text::clean(name), harmless(value, MAX_DEPTH - 1)?))).collect();
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

/// A text claim of limited length, if it is one.
pub fn short(claims: &Map<String, Value>, name: &str) -> Option<String> {
    let text = claims.get(name).and_then(Value::as_str)?;
    (!text.is_empty() && text.chars().count() <= MAX_NAME && text::is_clean(text)).then(|| text.to_owned())
}

/// `amr`: a list of texts, or one text.
pub fn methods(claims: &Map<String, Value>) -> Option<Vec<String>> {
    let fit = |method: &str| method.len() <= MAX_METHOD && text::is_clean(method);
    match claims.get("amr")? {
        Value::String(one) if fit(one) => Some(vec![one.clone()]),
        Value::Array(list) => {
            let texts = list.iter().filter_map(Value::as_str).filter(|method| fit(method));
            Some(texts.take(MAX_METHODS).map(String::from).collect())
        }
        _ => None,
    }
}

/// An address that needs cleaning or cutting would become another one, so it is none.
fn email(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text::is_clean(text) && text.chars().count() <= MAX_EMAIL).then(|| text.to_owned())
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

/// Names that need cleaning or cutting are left out: a group must never turn into another.
fn groups(claim: Option<&Value>) -> Vec<String> {
    let list = claim.and_then(Value::as_array);
    let names = list.into_iter().flatten().filter_map(Value::as_str).map(str::trim);
    let fit = |name: &&str| !name.is_empty() && name.chars().count() <= MAX_NAME && text::is_clean(name);
    names.filter(fit).take(MAX_GROUPS).map(String::from).collect()
}

/// The value without harmful characters, and without what lies too deep.
fn harmless(value: &Value, levels: usize) -> Option<Value> {
    match value {
        Value::String(text) => Some(Value::String(text::clean(text))),
        Value::Array(_) | Value::Object(_) if levels == 0 => None,
        Value::Array(list) => Some(list.iter().filter_map(|item| harmless(item, levels - 1)).collect()),
        Value::Object(members) => {
            let members = members.iter();
            Some(members.filter_map(|(name, item)| Some((text::clean(name), harmless(item, levels - 1)?))).collect())
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
    fn a_sub_is_a_text_or_a_whole_number() {
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
    fn only_a_real_true_verifies_an_address() {
        for not in [json!("true"), json!("false"), json!(1), json!(0), json!(null), json!([true]), json!(false)] {
            assert!(!profile_of(json!({"email": "a@b.c", "email_verified": not})).email_verified, "{not}");
        }
        assert!(profile_of(json!({"email": "a@b.c", "email_verified": true})).email_verified);
        assert!(!profile_of(json!({"email_verified": true})).email_verified);
        let hidden = profile_of(json!({"email": "vic\u{0}tim@b.c", "email_verified": true}));
        assert_eq!((hidden.email, hidden.email_verified), (None, false));
        assert_eq!(profile_of(json!({"email": format!("{}@b.c", "x".repeat(320))})).email, None);
    }

    /// AC-02: two sources are never mixed into one verified address.
    #[test]
    fn a_verification_stays_with_its_address() {
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
    fn a_profile_is_bounded() {
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
    fn claims_are_fit_for_the_database() {
        let deep = json!({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}, "x": 1}}}}}}});
        let claims = map(json!({
            "iss": "x", "nonce": "x", "sid": "x", "k\u{0}ey": ["v\u{0}", {"\u{0}": "\u{0}"}], "deep": deep, "n": 1.5,
        }));
        let cleaned = cleaned(&claims, "alice", &Profile::default());
        assert_eq!(cleaned["key"], json!(["v", {"": ""}]));
        assert_eq!(cleaned["sub"], "alice");
        assert_eq!(cleaned["deep"]["a"]["b"]["c"]["d"]["e"]["f"], json!({"x": 1}));
        assert!(cleaned.get("iss").is_none() && cleaned.get("nonce").is_none() && cleaned.get("sid").is_none());
        assert!(!cleaned.to_string().contains("\\u0000"));
    }

    #[test]
    fn too_many_claims_are_cut_to_the_known() {
        let groups: Vec<_> = (0..500).map(|number| format!("{number:0>200}")).collect();
        let claims = map(json!({"email": "a@b.c", "groups": groups, "x": "y".repeat(20_000)}));
        let profile = profile(&Registration::example(), &[&Value::Object(claims.clone())]);
        let cleaned = cleaned(&claims, "alice", &profile);
        assert_eq!((&cleaned["email"], &cleaned["sub"]), (&json!("a@b.c"), &json!("alice")));
        assert!(cleaned.get("x").is_none() && cleaned.get("groups").is_none());
        assert!(cleaned.to_string().len() <= MAX_BYTES);
    }
}
