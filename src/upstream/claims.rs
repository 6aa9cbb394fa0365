//! Claims of a provider: the subject identifier, claims of the protocol, and all claims as stored (RT-39).

use serde_json::{Map, Value, json};

use super::claim_losses::ClaimLoss;
use super::text;
use crate::account::{self, Profile};
use crate::config::{Pointer, Registration};

/// The longest `sub`, in characters (OpenID Connect Core §2).
const MAX_SUB: usize = 255;
/// The longest text of `acr` and `sid`, in characters.
const MAX_TEXT: usize = 256;
/// The highest number of `amr` values: every access token contains them.
const MAX_AMR_VALUES: usize = 16;
/// The longest `amr` value, in bytes.
const MAX_AMR_LENGTH: usize = 64;
/// The deepest nesting of arrays and objects that is stored; deeper values are removed.
const MAX_DEPTH: usize = 8;
/// The size limit of all stored claims as JSON, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// Claims of the protocol, which are not stored unless a rule of a client, a site or a resource compares them.
const PROTOCOL_CLAIMS: [&str; 14] =
    ["iss", "aud", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "azp", "jti", "auth_time", "acr", "amr", "sid"];

/// Whether a string is a valid `sub`. An invalid one is rejected, not cleaned: two subs must never become one (RT-08).
pub fn is_sub(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= MAX_SUB && text::is_clean(text)
}

/// A `sub` as text: a string, or an integer in decimal digits. A number with a fraction or an exponent, or one beyond 64
/// bits, is not accepted: it is parsed as a float, and two ids may have the same float. [`is_sub`] validates the
/// result.
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

/// All claims except protocol claims, valid for a `jsonb` column. If they exceed the size limit, only the claims of the
/// profile and the claims that rules compare later (`compared`).
pub fn storable(
    claims: &Map<String, Value>,
    sub: &str,
    profile: &Profile,
    compared: &[Pointer],
) -> (Value, Option<ClaimLoss>) {
    let is_compared = |name: &str| compared.iter().any(|pointer| pointer.first_key() == name);
    let is_kept = |name: &str| !PROTOCOL_CLAIMS.contains(&name) || is_compared(name);
    let own = || claims.iter().filter(|(name, _)| is_kept(name));
    let mut loss = ClaimLoss { claim: "claims", sent: own().count(), dropped: 0, cut: 0, changed: 0, remedy: None };
    let clean = |(name, value): (&String, &Value)| {
        // Texts that pages show are cleaned; any other text may grant something.
        let is_shown = account::further_names().any(|further| further == name);
        let form = if is_shown { text::clean } else { text::marked };
        Some((text::clean(name), clean_value(value, MAX_DEPTH - 1, form, &mut loss)?))
    };
    let mut all: Map<String, Value> = own().filter_map(clean).collect();
    all.insert("sub".into(), json!(sub));
    let all = Value::Object(all);
    if all.to_string().len() <= MAX_BYTES {
        return (all, Some(loss));
    }
    let Value::Object(mut known) = json!(profile) else { return (json!({ "sub": sub }), Some(loss)) };
    known.extend(account::further(&all));
    known.insert("sub".into(), json!(sub));
    let fits = |known: &Map<String, Value>| json!(known).to_string().len() <= MAX_BYTES;
    if !fits(&known) {
        known.remove("groups");
    }
    // A rule that compares a value which is too long does not hold, as for an absent claim.
    for pointer in compared {
        let mut with_it = known.clone();
        pointer.copy(&all, &mut with_it);
        known = if fits(&with_it) { with_it } else { known };
    }
    let cut = loss.sent.saturating_sub(known.len());
    (Value::Object(known), Some(ClaimLoss { cut, ..loss }))
}

/// A string claim of 1 to 256 characters without harmful ones; `None` for any other value.
pub fn short_text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    let text = claims.get(name).and_then(Value::as_str)?;
    (!text.is_empty() && text.chars().count() <= MAX_TEXT && text::is_clean(text)).then(|| text.to_owned())
}

/// The loss of a claim that [`short_text`] did not take.
pub fn loss_of_short_text(claims: &Map<String, Value>, name: &'static str) -> Option<ClaimLoss> {
    let sent = claims.get(name).filter(|sent| !sent.is_null())?;
    ClaimLoss::of_text(name, sent, short_text(claims, name).as_deref())
}

/// The `amr` claim: an array of strings, or a single string.
pub fn amr(claims: &Map<String, Value>) -> (Option<Vec<String>>, Option<ClaimLoss>) {
    let is_valid = |method: &str| method.len() <= MAX_AMR_LENGTH && text::is_clean(method);
    match claims.get("amr") {
        None | Some(Value::Null) => (None, None),
        Some(Value::String(one)) if is_valid(one) => (Some(vec![one.clone()]), None),
        Some(Value::Array(list)) => {
            let texts = list.iter().filter_map(Value::as_str).filter(|method| is_valid(method));
            let valid: Vec<_> = texts.map(String::from).collect();
            let (sent, dropped) = (list.len(), list.len() - valid.len());
            let kept: Vec<_> = valid.into_iter().take(MAX_AMR_VALUES).collect();
            let cut = sent - dropped - kept.len();
            (Some(kept), Some(ClaimLoss { claim: "amr", sent, dropped, cut, changed: 0, remedy: None }))
        }
        Some(odd) => (None, ClaimLoss::of_text("amr", odd, None)),
    }
}

/// The value with its texts in this form, and without arrays and objects below `levels` levels. Counts both in `loss`.
fn clean_value(value: &Value, levels: usize, form: fn(&str) -> String, loss: &mut ClaimLoss) -> Option<Value> {
    match value {
        Value::String(text) => {
            let clean = form(text);
            loss.changed += usize::from(clean != *text);
            Some(Value::String(clean))
        }
        Value::Array(_) | Value::Object(_) if levels == 0 => {
            loss.dropped += 1;
            None
        }
        Value::Array(list) => Some(list.iter().filter_map(|item| clean_value(item, levels - 1, form, loss)).collect()),
        Value::Object(members) => {
            let clean =
                |(name, item): (&String, &Value)| Some((text::clean(name), clean_value(item, levels - 1, form, loss)?));
            Some(members.iter().filter_map(clean).collect())
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

    /// RT-39
    #[test]
    fn stored_claims_are_valid_jsonb_without_protocol_claims() {
        let deep = json!({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}, "x": 1}}}}}}});
        let claims = map(json!({
            "iss": "x", "nonce": "x", "sid": "x", "k\u{0}ey": ["v\u{0}", {"\u{0}": "\u{0}"}], "deep": deep, "n": 1.5,
            "role": " admin", "given_name": " Ada\u{202e}",
        }));
        let (cleaned, loss) = storable(&claims, "alice", &Profile::default(), &[]);
        assert_eq!(loss.map(|loss| (loss.sent, loss.dropped, loss.changed)), Some((5, 1, 3)));
        assert_eq!((&cleaned["role"], &cleaned["given_name"]), (&json!(" admin"), &json!("Ada")));
        assert_eq!(cleaned["key"], json!(["v\u{fffd}", {"": "\u{fffd}"}]));
        assert_eq!(cleaned["sub"], "alice");
        assert_eq!(cleaned["deep"]["a"]["b"]["c"]["d"]["e"]["f"], json!({"x": 1}));
        assert!(cleaned.get("iss").is_none() && cleaned.get("nonce").is_none() && cleaned.get("sid").is_none());
        assert!(!cleaned.to_string().contains("\\u0000"));
    }

    #[test]
    fn claims_beyond_the_size_limit_are_reduced_to_the_profile() {
        let groups: Vec<_> = (0..500).map(|number| format!("{number:0>200}")).collect();
        let claims = map(json!({"email": "a@b.c", "groups": groups, "x": "y".repeat(20_000)}));
        let (profile, _) = super::super::profile::read(&Registration::example(), &[&Value::Object(claims.clone())]);
        let (cleaned, loss) = storable(&claims, "alice", &profile, &[]);
        assert_eq!(loss.map(|loss| (loss.sent, loss.cut)), Some((3, 1)));
        assert_eq!((&cleaned["email"], &cleaned["sub"]), (&json!("a@b.c"), &json!("alice")));
        assert!(cleaned.get("x").is_none() && cleaned.get("groups").is_none());
        assert!(cleaned.to_string().len() <= MAX_BYTES);
    }

    /// Clients, sites and resources judge what is stored.
    #[test]
    fn compared_claims_are_stored_even_if_all_claims_are_too_large() {
        let compared = ["/acr", "/realm/roles/0", "/realm/level", "/long"];
        let compared = compared.map(|text| Pointer::parse(text).expect("a pointer"));
        let small = json!({"acr": "gold", "nonce": "x", "realm": {"roles": ["ops", "x"], "level": 3, "other": "y"}});
        let (all, _) = storable(&map(small.clone()), "alice", &Profile::default(), &compared);
        assert_eq!(all, json!({"acr": "gold", "realm": small["realm"], "sub": "alice"}));
        let mut large = map(small);
        large.insert("x".into(), json!("y".repeat(20_000)));
        large.insert("long".into(), json!("y".repeat(20_000)));
        let (some, _) = storable(&large, "alice", &Profile::default(), &compared);
        assert_eq!(some, json!({"acr": "gold", "realm": {"roles": ["ops", "x"], "level": 3}, "sub": "alice"}));
    }
}
