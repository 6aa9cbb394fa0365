//! Defaults, files, environment variables, and the order in which they apply.

use std::path::PathBuf;
use std::time::Duration;

use vestibule::base::seal;
use vestibule::config::SameSite;

use crate::config::support::{Directory, accepted, good, load, oidc};

#[test]
fn the_defaults_with_a_database_and_a_key_are_valid() {
    let config = accepted(&good());
    assert_eq!(config.server.public_url.issuer(), "http://127.0.0.1:8080");
    assert_eq!(config.sessions.idle_timeout, Duration::from_secs(7 * 24 * 60 * 60));
    assert_eq!(config.sessions.cookie.same_site, SameSite::Lax);
    assert_eq!(config.database.access().acquire_timeout, Duration::from_secs(2));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    assert_eq!(config.server.workers, cores);
    assert_eq!(usize::try_from(config.database.access().pool_size), Ok(2 * cores + 2));
    assert!(config.providers.is_empty());
}

#[test]
fn a_later_layer_overrides_values_and_replaces_lists() {
    let directory = Directory::new();
    let first = directory.write(
        "first.toml",
        &(good() + "[server]\nlisten = \"127.0.0.1:1\"\nworkers = 1\n[tokens]\naudience = [\"a\", \"b\"]\n"),
    );
    let second = directory.write("second.toml", "[server]\nlisten = \"127.0.0.1:2\"\n[tokens]\naudience = [\"c\"]\n");
    let files = [first, second];
    let loaded = load(&files, &[("VESTIBULE__SERVER__WORKERS", "3"), ("VESTIBULE_SERVER", "x"), ("PATH", "/")]);
    let config = loaded.expect("a good configuration").into_config();
    assert_eq!(config.server.listen.port(), 2);
    assert_eq!(config.server.workers, 3);
    assert_eq!(config.tokens.audience, ["c"]);
    let [first, second] = files;
    let turned = load(&[second, first], &[]).expect("a good configuration").into_config();
    assert_eq!((turned.server.listen.port(), turned.tokens.audience.len()), (1, 2));
}

#[test]
fn environment_variables_set_types_lists_and_providers() {
    let key = seal::generate_key();
    let directory = Directory::new();
    let file =
        directory.write("file.toml", "[providers.my-sso]\nissuer = \"https://a.example.com\"\nclient_id = \"1\"\n");
    let config = load(
        &[file],
        &[
            ("VESTIBULE__DATABASE__URL", "postgres://db/v"),
            ("VESTIBULE__SECRETS__KEYS", key.expose()),
            ("VESTIBULE__DATABASE__MIGRATE_ON_START", "false"),
            ("VESTIBULE__LIMITS__BODY_BYTES", "2048"),
            ("VESTIBULE__LOGIN__ALLOWED_ORIGINS", "https://a.example.com, http://localhost:3000"),
            ("VESTIBULE__TOKENS__AUDIENCE", ""),
            ("VESTIBULE__PROVIDERS__MY_SSO__CLIENT_SECRET", "1234567"),
            ("VESTIBULE__PROVIDERS__B__ISSUER", "https://b.example.com"),
            ("VESTIBULE__PROVIDERS__B__CLIENT_ID", "42"),
            ("VESTIBULE__PROVIDERS__B__TOKEN_ENDPOINT_AUTH_METHOD", "none"),
            ("VESTIBULE__PROVIDERS__B__EXTRA_PARAMS__PROMPT", "login"),
        ],
    );
    let config = config.unwrap_or_else(|problems| panic!("{problems}")).into_config();
    assert!(!config.database.migrate_on_start);
    assert_eq!(config.limits.body_bytes, 2048);
    assert_eq!(config.login.allowed_origins, ["https://a.example.com", "http://localhost:3000"]);
    assert!(config.tokens.audience.is_empty());
    let ids: Vec<_> = config.providers.iter().map(|provider| provider.registration().id.as_str()).collect();
    assert_eq!(ids, ["my-sso", "b"]);
    assert_eq!(
        oidc(&config, 0).registration.client_secret.as_ref().map(|secret| secret.expose().to_owned()),
        Some("1234567".into())
    );
    assert_eq!(oidc(&config, 1).registration.client_id, "42");
    assert_eq!(oidc(&config, 1).registration.extra_params, [("prompt".to_owned(), "login".to_owned())]);
}

#[test]
fn problems_in_the_environment_name_the_variable() {
    let directory = Directory::new();
    let file = directory.write("file.toml", &good());
    let pairs = [
        ("VESTIBULE__SERVER__LISTN", "x"),
        ("VESTIBULE__SERVER", "x"),
        ("VESTIBULE__SERVER__WORKERS", "many"),
        ("VESTIBULE__SERVER__TRUSTED_PROXIES", "10.0.0.0/8,10.1.2.3"),
        ("VESTIBULE__LOGIN__SIGN_UP", "yes"),
        ("VESTIBULE__LOG__FORMAT", "jsno"),
        ("VESTIBULE__PROVIDERS__A B__ISSUER", "x"),
    ];
    let Err(problems) = load(&[file], &pairs) else { panic!("accepted") };
    let text = problems.to_string();
    for line in [
        "environment VESTIBULE__SERVER__LISTN: unknown key; did you mean VESTIBULE__SERVER__LISTEN?",
        "environment VESTIBULE__SERVER: names a section, not a key; name a key, as VESTIBULE__SECTION__KEY",
        "environment VESTIBULE__SERVER__WORKERS: is a text, not a number; write a whole number from 0 to 512",
        "environment VESTIBULE__SERVER__TRUSTED_PROXIES: \"10.1.2.3\" is not a CIDR; write \"10.1.2.3/32\"",
        "environment VESTIBULE__LOGIN__SIGN_UP: is a text, not a boolean; write true or false",
        "environment VESTIBULE__LOG__FORMAT: \"jsno\" is not one of the known values; write one of \"text\", \"json\", probably \"json\"",
        "environment VESTIBULE__PROVIDERS__A B__ISSUER: \"a b\" cannot be a provider's id; write 1 to 64 of",
    ] {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
    assert_eq!(problems.iter().count(), pairs.len(), "{text}");
}

/// With one underscore instead of two, the variable would be ignored without a message.
#[test]
fn a_variable_with_a_single_underscore_is_rejected() {
    let directory = Directory::new();
    let file = directory.write("file.toml", &good());
    for (wrong, right) in [
        ("VESTIBULE_SERVER__LISTEN", "VESTIBULE__SERVER__LISTEN"),
        ("VESTIBULE_SERVER_LISTEN", "VESTIBULE__SERVER__LISTEN"),
        ("VESTIBULE_SESSIONS_COOKIE_DOMAIN", "VESTIBULE__SESSIONS__COOKIE__DOMAIN"),
        ("VESTIBULE_DATABASE_URL_FILE", "VESTIBULE__DATABASE__URL_FILE"),
        ("VESTIBULE_PROVIDERS_CORP_CLIENT_SECRET", "VESTIBULE__PROVIDERS__CORP__CLIENT_SECRET"),
        ("VESTIBULE_PROVIDERS__CORP__ISSUER", "VESTIBULE__PROVIDERS__CORP__ISSUER"),
    ] {
        let Err(problems) = load(std::slice::from_ref(&file), &[(wrong, "hunter2")]) else {
            panic!("{wrong} accepted")
        };
        let expected = format!(
            "environment {wrong}: is ignored, since its name does not start with VESTIBULE__; did you mean {right}?"
        );
        assert_eq!(problems.to_string(), expected);
    }
    let halfway = load(std::slice::from_ref(&file), &[("VESTIBULE__SERVER_LISTEN", "x")]).err().expect("refused");
    assert!(halfway.to_string().ends_with("did you mean VESTIBULE__SERVER__LISTEN?"), "{halfway}");
    // Variables of other programs, and those that Kubernetes sets for services named `vestibule`, `vestibule-admin` and
    // `vestibule-database`.
    let others = [
        "VESTIBULE",
        "VESTIBULE_VERSION",
        "VESTIBULE_PORT",
        "VESTIBULE_SERVICE_HOST",
        "VESTIBULE_ADMIN_SERVICE_HOST",
        "VESTIBULE_ADMIN_SERVICE_PORT_HTTP",
        "VESTIBULE_DATABASE_PORT",
        "VESTIBULE_DATABASE_PORT_5432_TCP_ADDR",
    ];
    assert!(load(&[file], &others.map(|name| (name, "x"))).is_ok());
}

/// `config/vestibule.toml` of the repository, with its secrets from the environment.
#[test]
fn the_example_configuration_is_valid() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config/vestibule.toml");
    let key = seal::generate_key();
    let pairs = [
        ("VESTIBULE__DATABASE__URL", "postgres://v@db/v"),
        ("VESTIBULE__SECRETS__KEYS", key.expose()),
        ("VESTIBULE__PROVIDERS__PRETEND__CLIENT_SECRET", "hunter2"),
    ];
    let config = load(&[file], &pairs).unwrap_or_else(|problems| panic!("{problems}")).into_config();
    assert_eq!(config.providers.len(), 1);
}
