//! Loading the configuration: layers, secret files, and the problems that are reported.

mod linking;
mod reference;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use vestibule::base::seal;
use vestibule::base::secret::Plain;
use vestibule::config::{self, Config, Loaded, Place, Problems, SameSite, TokenEndpointAuthMethod};

/// A temporary directory, which is removed at the end.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("vestibule-config-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&path).expect("a directory of our own");
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file of our own");
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn good() -> String {
    format!(
        "[database]\nurl = \"postgres://v:hunter2@db/v\"\n[secrets]\nkeys = [\"{}\"]\n",
        seal::generate_key().expose()
    )
}

fn provider(lines: &str) -> String {
    format!(
        "{}[providers.corp]\nissuer = \"https://sso.example.com\"\nclient_id = \"v\"\nclient_secret = \"hunter2\"\n{lines}\n",
        good()
    )
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
}

fn load(files: &[PathBuf], pairs: &[(&str, &str)]) -> Result<Loaded, Problems> {
    config::load_with(files, variables(pairs))
}

fn accepted(text: &str) -> Config {
    config::from_toml(text).unwrap_or_else(|problems| panic!("refused:\n{problems}\n{text}"))
}

/// All problems of a text, one per line, as `line: key: …`.
fn refused(text: &str) -> String {
    match config::from_toml(text) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(problems) => problems.to_string(),
    }
}

fn only_problem(text: &str) -> config::Problem {
    let Err(problems) = config::from_toml(text) else { panic!("accepted:\n{text}") };
    let all: Vec<_> = problems.iter().cloned().collect();
    assert_eq!(all.len(), 1, "not one problem:\n{problems}\n{text}");
    all.into_iter().next().expect("one")
}

fn oidc(config: &Config, place: usize) -> &config::Oidc {
    let config::Provider::Oidc(oidc) = &config.providers[place] else { panic!("no OpenID provider") };
    oidc
}

#[test]
fn the_defaults_with_a_database_and_a_key_are_valid() {
    let config = accepted(&good());
    assert_eq!(config.server.public_url.issuer(), "http://127.0.0.1:8080");
    assert_eq!(config.sessions.idle_timeout, Duration::from_secs(7 * 24 * 60 * 60));
    assert_eq!(config.sessions.cookie.same_site, SameSite::Lax);
    assert_eq!(config.database.access.acquire_timeout, Duration::from_secs(2));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    assert_eq!(config.server.workers, cores);
    assert_eq!(usize::try_from(config.database.access.pool_size), Ok(2 * cores + 2));
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

#[test]
fn providers_keep_the_order_of_the_file() {
    let one = |id: &str| {
        format!("[providers.{id}]\nissuer = \"https://{id}.example.com\"\nclient_id = \"v\"\nclient_secret = \"s\"\n")
    };
    let config = accepted(&(good() + &one("zebra") + &one("apple") + &one("mango")));
    let ids: Vec<_> = config
        .providers
        .iter()
        .map(|provider| (provider.registration().id.as_str(), provider.registration().name.as_str()))
        .collect();
    assert_eq!(ids, [("zebra", "zebra"), ("apple", "apple"), ("mango", "mango")]);
}

#[test]
fn secrets_are_read_from_files() {
    let directory = Directory::new();
    let (old, new) = (seal::generate_key(), seal::generate_key());
    let url = directory.write("url", "postgres://v:hunter2@db/v\n");
    let keys = directory.write("keys", &format!("{}\r\n{}\n\n", new.expose(), old.expose()));
    let secret = directory.write("secret", " hunter2\n");
    let file = directory.write(
        "file.toml",
        &format!(
            "[database]\nurl_file = {url:?}\n[secrets]\nkeys_file = {keys:?}\n[providers.corp]\n\
             issuer = \"https://sso.example.com\"\nclient_id = \"v\"\nclient_secret_file = {secret:?}\n"
        ),
    );
    let config = load(&[file], &[]).unwrap_or_else(|problems| panic!("{problems}")).into_config();
    assert_eq!(config.database.access.url.expose(), "postgres://v:hunter2@db/v");
    assert_eq!(
        oidc(&config, 0).registration.client_secret.as_ref().map(|secret| secret.expose().to_owned()),
        Some(" hunter2".into())
    );
    let sealed = config.ring.seal("x", b"y");
    assert!(seal::Ring::parse([new.expose()]).is_ok_and(|ring| ring.open("x", &sealed).is_ok()), "the first key seals");
}

#[test]
fn a_secret_and_its_file_in_any_layers_conflict() {
    let directory = Directory::new();
    let secret = directory.write("url", "postgres://db/v");
    let file = directory.write("file.toml", &good());
    let path = secret.to_str().expect("a plain path");
    let Err(problems) = load(std::slice::from_ref(&file), &[("VESTIBULE__DATABASE__URL_FILE", path)]) else {
        panic!("accepted")
    };
    let place = format!("database.url is set as well ({}:2)", file.display());
    assert_eq!(
        problems.to_string(),
        format!("environment VESTIBULE__DATABASE__URL_FILE: {place}; keep one of database.url and database.url_file")
    );
    let emptied = load(&[file], &[("VESTIBULE__DATABASE__URL_FILE", path), ("VESTIBULE__DATABASE__URL", "")]);
    assert!(emptied.is_ok(), "an empty value is none");
}

/// LG-08
#[test]
fn an_invalid_secret_file_is_one_problem_and_is_not_quoted() {
    let directory = Directory::new();
    let empty = directory.write("empty", "\n");
    let large = directory.write("large", &"hunter2 ".repeat(10_000));
    let binary = directory.0.join("binary");
    std::fs::write(&binary, [0xff, 0xfe, 0x00]).expect("a file of our own");
    for (path, why) in [
        (empty, "is empty"),
        (large, "is larger than 64 KiB"),
        (binary, "cannot be read"),
        (directory.0.clone(), "cannot be read"),
        (PathBuf::from("hunter2"), "cannot be read"),
    ] {
        let text =
            format!("[database]\nurl_file = {path:?}\n[secrets]\nkeys = [\"{}\"]", seal::generate_key().expose());
        let problem = only_problem(&text);
        assert_eq!(problem.key, "database.url_file");
        assert!(problem.what.contains(why), "{problem}");
        assert!(!problem.to_string().contains("hunter2"), "{problem}");
        let named = path.is_absolute();
        assert_eq!(problem.what.contains(path.to_str().expect("a plain path")), named, "{problem}");
        let remedy = match (why, named) {
            ("is empty", _) => "write the secret into it",
            (_, true) => "that this process may read",
            (_, false) => "a relative path starts at the working directory",
        };
        assert!(problem.remedy.ends_with(remedy), "{problem}");
    }
}

/// LG-06: ten invalid configurations; each is rejected with file, line, key and remedy.
#[test]
fn ten_invalid_configurations_are_rejected_with_their_reasons() {
    let directory = Directory::new();
    let rest = provider("");
    let after = rest.lines().count() + 1;
    for (lines, line, key, what, remedy) in [
        (
            "[sessions]\nidle_timout = \"1d\"",
            1,
            "sessions.idle_timout",
            "unknown key",
            "did you mean sessions.idle_timeout?",
        ),
        ("[sessions]\nidle_timeout = 30", 1, "sessions.idle_timeout", "is a number, not a duration", "as \"7d\""),
        (
            "[server]\npublic_url = \"http://login.example.com\"",
            1,
            "server.public_url",
            "is http, but not loopback",
            "write https://",
        ),
        (
            "[server]\ntrusted_proxies = [\n\"10.0.0.0/8\",\n\"10.0.0.300/8\"]",
            3,
            "server.trusted_proxies[1]",
            "is not a CIDR",
            "write networks",
        ),
        (
            "[login]\nreturn_to = [\"https://*.com\"]",
            1,
            "login.return_to[0]",
            "wildcard",
            "only to the left of your own domain",
        ),
        (
            "[log]\nlevel = \"inof\"",
            1,
            "log.level",
            "is not a level (did you mean \"info\"?)",
            "write off, error, warn, info",
        ),
        ("[limits]\nbody_bytes = 5", 1, "limits.body_bytes", "5 is out of range", "from 1024 to 16777216"),
        (
            "[providers.corp.extra_params]\nSTATE = \"x\"",
            1,
            "providers.corp.extra_params.STATE",
            "sets itself",
            "remove it",
        ),
        (
            "[providers.x]\nkind = \"oauth3\"",
            1,
            "providers.x.kind",
            "\"oauth3\" is not one of the known values",
            "write one of \"oidc\", \"oauth2\", \"oauth1\"",
        ),
        ("[tokens\n", 0, "", "is not valid TOML", "[section]"),
    ] {
        let file = directory.write("wrong.toml", &format!("{rest}{lines}\n"));
        let Err(problems) = load(std::slice::from_ref(&file), &[]) else { panic!("accepted:\n{lines}") };
        let all: Vec<_> = problems.iter().collect();
        let [problem] = all.as_slice() else { panic!("not one problem:\n{problems}\n{lines}") };
        assert_eq!(problem.place, Place::File(file.display().to_string(), Some(after + line)), "{problem}");
        assert_eq!(problem.key, key);
        assert!(problem.what.contains(what) && problem.remedy.contains(remedy), "{problem}");
        let written = format!("{}:{}: ", file.display(), after + line);
        assert!(problem.to_string().starts_with(&written), "{problem}");
    }
}

#[test]
fn all_problems_are_reported_together() {
    let text = refused(
        "[server]\nlisten = 1\nworkers = -1\nx = 1\n[log]\nlevel = \"x\"\n[providers.a]\nkind = \"y\"\n[providers.b]\n\
         leeway = \"1d\"\n[providers.C]\n",
    );
    let keys: Vec<_> = text.lines().filter_map(|line| line.split(": ").nth(1)).collect();
    let expected = [
        "database.url",
        "secrets.keys",
        "server.listen",
        "server.workers",
        "server.x",
        "log.level",
        "providers.a.kind",
        "providers.b.client_id",
        "providers.b.client_secret",
        "providers.b.issuer",
        "providers.b.leeway",
        "providers.C",
    ];
    assert_eq!(keys, expected, "{text}");
}

/// An unreadable file is the only problem: its keys are not reported as missing.
#[test]
fn a_missing_file_is_the_only_problem() {
    let Err(problems) = load(&[PathBuf::from("/nowhere/x.toml")], &[]) else { panic!("accepted") };
    let text = problems.to_string();
    assert!(text.starts_with("/nowhere/x.toml: cannot be read (") && text.lines().count() == 1, "{text}");
}

/// LG-06, RT-20: a valid and an invalid value for each rule.
#[test]
fn rules_of_providers() {
    let long = "a".repeat(32);
    let secret = |method: &str, secret: &str| {
        format!(
            "{}[providers.corp]\nissuer = \"https://s.example.com\"\nclient_id = \"v\"\nclient_secret = \"{secret}\"\n\
             token_endpoint_auth_method = \"{method}\"\n",
            good()
        )
    };
    let issuer = |issuer: &str| {
        format!("{}[providers.corp]\nclient_id = \"v\"\nclient_secret = \"s\"\nissuer = \"{issuer}\"\n", good())
    };
    for (key, text) in [
        ("issuer", issuer("http://sso.example.com")),
        ("issuer", issuer("sso.example.com")),
        ("issuer", issuer("https://sso.example.com?x=1")),
        ("issuer", issuer("https://sso.example.com#x")),
        ("issuer", issuer("https://sso.example.com/.well-known/openid-configuration")),
        ("issuer", issuer("ftp://sso.example.com")),
        ("issuer", issuer("https://u:p@sso.example.com")),
        ("issuer", issuer(" https://sso.example.com")),
        ("client_secret", secret("client_secret_basic", "")),
        ("client_secret", secret("client_secret_post", "")),
        ("client_secret", secret("none", "s")),
        ("private_key", secret("private_key_jwt", "")),
        ("signing_algorithms[0]", provider("signing_algorithms = [\"HS256\"]")),
        ("signing_algorithms[0]", secret("none", "") + "signing_algorithms = [\"HS256\"]"),
        ("signing_algorithms[0]", secret("client_secret_basic", &long[1..]) + "signing_algorithms = [\"HS512\"]"),
        ("signing_algorithms[1]", provider("signing_algorithms = [\"RS256\", \"none\"]")),
        ("signing_algorithms[0]", provider("signing_algorithms = [\"NONE\"]")),
        ("signing_algorithms[0]", provider("signing_algorithms = [\"ES256K\"]")),
        ("scopes", provider("scopes = [\"profile\"]")),
        ("scopes[1]", provider("scopes = [\"openid\", \"a b\"]")),
        ("extra_params.Client_ID", provider("extra_params = { Client_ID = \"x\" }")),
        ("extra_params.code_verifier", provider("extra_params = { code_verifier = \"x\" }")),
        ("extra_params.response_mode", provider("extra_params = { response_mode = \"x\" }")),
        ("leeway", provider("leeway = \"301s\"")),
        ("timeout", provider("timeout = \"999ms\"")),
        ("timeout", provider("timeout = \"61s\"")),
        ("redirect_uri", provider("redirect_uri = \"/callback\"")),
        ("redirect_uri", provider("redirect_uri = \"http://app.example.com/callback\"")),
        ("redirect_uri", provider("redirect_uri = \"https://app.example.com/callback#x\"")),
        ("redirect_uri", provider("redirect_uri = \"javascript:alert(1)\"")),
        ("jwks_uri", provider("jwks_uri = \"http://sso.example.com/jwks\"")),
        ("token_endpoint", provider("token_endpoint = \"nowhere\"")),
        ("pkce", provider("pkce = \"s256\"")),
        ("userinfo", provider("userinfo = true")),
        ("response_mode", provider("response_mode = \"fragment\"")),
        ("tenants", provider("tenants = [\"72f988bf-86f1-41af-91ab-2d7cd011db47\"]")),
        ("tenants[0]", issuer("https://s.example.com/{tenantid}") + "tenants = [\"contoso.onmicrosoft.com\"]"),
        ("client_assertion_audience", provider("client_assertion_audience = \"https://sso.example.com/token\"")),
    ] {
        let problem = only_problem(&text);
        assert_eq!(problem.key, format!("providers.corp.{key}"), "{problem}\n{text}");
        assert!(!problem.to_string().contains(&long[1..]) && !problem.to_string().contains("hunter2"), "{problem}");
    }
    for text in [
        issuer("http://127.0.0.1:9000/path"),
        issuer("http://localhost:9000/"),
        issuer("http://sso.example.com") + "insecure_allow_http = true\njwks_uri = \"http://sso.example.com/jwks\"",
        secret("client_secret_post", "s"),
        secret("none", ""),
        secret("client_secret_basic", &long) + "signing_algorithms = [\"HS256\", \"HS384\", \"HS512\"]",
        provider("signing_algorithms = [\"RS256\", \"PS512\", \"ES384\", \"EdDSA\"]"),
        provider("extra_params = { prompt = \"login\", \"acr.x\" = \"1\" }"),
        provider("leeway = \"0s\"\ntimeout = \"60s\"\npkce = \"off\"\nuserinfo = \"never\""),
        provider("response_mode = \"form_post\""),
        issuer("https://s.example.com/{tenantid}/v2.0") + "tenants = [\"72F988BF-86F1-41AF-91AB-2D7CD011DB47\"]",
        issuer("https://s.example.com/{tenantid}/v2.0"),
        provider("redirect_uri = \"com.example.app:/callback\""),
        provider("redirect_uri = \"http://127.0.0.1:3000/callback\""),
    ] {
        accepted(&text);
    }
}

/// Issuers are compared byte for byte, so the text is kept.
#[test]
fn an_issuer_is_kept_byte_for_byte() {
    for issuer in ["https://sso.example.com", "https://sso.example.com/", "https://SSO.example.com:443/a"] {
        let text =
            format!("{}[providers.corp]\nclient_id = \"v\"\nclient_secret = \"s\"\nissuer = \"{issuer}\"\n", good());
        let config = accepted(&text);
        assert_eq!(oidc(&config, 0).issuer, issuer);
        assert_eq!(
            oidc(&config, 0).registration.token_endpoint_auth_method,
            TokenEndpointAuthMethod::ClientSecretBasic
        );
    }
}

/// LG-06: a valid and an invalid value for each rule of the other sections.
#[test]
fn rules_of_the_other_sections() {
    let https = "[server]\npublic_url = \"https://login.example.com\"\n";
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
        ("sessions.absolute_timeout", "[sessions]\nabsolute_timeout = \"6d\"".to_owned()),
        ("sessions.cookie.name", cookie("name = \"\"")),
        ("sessions.cookie.name", cookie("name = \"a b\"")),
        ("sessions.cookie.name", cookie("name = \"a=b\"")),
        ("sessions.cookie.name", cookie("name = \"__Host-a\"")),
        ("sessions.cookie.name", cookie("name = \"__secure-a\"")),
        ("sessions.cookie.domain", cookie("domain = \"example.org\"")),
        ("sessions.cookie.domain", cookie("domain = \".example.com\"")),
        ("sessions.cookie.domain", cookie("domain = \"ample.com\"")),
        ("sessions.cookie.domain", "[sessions.cookie]\ndomain = \"127.0.0.1\"".to_owned()),
        ("sessions.cookie.same_site", "[sessions.cookie]\nsame_site = \"None\"".to_owned()),
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

/// LG-06
#[test]
fn weak_missing_and_repeated_keys_are_rejected_and_not_quoted() {
    let (one, zeros) = (seal::generate_key(), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let with = |keys: &str| refused(&format!("[database]\nurl = \"postgres://db/v\"\n[secrets]\nkeys = [{keys}]\n"));
    let missing = with("");
    assert!(missing.contains("secrets.keys: is missing; run `vestibule secrets generate`"), "{missing}");
    let key = one.expose();
    let text = with(&format!("\"{key}\", \"hunter2\", \"{zeros}\", \"{key}\""));
    assert!(text.contains("secrets.keys[1]: key 2 is not 32 bytes in base64; "), "{text}");
    assert!(text.contains("secrets.keys[2]: key 3 is not random; "), "{text}");
    assert!(!text.contains(key) && !text.contains("hunter2") && !text.contains(zeros), "{text}");
    let twice = with(&format!("\"{key}\", \"{key}\""));
    assert!(twice.contains("secrets.keys[1]: key 2 stands in the ring twice; remove one"), "{twice}");
}

/// LG-08
#[test]
fn no_problem_contains_a_secret() {
    let text = refused(
        "[database]\nurl = \"mysql://v:hunter2@db/v\"\n[secrets]\nkeys = [\"hunter2\"]\n[server]\n\
         public_url = \"https://v:hunter2@login.example.com\"\n[providers.corp]\nissuer = \"http://v:hunter2@s.example.com\"\n\
         client_id = \"v\"\nclient_secret = \"hunter2\"\nclient_secret_file = \"hunter2\"\nsigning_algorithms = [\"HS256\"]\n\
         jwks_uri = \"https://v:hunter2@s.example.com\"\n[login]\nallowed_origins = [\"https://v:hunter2@a.example.com\"]\n\
         return_to = [\"https://v:hunter2@a.example.com\"]\n",
    );
    assert!(text.lines().count() == 8 && !text.contains("hunter2"), "{text}");
    let mistyped = refused("[database]\nurl = [\"hunter2\"]\n[secrets]\nkeys = \"hunter2\"\n");
    assert!(!mistyped.contains("hunter2"), "{mistyped}");
}

/// LG-08
#[test]
fn the_dump_shows_origins_and_masks_secrets() {
    let directory = Directory::new();
    let secret = directory.write("secret", "hunter2");
    let file = directory.write(
        "vestibule.toml",
        &format!(
            "{}[providers.zebra]\nissuer = \"https://z.example.com\"\nclient_id = \"v\"\nclient_secret_file = {secret:?}\n\
             extra_params = {{ prompt = \"login\" }}\n[providers.apple]\nissuer = \"https://a.example.com\"\nclient_id = \"v\"\n",
            good()
        ),
    );
    let pairs = [("VESTIBULE__SERVER__WORKERS", "3"), ("VESTIBULE__PROVIDERS__APPLE__CLIENT_SECRET", "hunter2")];
    let loaded = load(std::slice::from_ref(&file), &pairs).unwrap_or_else(|problems| panic!("{problems}"));
    let text = config::dump(&loaded);
    assert!(!text.contains("hunter2"), "{text}");
    let line = |setting: &str, section: &str, origin: &str| {
        let body = text.split(&format!("[{section}]\n")).nth(1).unwrap_or_else(|| panic!("no [{section}] in\n{text}"));
        let found = body.lines().take_while(|line| !line.is_empty()).find(|line| line.starts_with(setting));
        let found = found.unwrap_or_else(|| panic!("no {setting} in [{section}] of\n{text}"));
        assert!(found.ends_with(&format!(" # {origin}")), "{found}");
    };
    let name = file.display().to_string();
    line("workers = 3 ", "server", "environment");
    line("listen = \"127.0.0.1:8080\" ", "server", "default");
    line("url = \"postgres://v:********@db/v\" ", "database", &name);
    line("keys = [\"********\"] ", "secrets", &name);
    line(&format!("client_secret_file = {secret:?} "), "providers.zebra", &name);
    line("prompt = \"login\" ", "providers.zebra.extra_params", &name);
    line("client_secret = \"********\" ", "providers.apple", "environment");
    assert!(text.find("[providers.zebra]") < text.find("[providers.apple]"), "{text}");
    assert!(!text.contains("url_file"), "{text}");
    text.parse::<toml_edit::DocumentMut>().unwrap_or_else(|error| panic!("{error}\n{text}"));
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

/// `ca_file` is read at the start, so that an invalid file does not first fail a login.
#[test]
fn a_ca_file_is_read_with_the_configuration() {
    let directory = Directory::new();
    let key = rcgen::KeyPair::generate().expect("a key");
    let authority =
        rcgen::CertificateParams::new(vec![]).expect("parameters").self_signed(&key).expect("a certificate");
    let good = directory.write("ca.pem", &authority.pem());
    let empty = directory.write("empty.pem", "");
    let with = |path: &std::path::Path| config::from_toml(&provider(&format!("ca_file = {path:?}")));
    let config = with(&good).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(config.providers[0].registration().authorities.is_some());
    for (path, words) in
        [(empty.as_path(), "holds no certificate"), (std::path::Path::new("/nowhere"), "cannot be read")]
    {
        let Err(problems) = with(path) else { panic!("accepted: {path:?}") };
        let keys: Vec<_> = problems.iter().map(|problem| problem.key.clone()).collect();
        assert_eq!(keys, ["providers.corp.ca_file"], "{problems}");
        assert!(problems.to_string().contains(words), "{problems}");
    }
}

/// LG-06: exit codes and output for scripts.
#[test]
fn config_check_exits_with_0_or_2() {
    let directory = Directory::new();
    let check = |text: &str| {
        let file = directory.write("vestibule.toml", text);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.env_clear().arg("--config").arg(file).args(["config", "check"]);
        let output = command.output().expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, out, err) = check(&provider(""));
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("The configuration is valid") && out.contains("Provider: corp."), "{out}");
    let (code, out, _) = check(&good());
    assert!(code == Some(0) && out.contains("Notice: no provider is configured"), "{out}");
    let (code, out, err) = check("[server]\nworkers = true\n");
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.ends_with("\n3 problems in the configuration.\n"), "{err}");
}

const LONG: &str = "an-example-secret-of-32-or-more-bytes";

#[test]
fn clients_keep_the_order_of_the_file_and_their_defaults() {
    let text = format!(
        "{}[clients.zebra]\n[clients.\"com.example.App\"]\nname = \"App\"\ntype = \"confidential\"\n\
         client_secret = \"{LONG}\"\naudience = [\"api\"]\n",
        good()
    );
    let config = accepted(&text);
    let [zebra, app] = config.clients.as_slice() else { panic!("two clients") };
    assert_eq!((zebra.id.as_str(), zebra.name.as_str(), zebra.secret.is_none()), ("zebra", "zebra", true));
    assert_eq!(
        (app.id.as_str(), app.name.as_str(), app.audience.as_slice()),
        ("com.example.App", "App", &["api".to_owned()][..])
    );
    assert_eq!(app.secret.as_ref().map(Plain::expose), Some(LONG));
    assert!(accepted(&good()).clients.is_empty());
    assert_eq!(accepted(&good()).limits.failures_before_lockout, 5);
}

/// LG-06, TK-25
#[test]
fn rules_of_clients() {
    let client = |id: &str, lines: &str| format!("{}[clients.{id}]\n{lines}\n", good());
    let secret = |kind: &str, secret: &str| client("web", &format!("type = \"{kind}\"\nclient_secret = \"{secret}\""));
    for (key, text) in [
        ("web.client_secret", client("web", "type = \"confidential\"")),
        ("web.client_secret", secret("confidential", "")),
        ("web.client_secret", secret("confidential", &LONG[..31])),
        ("web.client_secret", secret("confidential", &format!("{LONG}é"))),
        ("web.client_secret", secret("confidential", &format!("{LONG}\\n"))),
        ("web.client_secret", secret("public", LONG)),
        ("web.client_secret", client("web", &format!("client_secret = \"{LONG}\""))),
        ("web.type", client("web", "type = \"secret\"")),
        ("web.audience[1]", client("web", "audience = [\"api\", \" \"]")),
        ("web.redirect_uris[1]", client("web", "redirect_uris = ['https://a.example/cb', 'https://*.example/cb']")),
        ("web.redirect_uris[0]", client("web", "redirect_uris = ['http://a.example/cb']")),
        ("web.redirect_uris[0]", client("web", "redirect_uris = ['javascript:alert(1)']")),
        ("web.post_logout_redirect_uris[0]", client("web", "post_logout_redirect_uris = ['/bye']")),
        ("web.allowed_origins[0]", client("web", "allowed_origins = ['https://a.example/']")),
        ("web.scopes[0]", client("web", "scopes = ['openid email']")),
        ("web.grants[0]", client("web", "grants = ['client_credentials']")),
        ("web.grants[0]", client("web", "grants = ['password']")),
        ("web.rotate_refresh_tokens", client("web", "rotate_refresh_tokens = false")),
        ("web.providers[0]", client("web", "providers = ['nobody']")),
        ("web.id_token_alg", client("web", "id_token_alg = 'EdDSA'\nredirect_uris = ['https://a.example/cb']")),
        ("web.backchannel_logout_uri", client("web", "backchannel_logout_uri = 'http://a.example/bye'")),
        ("web.backchannel_logout_uri", client("web", "backchannel_logout_uri = 'https://10.0.0.1/bye'")),
        ("web.backchannel_logout_uri", client("web", "backchannel_logout_uri = 'https://[::1]/bye'")),
        ("web.public_key_file", client("web", "public_key_file = '/dev/null'")),
        ("web.redirect_uris[0]", client("web", "redirect_uris = ['myapp:/cb']")),
        (
            "web.redirect_uris[0]",
            client("web", "redirect_uris = ['javascript:alert(1)']\ninsecure_allow_dotless_schemes = true"),
        ),
        (
            "web.insecure_allow_dotless_schemes",
            secret("confidential", LONG) + "\ninsecure_allow_dotless_schemes = true",
        ),
        ("vestibule", client("vestibule", "")),
        ("0190f4a2-0000-7000-8000-000000000000", client("0190f4a2-0000-7000-8000-000000000000", "")),
        ("0190F4A2000070008000000000000000", client("0190F4A2000070008000000000000000", "")),
        ("-web", client("-web", "")),
        ("a b", client("\"a b\"", "")),
    ] {
        let Err(problems) = config::from_toml(&text) else { panic!("accepted:\n{text}") };
        let keys: Vec<_> = problems.iter().map(|problem| problem.key.clone()).collect();
        assert_eq!(keys, [format!("clients.{key}")], "{problems}\n{text}");
        assert!(!problems.to_string().contains("example-secret"), "{problems}");
    }
    for good in [
        client("web", ""),
        client("A", "type = \"public\""),
        client("\"a1.b-c_d\"", "audience = [\"https://api.example.com\"]"),
        client("native", "redirect_uris = ['com.example.app:/cb', 'http://127.0.0.1/cb']"),
        client("dev", "redirect_uris = ['myapp:/cb']\ninsecure_allow_dotless_schemes = true"),
        client("told", "backchannel_logout_uri = 'http://10.0.0.1/bye'\ninsecure_allow_private_logout_uri = true"),
        secret("confidential", LONG),
        secret("confidential", &LONG[..32]),
    ] {
        accepted(&good);
    }
    let limits = |number: u32| format!("{}[limits]\nfailures_before_lockout = {number}\n", good());
    assert!(config::from_toml(&limits(0)).is_err());
    assert_eq!(accepted(&limits(7)).limits.failures_before_lockout, 7);
}

/// `/session` must not accept a client's token, and no client may introspect all tokens because of its id.
#[test]
fn client_ids_and_audiences_with_another_meaning_are_rejected() {
    let text = |audience: &str, client: &str| format!("{}[tokens]\naudience = {audience}\n{client}\n", good());
    let issuer = accepted(&good()).server.public_url.issuer().to_owned();
    let own = format!("[clients.web]\naudience = [\"api\", \"{issuer}\"]");
    for (text, key, words) in [
        (
            text("[]", &own),
            "clients.web.audience[1]",
            "is the issuer, which is the audience of tokens for our own endpoints",
        ),
        (text("[\"api\"]", "[clients.api]"), "clients.api", "audience = [\"api\"]"),
        (text("[\"web\", \"api\"]", "[clients.api]"), "clients.api", "is the default audience of all tokens"),
        (
            text("[]", "[clients.vestibule]"),
            "clients.vestibule",
            "is the id of the built-in client, whose tokens are accepted at /session",
        ),
    ] {
        let Err(problems) = config::from_toml(&text) else { panic!("accepted:\n{text}") };
        let keys: Vec<_> = problems.iter().map(|problem| problem.key.clone()).collect();
        assert_eq!(keys, [key], "{problems}");
        assert!(problems.to_string().contains(words), "{problems}");
    }
    accepted(&text("[\"api\"]", "[clients.web]\naudience = [\"api\"]\n[clients.shop]\naudience = [\"web\"]"));
    accepted(&text(&format!("[\"{issuer}\", \"api\"]"), "[clients.web]"));
}

/// A client's secret comes from a file or a variable, also for ids with dots and upper case.
#[test]
fn a_client_secret_is_read_from_a_file_or_the_environment() {
    let directory = Directory::new();
    let secret = directory.write("secret", &format!("{LONG}\n"));
    let text = format!(
        "{}[clients.\"my.App-1\"]\ntype = \"confidential\"\nclient_secret_file = {secret:?}\n\
         [clients.other]\ntype = \"confidential\"\n",
        good()
    );
    let file = directory.write("vestibule.toml", &text);
    let pairs =
        [("VESTIBULE__CLIENTS__OTHER__CLIENT_SECRET", LONG), ("VESTIBULE__CLIENTS__MY_APP_1__AUDIENCE", "api,shop")];
    let loaded = load(&[file], &pairs).unwrap_or_else(|problems| panic!("{problems}"));
    let dumped = config::dump(&loaded);
    for line in ["[clients.\"my.App-1\"]", "[clients.other]", "client_secret = \"********\"", "client_secret_file"] {
        assert!(dumped.contains(line), "{line} in\n{dumped}");
    }
    assert!(!dumped.contains(LONG) && !dumped.contains("[]\n\n"), "{dumped}");
    let clients = loaded.into_config().clients;
    let shown: Vec<_> = clients.iter().map(|client| client.secret.as_ref().map(Plain::expose)).collect();
    assert_eq!(shown, [Some(LONG), Some(LONG)]);
    assert_eq!(clients[0].audience, ["api", "shop"]);

    let Err(problems) = load(&[], &[("VESTIBULE__CLIENTS__A B__TYPE", "public")]) else { panic!("accepted") };
    assert!(problems.to_string().contains("\"a b\" cannot be a client's id"), "{problems}");
}

#[test]
fn empty_sections_of_providers_and_clients_are_not_dumped() {
    let directory = Directory::new();
    let file = directory.write("vestibule.toml", &good());
    let loaded = load(&[file], &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let dumped = config::dump(&loaded);
    assert!(!dumped.contains("clients") && !dumped.contains("providers") && !dumped.contains("[]\n"), "{dumped}");
}

/// A client may only get tokens of providers with `store_tokens`.
#[test]
fn provider_tokens_requires_store_tokens() {
    let text = |keeps: bool, wanted: &str| {
        provider(&format!("store_tokens = {keeps}\n[clients.web]\nprovider_tokens = [{wanted}]"))
    };
    assert_eq!(accepted(&text(true, "\"corp\"")).clients[0].provider_tokens, ["corp"]);
    let problem = only_problem(&text(false, "\"corp\""));
    assert_eq!(problem.key, "clients.web.provider_tokens[0]");
    let said = problem.to_string();
    assert!(said.contains("are not stored") && said.contains("store_tokens = true in [providers.corp]"), "{said}");
    let unknown = only_problem(&text(true, "\"corp\", \"crop\""));
    assert_eq!(unknown.key, "clients.web.provider_tokens[1]");
    assert!(unknown.to_string().contains("there is no provider"), "{unknown}");
}
