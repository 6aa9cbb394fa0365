//! Every preset is complete: with its needed keys it is a valid provider, and it has all information for operators.

use vestibule::config::{self, Preset, preset_snippet, presets};

use crate::presets::operator::Operator;

const CLAIMS: [&str; 7] = ["email", "email_verified", "groups", "name", "picture", "preferred_username", "sub"];

fn text<'p>(preset: &'p Preset, key: &str) -> &'p str {
    preset.provider.get(key).and_then(|value| value.as_str()).unwrap_or_default()
}

#[test]
fn every_preset_is_valid_with_its_needed_keys() {
    let operator = Operator::new();
    for preset in presets() {
        let loaded = operator.load(&preset_snippet(&preset));
        let config = loaded.unwrap_or_else(|problems| panic!("{}:\n{problems}", preset.name));
        let provider = config.providers.first().unwrap_or_else(|| panic!("{}: no provider", preset.name));
        let registration = provider.registration();
        assert_eq!(registration.preset.as_deref(), Some(preset.name));
        assert_eq!(registration.name, text(&preset, "name"));
        let kind = match provider {
            config::Provider::Oidc(_) => "oidc",
            config::Provider::OAuth2(_) => "oauth2",
            config::Provider::OAuth1(_) => "oauth1",
        };
        assert_eq!(kind, preset.kind(), "{}", preset.name);
    }
}

/// Each missing key is reported.
#[test]
fn each_needed_key_is_required() {
    let operator = Operator::new();
    for preset in presets() {
        let lines = preset_snippet(&preset);
        for need in preset.about.needs.iter().filter(|need| *need != "tenants") {
            let without: Vec<_> = lines.lines().filter(|line| !line.starts_with(need.as_str())).collect();
            let Err(problems) = operator.load(&without.join("\n")) else { panic!("{} without {need}", preset.name) };
            let key = format!("providers.{}.{}", preset.name, need.trim_end_matches("_file"));
            assert!(problems.iter().any(|problem| problem.key == key), "{key}:\n{problems}");
        }
    }
}

#[test]
fn every_preset_has_complete_information() {
    for preset in presets() {
        let (name, about) = (preset.name, &preset.about);
        let sentences = [&about.register, &about.email];
        assert!(sentences.into_iter().chain(&about.notes).all(|said| said.ends_with(['.', '}'])), "{name}");
        assert!(!about.documentation.is_empty(), "{name} cites nothing");
        assert!(about.documentation.iter().all(|address| address.starts_with("https://")), "{name}");
        assert!(about.needs.contains(&"client_id".to_owned()), "{name}");
        for key in about.example.keys() {
            assert!(about.needs.contains(key), "{name}: {key} has an example and is not needed");
            assert_ne!(key, "client_secret", "{name}");
        }
        let claims = preset.provider["claims"].as_object().expect("a table");
        assert_eq!(claims.keys().collect::<Vec<_>>(), CLAIMS, "{name}: each claim is decided on");
        assert_ne!(claims["sub"], "", "{name}");
        assert_ne!(preset.kind() != "oidc", text(&preset, "kind") == "oidc", "{name}");
    }
}

/// AC-02: an address counts as verified only by a claim of the provider about this address.
#[test]
fn addresses_are_verified_by_a_documented_claim_only() {
    let never = presets();
    let never = never.iter().filter(|preset| preset.verified_by().is_none()).map(|preset| preset.name);
    let expected = [
        "microsoft",
        "microsoft-multi",
        "gitea",
        "forgejo",
        "facebook",
        "x",
        "spotify",
        "amazon",
        "authentik",
        "authelia",
        "line",
        "kakao",
        "franceconnect",
        "tumblr",
        "flickr",
        "trello",
        "discogs",
    ];
    assert_eq!(never.collect::<Vec<_>>(), expected);
    for preset in presets() {
        let as_text = preset.provider.get("email_verified_as_text").is_some();
        assert_eq!(as_text, ["apple", "cognito"].contains(&preset.name), "{}", preset.name);
        assert!(preset.provider.get("trusts_email").is_none(), "{}: that is for the operator to say", preset.name);
        let insecure = preset.provider.keys().find(|key| key.starts_with("insecure_"));
        assert_eq!(insecure, None, "{}", preset.name);
    }
}

/// All endpoints are https.
#[test]
fn all_endpoints_are_https() {
    for preset in presets() {
        for (key, value) in preset.provider.iter().filter(|(key, _)| key.ends_with("_endpoint") || *key == "issuer") {
            assert!(value.as_str().is_some_and(|url| url.starts_with("https://")), "{}: {key}", preset.name);
        }
        let off = text(&preset, "pkce") == "off";
        let known = ["linkedin", "franceconnect"].contains(&preset.name);
        assert_eq!(off, known, "{}: PKCE is off only if the page says why", preset.name);
    }
}
