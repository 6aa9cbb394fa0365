//! Reads the claims about a person: the only place that decides which value a claim has. Rules, profile, tokens and
//! `vestibule explain` use its result (RT-39, AC-03).

use serde_json::{Value, json};
use url::Url;

use super::claim_losses::{ClaimLoss, ClaimLosses, refers_to_groups};
use super::{email_address, text};
use crate::account::Profile;
use crate::config::{ClaimPointers, Pointer, Registration};

/// The longest e-mail address, in characters; a longer one is ignored.
const MAX_EMAIL: usize = 320;
/// The longest name, user name or group name, in characters.
const MAX_NAME: usize = 256;
/// The longest picture URL, in characters; a longer one is ignored.
const MAX_PICTURE: usize = 2048;
/// The highest number of groups.
pub const MAX_GROUPS: usize = 500;

/// The profile in the claims, and what of them it does not contain as sent; earlier sources have priority.
pub fn read(registration: &Registration, sources: &[&Value]) -> (Profile, ClaimLosses) {
    let ClaimPointers { email, name, preferred_username, picture, groups, .. } = &registration.claims;
    let find = |pointer: &Option<Pointer>| sources.iter().find_map(|source| pointer.as_ref()?.find(source));
    let mut losses = ClaimLosses::default();
    let mut take = |claim: &'static str, pointer: &Option<Pointer>, read: fn(&str) -> Option<String>| {
        let sent = find(pointer)?;
        let value = sent.as_str().and_then(read);
        losses.add(ClaimLoss::of_text(claim, sent, value.as_deref()));
        value
    };
    let email = take("email", email, self::email);
    let name = take("name", name, self::name);
    let preferred_username = take("preferred_username", preferred_username, self::name);
    let picture = take("picture", picture, self::picture);
    let referred_to = || sources.iter().any(|source| refers_to_groups(source)).then(ClaimLoss::groups_referred_to);
    let (groups, lost) = match find(groups) {
        Some(sent) => self::groups(registration, sent),
        None => (None, groups.as_ref().and_then(|_| referred_to())),
    };
    losses.add(lost);
    let (stated, lost) = email_verified(registration, sources);
    losses.add(lost);
    let stated = stated.filter(|_| email.is_some());
    let email_assumed = registration.assume_email_verified && email.is_some() && stated.is_none();
    let email_verified = if email_assumed { Some(true) } else { stated };
    let profile = Profile { email, email_verified, email_assumed, name, preferred_username, picture, groups };
    (profile, losses)
}

/// The value of the claim at `pointer`, for a rule: what the profile takes of it, so that a rule and an app never see two
/// values of one claim; for any other claim the first source's value, byte for byte.
pub fn claim(registration: &Registration, sources: &[Value], pointer: &Pointer) -> Option<Value> {
    let claims = &registration.claims;
    let is = |of: &Option<Pointer>| of.as_ref() == Some(pointer);
    let text = |text: Option<String>| text.map(Value::String);
    let profile = || read(registration, &sources.iter().collect::<Vec<_>>()).0;
    match () {
        () if is(&claims.email) => text(profile().email),
        () if is(&claims.email_verified) => profile().email_verified.map(Value::Bool),
        () if is(&claims.name) => text(profile().name),
        () if is(&claims.preferred_username) => text(profile().preferred_username),
        () if is(&claims.picture) => text(profile().picture),
        () if is(&claims.groups) => profile().groups.map(|groups| json!(groups)),
        () => sources.iter().find_map(|source| pointer.find(source)).map(normalized),
    }
}

/// The value of the claim at `pointer` of an identity as its last login stored it: what the profile took of it, else what the
/// provider sent. Claims of the protocol, such as `iss` and `acr`, are not stored.
pub fn stored_claim(
    registration: &Registration,
    profile: &Profile,
    claims: &Value,
    pointer: &Pointer,
) -> Option<Value> {
    let of = &registration.claims;
    let is = |of: &Option<Pointer>| of.as_ref() == Some(pointer);
    match () {
        () if is(&of.email) => profile.email.as_ref().map(|email| json!(email)),
        () if is(&of.email_verified) => profile.email_verified.map(Value::Bool),
        () if is(&of.name) => profile.name.as_ref().map(|name| json!(name)),
        () if is(&of.preferred_username) => profile.preferred_username.as_ref().map(|name| json!(name)),
        () if is(&of.picture) => profile.picture.as_ref().map(|picture| json!(picture)),
        () if is(&of.groups) => profile.groups.as_ref().map(|groups| json!(groups)),
        () => pointer.find(claims).map(normalized),
    }
}

/// A value byte for byte, since a rule that compares it grants something. A blank text, and one with characters to remove, is
/// `null`.
fn normalized(value: &Value) -> Value {
    match value {
        Value::String(text) if text.trim().is_empty() || !text::is_clean(text) => Value::Null,
        Value::Array(items) => items.iter().map(normalized).collect(),
        other => other.clone(),
    }
}

/// A text without the spaces around it that is not exactly one address, or too long, is ignored: changing it would make it another
/// address.
fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let is_address = text::is_clean(text) && email_address::domain(text).is_some();
    (text.chars().count() <= MAX_EMAIL && is_address).then(|| text.to_owned())
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

/// Whether the address is verified, as the provider sent it. It is never taken from a source with another address
/// (AC-02). Only the boolean `true` counts, and the string `"true"` if the provider documents it (AC-03).
fn email_verified(registration: &Registration, sources: &[&Value]) -> (Option<bool>, Option<ClaimLoss>) {
    let ClaimPointers { email, email_verified, .. } = &registration.claims;
    let address = |source: &Value| email.as_ref().and_then(|pointer| pointer.find(source)).cloned();
    let first = sources.iter().find_map(|source| address(source));
    let mut same_address = sources.iter().filter(|source| address(source) == first);
    let sent = same_address.find_map(|source| email_verified.as_ref()?.find(source));
    match sent {
        None => (None, None),
        Some(Value::Bool(verified)) => (Some(*verified), None),
        Some(Value::String(text)) if registration.email_verified_as_text => (Some(text == "true"), None),
        Some(sent) => (Some(false), ClaimLoss::of_text("email_verified", sent, None)),
    }
}

/// The groups. Names with characters to remove, with spaces around them, or too long ones, are left out: changing one would make
/// it another group. `None` if the claim is not a list: the groups are unknown then, not empty.
fn groups(registration: &Registration, sent: &Value) -> (Option<Vec<String>>, Option<ClaimLoss>) {
    let single = [sent.clone()];
    let items = match sent {
        Value::Array(items) => items.as_slice(),
        Value::String(_) if registration.single_group_as_list => &single,
        Value::String(_) => return (None, Some(ClaimLoss::single_group())),
        _ => return (None, ClaimLoss::of_text("groups", sent, None)),
    };
    let valid = |item: &Value| {
        let name = item.as_str()?;
        let is_exact = !name.is_empty() && name.trim() == name && text::is_clean(name);
        (is_exact && name.chars().count() <= MAX_NAME).then(|| name.to_owned())
    };
    let named: Vec<_> = items.iter().filter_map(valid).collect();
    let kept = named.len().min(MAX_GROUPS);
    let lost = ClaimLoss {
        claim: "groups",
        sent: items.len(),
        dropped: items.len() - named.len(),
        cut: named.len() - kept,
        changed: 0,
        remedy: None,
    };
    (Some(named.into_iter().take(kept).collect()), Some(lost))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile_of(value: impl Into<Value>) -> Profile {
        read(&Registration::example(), &[&value.into()]).0
    }

    /// AC-03
    #[test]
    fn only_the_boolean_true_marks_an_address_as_verified() {
        let verified = |value: Value| profile_of(value).email_verified;
        for not in [json!("true"), json!("false"), json!(1), json!(0), json!([true]), json!(false)] {
            assert_eq!(verified(json!({"email": "a@b.c", "email_verified": not})), Some(false), "{not}");
        }
        assert_eq!(verified(json!({"email": "a@b.c", "email_verified": true})), Some(true));
        for silent in [json!({"email": "a@b.c"}), json!({"email": "a@b.c", "email_verified": null})] {
            assert_eq!(verified(silent.clone()), None, "{silent}");
        }
        assert_eq!(verified(json!({"email_verified": true})), None);
        let hidden = profile_of(json!({"email": "vic\u{0}tim@b.c", "email_verified": true}));
        assert_eq!((hidden.email, hidden.email_verified), (None, None));
        assert_eq!(profile_of(json!({"email": format!("{}@b.c", "x".repeat(320))})).email, None);
        let as_text = Registration { email_verified_as_text: true, ..Registration::example() };
        for (text, expected) in [("true", true), ("false", false), ("yes", false)] {
            let claims = json!({"email": "a@b.c", "email_verified": text});
            assert_eq!(read(&as_text, &[&claims]).0.email_verified, Some(expected), "{text}");
        }
    }

    /// If the provider sends `email_verified`, its value decides, also if it is not a boolean.
    #[test]
    fn an_address_is_assumed_to_be_verified_only_if_the_claim_is_absent() {
        let assuming = Registration { assume_email_verified: true, ..Registration::example() };
        for (claims, verified, assumed) in [
            (json!({"email": "a@b.c"}), Some(true), true),
            (json!({"email": "a@b.c", "email_verified": true}), Some(true), false),
            (json!({"email": "a@b.c", "email_verified": false}), Some(false), false),
            (json!({"email": "a@b.c", "email_verified": "true"}), Some(false), false),
            (json!({"email": "a@b.c,d@b.c"}), None, false),
            (json!({}), None, false),
        ] {
            let (profile, _) = read(&assuming, &[&claims]);
            assert_eq!((profile.email_verified, profile.email_assumed), (verified, assumed), "{claims}");
        }
    }

    /// AC-02: an address of one source and `email_verified` of another are never combined.
    #[test]
    fn email_verified_is_read_from_the_source_of_the_address() {
        let mixed = |first: Value, second: Value| read(&Registration::example(), &[&first, &second]).0;
        let verified = json!({"email": "own@evil.example", "email_verified": true});
        let other = mixed(json!({"email": "victim@b.c"}), verified.clone());
        assert_eq!((other.email.as_deref(), other.email_verified), (Some("victim@b.c"), None));
        let other = mixed(json!({"email_verified": true}), json!({"email": "victim@b.c"}));
        assert_eq!((other.email.as_deref(), other.email_verified), (Some("victim@b.c"), None));
        let other = mixed(json!({"email": "victim@b.c"}), json!({"email_verified": true}));
        assert_eq!(other.email_verified, None);
        let same = mixed(json!({"email": "own@evil.example"}), verified.clone());
        assert_eq!(same.email_verified, Some(true));
        let later = mixed(json!({"email": null, "email_verified": null}), verified);
        assert_eq!(later.email_verified, Some(true));
    }

    /// RT-39, AC-15
    #[test]
    fn every_profile_value_is_bounded() {
        let sent: Vec<_> = (0..1000).map(|number| format!("g{number}")).collect();
        let large = profile_of(json!({
            "name": "n\u{0}\u{202e}".repeat(64 * 1024), "preferred_username": " \u{7} ", "groups": sent,
            "picture": format!("https://b.c/{}", "x".repeat(3000)),
        }));
        assert_eq!(large.name.map(|name| name.chars().count()), Some(256));
        assert_eq!(
            (large.preferred_username, large.picture, large.groups.map(|all| all.len())),
            (None, None, Some(500))
        );
        let odd = profile_of(json!({"name": 7, "picture": "javascript:alert(1)"}));
        assert_eq!((odd.name, odd.picture, odd.groups), (None, None, None));
        assert_eq!(profile_of(json!({"picture": "https://b.c/p?x=1"})).picture.as_deref(), Some("https://b.c/p?x=1"));
    }

    fn groups_of(single_group_as_list: bool, sent: &Value) -> (Option<Vec<String>>, String) {
        let registration = Registration { single_group_as_list, ..Registration::example() };
        let (profile, losses) = read(&registration, &[&json!({ "groups": sent })]);
        (profile.groups, losses.to_string())
    }

    /// AC-15: a list is known, also an empty one; anything else leaves the groups unknown. Every loss is counted.
    #[test]
    fn groups_are_a_list_of_names() {
        let overage = json!({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://graph.example/"}}});
        let (profile, losses) = read(&Registration::example(), &[&overage]);
        assert!(profile.groups.is_none() && losses.to_string().contains("(_claim_names)"), "{losses}");
        let list = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(groups_of(false, &json!([])), (list(&[]), String::new()));
        assert_eq!(groups_of(false, &json!(["a", "b"])), (list(&["a", "b"]), String::new()));
        assert_eq!(groups_of(false, &json!(null)), (None, String::new()));
        let mixed = json!(["a", 7, null, "b\u{0}c", "x".repeat(257), " d ", "", ["a"]]);
        assert_eq!(groups_of(false, &mixed), (list(&["a"]), "groups: 8 sent, 7 dropped".into()));
        let many: Vec<_> = (0..600).map(|number| format!("g{number}")).collect();
        let (kept, reported) = groups_of(false, &json!(many));
        assert_eq!((kept.map(|kept| kept.len()), reported.as_str()), (Some(500), "groups: 600 sent, 100 cut"));
        let (unknown, reported) = groups_of(false, &json!("admin"));
        assert!(unknown.is_none() && reported.contains("single_group_as_list"), "{reported}");
        assert_eq!(groups_of(true, &json!("admin")), (list(&["admin"]), String::new()));
        assert_eq!(groups_of(true, &json!(" admin")), (list(&[]), "groups: 1 sent, 1 dropped".into()));
        for odd in [json!({"admin": true}), json!(true), json!(7)] {
            assert_eq!(groups_of(true, &odd), (None, "groups: 1 sent, 1 dropped".into()), "{odd}");
        }
    }

    /// AC-14: a rule sees what the profile and so the apps see.
    #[test]
    fn a_rule_reads_a_claim_as_the_profile_does() {
        let pointer = |text: &str| Pointer::parse(text).expect("a pointer");
        let of = |pointer_text: &str, sent: Value| claim(&Registration::example(), &[sent], &pointer(pointer_text));
        assert_eq!(of("/groups", json!({"groups": [" admin", 7, "ops"]})), Some(json!(["ops"])));
        assert_eq!(of("/groups", json!({"groups": "admin"})), None);
        assert_eq!(of("/name", json!({"name": " Ada\u{202e} "})), Some(json!("Ada")));
        assert_eq!(of("/email", json!({"email": "a@evil.test,b@corp.test"})), None);
        assert_eq!(of("/email_verified", json!({"email": "a@b.c", "email_verified": "true"})), Some(json!(false)));
        assert_eq!(of("/role", json!({"role": " admin "})), Some(json!(" admin ")), "another role than \"admin\"");
        assert_eq!(of("/role", json!({"role": ["x ", "ad\u{0}min", " ", 7]})), Some(json!(["x ", null, null, 7])));
        assert_eq!(of("/role", json!({"role": null})), None);
    }
}
