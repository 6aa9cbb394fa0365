//! The other sections: `[server]`, `[login]`, `[sessions]`, `[tokens]`, `[limits]` and so on.

use vestibule::base::seal;
use vestibule::config::Place;

use crate::config::support::{accepted, good, only_problem};

/// LG-06: a valid and an invalid value for each rule of the other sections.
#[test]
fn rules_of_the_other_sections() {
    let https = "[server]\npublic_url = \"https://login.example.com\"\n";
    let loopback = "[server]\npublic_url = \"http://127.0.0.1:8080\"\n";
    let cookie = |line: &str| format!("{https}[sessions.cookie]\n{line}");
    let origins = |origin: &str| format!("[login]\nallowed_origins = [\"{origin}\"]");
    for (key, lines) in [
        ("server.public_url", "[server]\npublic_url = \"login.example.com\"".to_owned()),
        ("server.public_url", "[server]\npublic_url = \"https://login.example.com?x\"".to_owned()),
        ("server.listen", "[server]\nlisten = \"localhost:8080\"".to_owned()),
        ("server.admin_listen", "[server]\nadmin_listen = \"127.0.0.1:8080\"".to_owned()),
        ("server.listen", "[server]\nlisten = \"0.0.0.0:8081\"".to_owned()),
        ("server.shutdown_grace", "[server]\nshutdown_grace = \"0s\"".to_owned()),
        ("server.workers", "[server]\nworkers = 513".to_owned()),
        ("database.pool_size", "[database]\npool_size = 1001".to_owned()),
        ("database.statement_timeout", "[database]\nstatement_timeout = \"0s\"".to_owned()),
        ("database.acquire_timeout", "[database]\nacquire_timeout = \"5\"".to_owned()),
        ("signing.algorithms", "[signing]\nalgorithms = []".to_owned()),
        ("signing.algorithms[0]", "[signing]\nalgorithms = [\"HS256\"]".to_owned()),
        ("signing.algorithms[1]", "[signing]\nalgorithms = [\"ES256\", \"ES256\"]".to_owned()),
        ("signing.publish_before_use", "[signing]\npublish_before_use = \"0s\"".to_owned()),
        ("signing.rotate_every", "[signing]\nrotate_every = \"59m\"".to_owned()),
        ("signing.rotate_every", "[signing]\npublish_before_use = \"2h\"\nrotate_every = \"119m\"".to_owned()),
        ("signing.key_files[0]", "[signing]\nkey_files = [\"/no/such/file.pem\"]".to_owned()),
        ("tokens.access_lifetime", "[tokens]\naccess_lifetime = \"0s\"".to_owned()),
        ("tokens.audience[0]", "[tokens]\naudience = [\"\"]".to_owned()),
        ("sessions.idle_timeout", "[sessions]\nidle_timeout = \"91d\"".to_owned()),
        ("sessions.idle_timeout", "[sessions]\nidle_timeout = \"299s\"".to_owned()),
        ("tokens.access_lifetime", "[tokens]\naccess_lifetime = \"8d\"".to_owned()),
        ("sessions.absolute_timeout", "[sessions]\nabsolute_timeout = \"6d\"".to_owned()),
        ("branding.accent", "[branding]\naccent = \"#ff6600\"".to_owned()),
        ("branding.accent", "[branding]\naccent = \"red\"".to_owned()),
        ("branding.logo", "[branding]\nlogo = \"/no/such/logo.svg\"".to_owned()),
        ("branding.logo", "[branding]\nlogo = \"logo.exe\"".to_owned()),
        ("branding.logo", "[branding]\nlogo = \"http://cdn.example/logo.svg\"".to_owned()),
        ("branding.privacy_url", "[branding]\nprivacy_url = \"javascript:alert(1)\"".to_owned()),
        ("clients.a.accent", "[clients.a]\naccent = \"#777777\"".to_owned()),
        ("sessions.cookie.name", cookie("name = \"\"")),
        ("sessions.cookie.name", cookie("name = \"a b\"")),
        ("sessions.cookie.name", cookie("name = \"a=b\"")),
        ("sessions.cookie.name", cookie("name = \"__Host-a\"")),
        ("sessions.cookie.name", cookie("name = \"__secure-a\"")),
        ("sessions.cookie.domain", cookie("domain = \"example.org\"")),
        ("sessions.cookie.domain", cookie("domain = \".example.com\"")),
        ("sessions.cookie.domain", cookie("domain = \"ample.com\"")),
        ("sessions.cookie.domain", format!("{loopback}[sessions.cookie]\ndomain = \"127.0.0.1\"")),
        ("sessions.cookie.same_site", format!("{loopback}[sessions.cookie]\nsame_site = \"None\"")),
        ("sessions.cookie.same_site", "[sessions.cookie]\nsame_site = \"lax\"".to_owned()),
        ("login.authorization_lifetime", "[login]\nauthorization_lifetime = \"0s\"".to_owned()),
        ("login.default_return_to", "[login]\ndefault_return_to = \"//evil.example.com\"".to_owned()),
        ("login.default_return_to", "[login]\ndefault_return_to = \"https://evil.example.com\"".to_owned()),
        ("login.return_to[0]", "[login]\nreturn_to = [\"*\"]".to_owned()),
        ("login.allowed_origins[0]", origins("*")),
        ("login.allowed_origins[0]", origins("null")),
        ("login.allowed_origins[0]", origins("https://*.example.com")),
        ("login.allowed_origins[0]", origins("https://app.example.com/")),
        ("login.allowed_origins[0]", origins("https://u@app.example.com")),
        ("login.allowed_origins[0]", origins("http://app.example.com")),
        ("limits.tokens_per_minute", "[limits]\ntokens_per_minute = 0".to_owned()),
        ("limits.body_bytes", "[limits]\nbody_bytes = 16777217".to_owned()),
        ("log.level", "[log]\nlevel = \"\"".to_owned()),
        ("log.level", "[log]\nlevel = \"info,vestibule=loud\"".to_owned()),
        ("log.format", "[log]\nformat = \"JSON\"".to_owned()),
    ] {
        let key_line = format!("[secrets]\nkeys = [\"{}\"]\n", seal::generate_key().expose());
        let url = "url = \"postgres://v@db/v\"\n";
        let lines = lines.strip_prefix("[database]\n").unwrap_or(&lines);
        let text = format!("{key_line}[database]\n{url}{lines}\n");
        let problem = only_problem(&text);
        assert_eq!(problem.key, key, "{problem}\n{text}");
        assert!(matches!(problem.place, Place::File(_, Some(_))), "{problem:?}");
        assert!(!problem.remedy.is_empty());
    }
    for lines in [
        "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"".to_owned(),
        "[server]\nlisten = \"127.0.0.1:80\"\nadmin_listen = \"127.0.0.2:80\"".to_owned(),
        cookie("domain = \"example.com\"\nsame_site = \"None\"\nname = \"a.b-c_d\""),
        cookie("domain = \"LOGIN.example.com\"\nsame_site = \"Strict\""),
        "[login]\nreturn_to = [\"https://app.example.com\"]\ndefault_return_to = \"https://app.example.com/x\""
            .to_owned(),
        "[log]\nlevel = \"Warn,vestibule=debug\"\nformat = \"json\"".to_owned(),
        "[sessions]\nidle_timeout = \"90d\"".to_owned(),
        "[sessions]\nidle_timeout = \"5m\"".to_owned(),
        "[sessions]\nidle_timeout = \"4m\"\n[tokens]\naccess_lifetime = \"4m\"".to_owned(),
        "[signing]\npublish_before_use = \"2h\"\nrotate_every = \"2h\"".to_owned(),
    ] {
        accepted(&(good() + &lines));
    }
}

#[test]
fn origins_are_normalized_as_browsers_write_them() {
    let config =
        accepted(&(good() + "[login]\nallowed_origins = [\"https://APP.example.com:443\", \"http://[::1]:3000\"]"));
    assert_eq!(config.login.allowed_origins, ["https://app.example.com", "http://[::1]:3000"]);
}

/// JW-16: `tokens.claims` takes claims about the user only, so no setting and no provider can replace a claim of the gateway.
#[test]
fn reserved_claims_cannot_be_configured() {
    for name in [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "scope",
        "client_id",
        "azp",
        "amr",
        "acr",
        "aal",
        "auth_time",
        "sid",
        "status",
        "cnf",
        "act",
        "idp",
        "Groups",
        "roles",
    ] {
        let text = format!("{}[tokens]\nclaims = [\"email\", \"{name}\"]\n", good());
        assert_eq!(only_problem(&text).key, "tokens.claims[1]", "{name}");
    }
}
