//! The conditions of `allow` as pure functions. All configured ones must hold. An absent claim, or one of the wrong type, never
//! satisfies a condition (AC-15).

use serde::Serialize;
use serde_json::{Value, json};
use url::Host;

use crate::account::Profile;
use crate::config::{Allow, Pointer, Registration};
use crate::upstream::{self, email_domain};

/// The key of the rule about groups, below the table of the provider or the rule.
const GROUPS: &str = "allow.groups";

/// The outcome of one rule. Its text contains nothing about the person beyond what the rule names, so it may be logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleOutcome {
    /// The rule's key below the provider's table: `allow.groups`.
    pub rule: String,
    /// Whether the profile and the claims satisfy it.
    pub holds: bool,
    /// The reason, for a log.
    pub why: String,
}

/// Applies every configured rule. `stated` are the provider's claims by source; an earlier source takes precedence. A
/// claim is read as for the profile and the tokens.
pub fn evaluate_sent(registration: &Registration, profile: &Profile, stated: &[Value]) -> Vec<RuleOutcome> {
    let find = |pointer: &Pointer| stated.iter().find_map(|source| pointer.find(source));
    let groups_sent = registration.claims.groups.as_ref().and_then(find);
    let found = |pointer: &Pointer| upstream::claim(registration, stated, pointer);
    let elsewhere = || groups_sent.is_none() && stated.iter().any(upstream::refers_to_groups);
    let mut outcome = evaluate(&registration.allow, profile, groups_sent, found);
    if let Some(failed) =
        outcome.iter_mut().find(|outcome| outcome.rule == GROUPS && !outcome.holds).filter(|_| elsewhere())
    {
        failed.why = upstream::GROUPS_ELSEWHERE.into();
    }
    outcome
}

/// Applies every configured rule to an identity as its last login stored it. `registration` is that of its provider: a claim
/// that the profile has is read from there.
pub fn evaluate_stored(
    allow: &Allow,
    registration: &Registration,
    profile: &Profile,
    claims: &Value,
) -> Vec<RuleOutcome> {
    evaluate(allow, profile, None, |pointer| upstream::stored_claim(registration, profile, claims, pointer))
}

/// The condition that an identity does not meet, as its last login stored it; `None` if it meets all.
pub fn refusal(allow: &Allow, registration: &Registration, profile: &Profile, claims: &Value) -> Option<RuleOutcome> {
    evaluate_stored(allow, registration, profile, claims).into_iter().find(|outcome| !outcome.holds)
}

fn evaluate(
    allow: &Allow,
    profile: &Profile,
    groups_sent: Option<&Value>,
    found: impl Fn(&Pointer) -> Option<Value>,
) -> Vec<RuleOutcome> {
    let domains = (!allow.email_domains.is_empty()).then(|| email_domains(&allow.email_domains, profile));
    let in_groups = (!allow.groups.is_empty()).then(|| groups(&allow.groups, profile.groups.as_deref(), groups_sent));
    let claims = allow.claims.iter().map(|(pointer, wanted)| claim(pointer, wanted, found(pointer).as_ref()));
    domains.into_iter().chain(in_groups).chain(claims).collect()
}

/// Whether the address is verified and in one of the domains.
pub fn is_at(profile: &Profile, domains: &[String]) -> bool {
    verified_domain(profile).is_some_and(|domain| domains.iter().any(|listed| ascii(listed).as_ref() == Some(&domain)))
}

fn email_domains(domains: &[String], profile: &Profile) -> RuleOutcome {
    let (holds, why) = match verified_domain(profile) {
        None => (false, "there is no verified e-mail address"),
        Some(_) if is_at(profile, domains) => (true, "the verified e-mail address is in one of the domains"),
        Some(_) => (false, "the verified e-mail address is in none of the domains"),
    };
    RuleOutcome { rule: "allow.email_domains".into(), holds, why: why.into() }
}

/// The domain of the verified address.
fn verified_domain(profile: &Profile) -> Option<String> {
    ascii(email_domain(profile.email.as_deref().filter(|_| profile.has_verified_email())?)?)
}

/// A domain in lower case, non-ASCII parts by IDNA. Other forms of a URL host, such as an IP address or percent encoding,
/// are not accepted.
fn ascii(domain: &str) -> Option<String> {
    let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    let Ok(Host::Domain(domain)) = Host::parse(Some(domain).filter(|domain| domain.chars().all(plain))?) else {
        return None;
    };
    Some(domain)
}

/// Names are compared exactly: a prefix or another letter case makes a different group. `of_person` are the groups of the
/// profile, which the apps see, and `sent` is what the provider sent.
fn groups(wanted: &[String], of_person: Option<&[String]>, sent: Option<&Value>) -> RuleOutcome {
    let rule = GROUPS.into();
    let Some(of_person) = of_person else {
        let why = match sent {
            None => "the provider sent no groups".to_owned(),
            Some(text @ Value::String(_)) => {
                format!("the groups are {}, not a list; with single_group_as_list = true it is one group", kind(text))
            }
            Some(odd) => format!("the groups are {}, not a list", kind(odd)),
        };
        return RuleOutcome { rule, holds: false, why };
    };
    match wanted.iter().find(|group| of_person.contains(group)) {
        Some(group) => RuleOutcome { rule, holds: true, why: format!("{group:?} is among the person's groups") },
        None => RuleOutcome { rule, holds: false, why: "none of them is among the person's groups".into() },
    }
}

/// The JSON type of a value, in words.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The required and the actual value of each rule of [`evaluate_sent`], in the same order. These are personal data: they are for
/// `vestibule explain`, whose caller supplied the claims, and never for a log.
pub fn looked_at(registration: &Registration, profile: &Profile, stated: &[Value]) -> Vec<(Value, Value)> {
    // A value that is not taken is shown as sent.
    let sent = |pointer: &Pointer| stated.iter().find_map(|source| pointer.find(source)).cloned();
    let found = |pointer: &Pointer| {
        upstream::claim(registration, stated, pointer).or_else(|| sent(pointer)).unwrap_or_default()
    };
    let groups = registration.claims.groups.as_ref().map(found).unwrap_or_default();
    compared(&registration.allow, profile, groups, found)
}

/// The same of each rule of [`evaluate_stored`].
pub fn looked_at_stored(
    allow: &Allow,
    registration: &Registration,
    profile: &Profile,
    claims: &Value,
) -> Vec<(Value, Value)> {
    let found = |pointer: &Pointer| upstream::stored_claim(registration, profile, claims, pointer).unwrap_or_default();
    compared(allow, profile, json!(profile.groups), found)
}

fn compared(allow: &Allow, profile: &Profile, groups: Value, found: impl Fn(&Pointer) -> Value) -> Vec<(Value, Value)> {
    let domains = (!allow.email_domains.is_empty()).then(|| (json!(allow.email_domains), json!(profile.email)));
    let in_groups = (!allow.groups.is_empty()).then(|| (json!(allow.groups), groups));
    let claims = allow.claims.iter().map(|(pointer, wanted)| (json!(wanted), found(pointer)));
    domains.into_iter().chain(in_groups).chain(claims).collect()
}

/// A list matches if one of its items does. An object never matches.
fn claim(pointer: &Pointer, wanted: &str, found: Option<&Value>) -> RuleOutcome {
    let (holds, why) = match found {
        None => (false, "the provider did not send this claim"),
        Some(Value::Object(_)) => (false, "it is an object, and no value"),
        Some(Value::Array(items)) if items.iter().any(|item| is(item, wanted)) => {
            (true, "it has the value in its list")
        }
        Some(Value::Array(_)) => (false, "it does not have the value in its list"),
        Some(value) if is(value, wanted) => (true, "it is the value"),
        Some(_) => (false, "it is another value"),
    };
    RuleOutcome { rule: format!("allow.claims.{:?}", pointer.as_str()), holds, why: why.into() }
}

/// Strings are compared exactly; numbers and booleans by their JSON text, so that `"true"` in the file matches `true`.
fn is(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text == wanted,
        Value::Number(_) | Value::Bool(_) => serde_json::to_string(value).is_ok_and(|text| text == wanted),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(allow: Allow, profile: &Profile, stated: &[Value]) -> bool {
        let registration = Registration { allow, ..Registration::example() };
        evaluate_sent(&registration, profile, stated).iter().all(|outcome| outcome.holds)
    }

    fn at(email: &str, email_verified: bool) -> Profile {
        Profile { email: Some(email.to_owned()), email_verified: Some(email_verified), ..Profile::default() }
    }

    fn of_domain(domain: &str) -> Allow {
        Allow { email_domains: vec![domain.to_owned()], ..Allow::default() }
    }

    #[test]
    fn without_rules_everyone_may_enter() {
        assert!(holds(Allow::default(), &Profile::default(), &[json!({})]));
    }

    /// AC-02, AC-03: only a verified address in exactly one of the domains.
    #[test]
    fn a_domain_is_exact_and_the_address_verified() {
        let allowed = |domain: &str, email: &str| holds(of_domain(domain), &at(email, true), &[]);
        for good in ["ada@example.com", "ADA@Example.COM", "\"a@b\"@example.com"] {
            assert!(allowed("example.com", good), "{good}");
        }
        for bad in [
            "ada@sub.example.com",
            "ada@notexample.com",
            "ada@example.com.evil.net",
            "ada@example.co",
            "ada@example.com@evil.net",
            "ada@evil.net@example.com",
            "ada@evil.net,eve@example.com",
            "<ada@evil>@example.com",
            "ada@ex%61mple.com",
            "ada@example.com#",
            "example.com",
            "@example.com",
            "ada@",
            "ada@127.0.0.1",
        ] {
            assert!(!allowed("example.com", bad), "{bad}");
        }
        assert!(allowed("bücher.example", "a@BÜCHER.example") && allowed("bücher.example", "a@xn--bcher-kva.example"));
        assert!(!allowed("example.com", "a@еxample.com"), "a Cyrillic letter");
        assert!(!holds(of_domain("example.com"), &at("ada@example.com", false), &[]));
        assert!(!holds(of_domain("example.com"), &Profile::default(), &[]));
    }

    /// AC-15: absent groups, and names that differ.
    #[test]
    fn a_group_is_one_item_of_a_list() {
        let allow = || Allow { groups: vec!["admin".into(), "staff".into()], ..Allow::default() };
        let allowed = |groups: Option<&[&str]>| {
            let groups = groups.map(|groups| groups.iter().map(ToString::to_string).collect());
            holds(allow(), &Profile { groups, ..Profile::default() }, &[])
        };
        assert!(allowed(Some(&["admin"])) && allowed(Some(&["x", "staff"])));
        for bad in [None, Some(&[][..]), Some(&["admin-viewers"]), Some(&["Admin"]), Some(&["admin,staff"])] {
            assert!(!allowed(bad), "{bad:?}");
        }
        // The claims of the provider are for the text only: the profile decides.
        assert!(!holds(allow(), &Profile::default(), &[json!({ "groups": ["admin"] })]));
    }

    /// AC-14, AC-15: group names are compared exactly.
    #[test]
    fn a_claim_is_the_value_that_was_wanted() {
        let allow = |pointer: &str, wanted: &str| Allow {
            claims: vec![(Pointer::parse(pointer).expect("a pointer"), wanted.to_owned())],
            ..Allow::default()
        };
        let allowed =
            |pointer: &str, wanted: &str, stated: Value| holds(allow(pointer, wanted), &Profile::default(), &[stated]);
        assert!(allowed("/hd", "example.com", json!({"hd": "example.com"})));
        assert!(allowed("/acr", "2", json!({"acr": 2})) && allowed("/mfa", "true", json!({"mfa": true})));
        assert!(
            allowed("/a/b/0", "x", json!({"a": {"b": ["x"]}})) && allowed("/roles", "b", json!({"roles": ["a", "b"]}))
        );
        for bad in [
            json!({}),
            json!({"hd": null}),
            json!({"hd": "example.com.evil"}),
            json!({"hd": {"example.com": 1}}),
            json!({"hd": ["other"]}),
            json!({"hd": [["example.com"]]}),
            json!({"hd": "Example.com"}),
        ] {
            assert!(!allowed("/hd", "example.com", bad.clone()), "{bad}");
        }
        // The first source takes precedence over the second.
        let twice = [json!({"hd": "other"}), json!({"hd": "example.com"})];
        assert!(!holds(allow("/hd", "example.com"), &Profile::default(), &twice));
    }

    #[test]
    fn all_rules_must_hold_and_each_is_told() {
        let mut allow = of_domain("example.com");
        allow.groups = vec!["staff".into()];
        let registration = Registration { allow, ..Registration::example() };
        let ada = Profile { groups: Some(vec!["guests".into()]), ..at("ada@example.com", true) };
        let outcome = evaluate_sent(&registration, &ada, &[json!({"groups": ["guests"]})]);
        let reported: Vec<_> = outcome.iter().map(|outcome| (outcome.rule.as_str(), outcome.holds)).collect();
        assert_eq!(reported, [("allow.email_domains", true), ("allow.groups", false)]);
        assert!(!outcome.iter().any(|outcome| outcome.why.contains("ada") || outcome.why.contains("guests")));
        let stated = [json!({"groups": ["guests"]})];
        let looked_at = looked_at(&registration, &at("ada@example.com", true), &stated);
        let domains = (json!(["example.com"]), json!("ada@example.com"));
        assert_eq!(looked_at, [domains, (json!(["staff"]), json!(["guests"]))]);
        let text = evaluate_sent(&registration, &at("ada@example.com", true), &[json!({"groups": "staff"})]);
        let why = "the groups are a string, not a list; with single_group_as_list = true it is one group";
        assert_eq!(text.last().map(|outcome| outcome.why.as_str()), Some(why));
    }
}
