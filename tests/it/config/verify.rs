//! `[verify]` and `[[verify.rules]]`.

use crate::config::support::{accepted, good, provider, refused};

const SITE: &str = "server.public_url = \"https://login.example.com\"\nsessions.cookie.domain = \"example.com\"\n";

fn with(rules: &str) -> String {
    format!("{SITE}{}{rules}\n", provider(""))
}

#[test]
fn rules_are_accepted_in_both_ways_of_writing() {
    let tables = "[[verify.rules]]\nhosts = [\"**.example.com\"]\npaths = [\"/a/**\"]\nmethods = [\"GET\"]\n\
                  [verify.rules.allow]\ngroups = [\"ops\"]\nmax_age = \"10m\"\naal = \"aal2\"\nproviders = [\"corp\"]\n\
                  claims = { \"/department\" = \"ops\" }\nemail_domains = [\"example.com\"]\n[[verify.rules]]\n";
    assert_eq!(accepted(&with(tables)).verify.rules.len(), 2);
    let inline =
        "[verify]\nrules = [{ hosts = [\"a.example.com\"], allow = { anyone = true } }, { allow = { deny = true } }]";
    assert_eq!(accepted(&with(inline)).verify.rules.len(), 2);
    assert!(accepted(&good()).verify.rules.is_empty());
    let own_host = format!("{}[[verify.rules]]\nhosts = [\"127.0.0.1:8090\"]", good());
    assert_eq!(accepted(&own_host).verify.rules.len(), 1, "another port of the gateway's own host");
}

/// Each with its line, its key, and what to write instead.
#[test]
fn rules_that_cannot_be_meant_are_rejected() {
    for (rules, key, what) in [
        ("[[verify.rules]]\nhost = [\"a.example.com\"]", "verify.rules[0].host", "did you mean verify.rules.hosts?"),
        (
            "[[verify.rules]]\nallow = { group = [\"a\"] }",
            "verify.rules[0].allow.group",
            "did you mean verify.rules.allow.groups?",
        ),
        ("[[verify.rules]]\nhosts = \"a.example.com\"", "verify.rules[0].hosts", "not a list"),
        ("[[verify.rules]]\nallow = { aal = \"aal9\" }", "verify.rules[0].allow.aal", "aal1"),
        ("[verify]\nrules = [\"a\"]", "verify.rules[0]", "not a section"),
        ("[[verify.rules]]\nhosts = [\"a.example.com\", \"a b\"]", "verify.rules[0].hosts[1]", "is not a host"),
        ("[[verify.rules]]\nhosts = [\"https://a.example.com\"]", "verify.rules[0].hosts[0]", "is not a host"),
        ("[[verify.rules]]\nhosts = [\"app-*.example.com\"]", "verify.rules[0].hosts[0]", "only partly"),
        ("[[verify.rules]]\nhosts = [\"a.example.org\"]", "verify.rules[0].hosts[0]", "does not reach"),
        ("[[verify.rules]]\nhosts = [\"*.com\"]", "verify.rules[0].hosts[0]", "does not reach"),
        ("[[verify.rules]]\nhosts = [\"notexample.com\"]", "verify.rules[0].hosts[0]", "does not reach"),
        ("[[verify.rules]]\npaths = [\"admin\"]", "verify.rules[0].paths[0]", "can never match"),
        ("[[verify.rules]]\npaths = [\"/a\", \"/a/../b\"]", "verify.rules[0].paths[1]", "dot segment"),
        ("[[verify.rules]]\npaths = [\"/a%20b\"]", "verify.rules[0].paths[0]", "percent sign"),
        ("[[verify.rules]]\npaths = [\"/a;b\"]", "verify.rules[0].paths[0]", "semicolon"),
        ("[[verify.rules]]\npaths = [\"/a?b\"]", "verify.rules[0].paths[0]", "query"),
        ("[[verify.rules]]\npaths = [\"/a**\"]", "verify.rules[0].paths[0]", "whole segment"),
        ("[[verify.rules]]\nmethods = [\"get\"]", "verify.rules[0].methods[0]", "write \"GET\""),
        ("[[verify.rules]]\nscope = [\"openid\"]", "verify.rules[0].scope", "did you mean verify.rules.scopes?"),
        ("[[verify.rules]]\nscopes = [\"openid\", \"x\"]", "verify.rules[0].scopes[1]", "has the scope \"x\""),
        ("[[verify.rules]]\nscopes = [\"emial\"]", "verify.rules[0].scopes[0]", "did you mean \"email\"?"),
        ("[[verify.rules]]\nscopes = [\"openid\"]\nallow = { anyone = true }", "verify.rules[0].scopes", "no effect"),
        ("[[verify.rules]]\nscopes = [\"openid\"]\nallow = { deny = true }", "verify.rules[0].scopes", "no effect"),
        ("[[verify.rules]]\nallow = { deny = true, groups = [\"a\"] }", "verify.rules[0].allow", "deny = true"),
        ("[[verify.rules]]\nallow = { anyone = true, deny = true }", "verify.rules[0].allow", "alone"),
        ("[[verify.rules]]\nallow = { groups = [\" \"] }", "verify.rules[0].allow.groups[0]", "is empty"),
        (
            "[[verify.rules]]\nallow = { email_domains = [\"@example.com\"] }",
            "verify.rules[0].allow.email_domains[0]",
            "not a domain",
        ),
        (
            "[[verify.rules]]\nallow = { providers = [\"crop\"] }",
            "verify.rules[0].allow.providers[0]",
            "did you mean \"corp\"?",
        ),
        ("[[verify.rules]]\nallow = { claims = { hd = \"x\" } }", "verify.rules[0].allow.claims.hd", "JSON pointer"),
        ("[[verify.rules]]\nallow = { max_age = \"10\" }", "verify.rules[0].allow.max_age", "unit"),
        ("[verify]\ncache_for = \"2m\"", "verify.cache_for", "too long"),
        ("[[verify.rules]]\n[[verify.rules]]\npaths = [\"/a\"]", "verify.rules[1]", "verify.rules[0] matches all"),
        (
            "[[verify.rules]]\nmethods = [\"GET\"]\n[[verify.rules]]\nmethods = [\"HEAD\"]",
            "verify.rules[1]",
            "verify.rules[0] matches all",
        ),
        (
            "[[verify.rules]]\nhosts = [\"**.example.com\"]\npaths = [\"/a/**\"]\n[[verify.rules]]\nhosts = [\"a.example.com\"]\n\
             paths = [\"/a/b\", \"/a\"]\nmethods = [\"GET\"]",
            "verify.rules[1]",
            "can never match",
        ),
    ] {
        let problems = refused(&with(rules));
        assert!(problems.contains(&format!("{key}: ")) && problems.contains(what), "{rules}\n{problems}");
        assert_eq!(problems.lines().count(), 1, "{rules}\n{problems}");
    }
}

#[test]
fn a_rule_that_another_one_covers_in_part_is_accepted() {
    for rules in [
        "[[verify.rules]]\nmethods = [\"GET\"]\n[[verify.rules]]\npaths = [\"/a\"]",
        "[[verify.rules]]\npaths = [\"/a/**\"]\n[[verify.rules]]\npaths = [\"/a/b\", \"/c\"]",
        "[[verify.rules]]\nhosts = [\"a.example.com\"]\n[[verify.rules]]\nhosts = [\"*.example.com\"]",
        "[[verify.rules]]\nhosts = [\"a.example.com\"]\n[[verify.rules]]\nhosts = [\"a.example.com:8443\"]",
        "[[verify.rules]]\n[[verify.rules]]\nhosts = [\"a.example.com:8443\"]",
    ] {
        accepted(&with(rules));
    }
}

/// Without a domain, browsers send the cookie to the gateway's own host only.
#[test]
fn without_a_cookie_domain_only_the_own_host_is_reached() {
    let own = with("").replace("sessions.cookie.domain = \"example.com\"\n", "");
    accepted(&format!("{own}[[verify.rules]]\nhosts = [\"login.example.com:8443\"]"));
    let problems = refused(&format!("{own}[[verify.rules]]\nhosts = [\"wiki.example.com\"]"));
    assert!(problems.contains("write sessions.cookie.domain"), "{problems}");
}
