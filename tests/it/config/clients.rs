//! `[clients.<id>]`

use vestibule::base::secret::Plain;
use vestibule::config;

use crate::config::support::{Directory, accepted, good, load, only_problem, provider};

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
fn an_invalid_value_of_a_client_is_reported_with_its_key() {
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
        ("web.scopes[1]", client("web", "scopes = ['openid', 'account']")),
        ("web.grants[0]", client("web", "grants = ['client_credentials']")),
        ("web.grants[0]", client("web", "grants = ['password']")),
        ("web.rotate_refresh_tokens", client("web", "rotate_refresh_tokens = false")),
        ("web.providers[0]", client("web", "providers = ['nobody']")),
        ("web.allow.groups[0]", client("web", "[clients.web.allow]\ngroups = [' ']")),
        ("web.allow.email_domains[0]", client("web", "[clients.web.allow]\nemail_domains = ['@example.com']")),
        ("web.allow.claims.hd", client("web", "[clients.web.allow]\nclaims = { hd = 'x' }")),
        ("web.allow.anyone", client("web", "[clients.web.allow]\nanyone = true")),
        ("web.groups[0]", client("web", "groups = ['']")),
        ("web.groups[1]", client("web", "groups = ['a*', 'a*b']")),
        ("web.id_token_alg", client("web", "id_token_alg = 'EdDSA'\nredirect_uris = ['https://a.example/cb']")),
        ("web.access_token_alg", client("web", "access_token_alg = 'EdDSA'")),
        ("web.access_token_alg", client("web", "access_token_alg = 'HS256'")),
        ("web.id_token_claims", client("web", "id_token_claims = 'none'")),
        ("web.access_lifetime", client("web", "access_lifetime = '0s'")),
        ("web.access_lifetime", client("web", "access_lifetime = '5'")),
        ("web.access_lifetime", client("web", "access_lifetime = '8d'")),
        ("web.id_lifetime", client("web", "id_lifetime = '25h'")),
        ("web.introspects", client("web", "introspects = ['api']")),
        ("web.introspects[1]", secret("confidential", LONG) + "introspects = ['api', ' ']\n"),
        ("web.introspects[0]", secret("confidential", LONG) + "introspects = ['https://*.example']\n"),
        ("web.sessions_per_browser", client("web", "sessions_per_browser = 0")),
        ("web.sessions_per_browser", client("web", "sessions_per_browser = 1001")),
        ("web.server_logout", client("web", "server_logout = 'all'")),
        ("web.claims.policy", client("web", "claims = { policy = 'policy' }")),
        ("web.claims.policy", client("web", "claims = { policy = '/a~2' }")),
        ("web.claims.policy", client("web", "claims = { policy = 7 }")),
        ("web.claims.policy", client("web", "claims = { policy = { values = 1 } }")),
        ("web.claims.policy", client("web", "claims = { policy = { value = 1, other = 2 } }")),
        ("web.claims.sub", client("web", "claims = { sub = '/sub' }")),
        ("web.claims.email_verified", client("web", "claims = { email_verified = { value = true } }")),
        ("web.claims.emails", client("web", "claims = { emails = '/emails' }")),
        ("web.claims.s_hash", client("web", "claims = { s_hash = '/x' }")),
        ("web.claims.groups", client("web", "claims = { groups = '/roles' }")),
        ("web.claims.aal", client("web", "claims = { aal = { value = 'aal3' } }")),
        ("web.backchannel_logout_uri", client("web", "backchannel_logout_uri = 'http://a.example/bye'")),
        ("web.backchannel_logout_uri", client("web", "backchannel_logout_uri = 'https://10.0.0.1/bye'")),
        ("web.backchannel_logout_uri", client("web", "backchannel_logout_uri = 'https://[::1]/bye'")),
        ("web.public_key_file", client("web", "public_key_file = '/dev/null'")),
        ("web.assertion_audience", secret("confidential", LONG) + "assertion_audience = 'issuer'\n"),
        ("web.assertion_audience", client("web", "assertion_audience = 'token'")),
        ("web.redirect_uris[0]", client("web", "redirect_uris = ['myapp:/cb']")),
        (
            "web.redirect_uris[0]",
            client("web", "redirect_uris = ['javascript:alert(1)']\ninsecure_allow_dotless_schemes = true"),
        ),
        ("web.redirect_uris[0]", secret("confidential", LONG) + "redirect_uris = ['myapp:/cb']\n"),
        ("web.redirect_uris[0]", secret("confidential", LONG) + "redirect_uris = ['javascript:alert(1)']\n"),
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
        client(
            "own",
            "access_lifetime = '7d'\nid_lifetime = '1d'\naccess_token_alg = 'RS256'\nid_token_claims = 'minimal'",
        ),
        client("claims", "claims = { policy = '/policy', 'urn:x' = { value = [1, 'a'] }, given_name = '/given_name' }"),
        client("few", "sessions_per_browser = 1\nserver_logout = 'sign_in'"),
        secret("confidential", LONG) + "introspects = ['*']\n",
        secret("confidential", LONG) + "redirect_uris = ['app.immich:///oauth-callback']\n",
        secret("confidential", LONG)
            + "redirect_uris = ['oc://x.example.com']\ninsecure_allow_dotless_schemes = true\n",
        secret("confidential", LONG),
        secret("confidential", &LONG[..32]),
    ] {
        accepted(&good);
    }
}

#[test]
fn the_failures_before_a_lockout_are_at_least_one() {
    let limits = |number: u32| format!("{}[limits]\nfailures_before_lockout = {number}\n", good());
    assert!(config::from_toml(&limits(0)).is_err());
    assert_eq!(accepted(&limits(7)).limits.failures_before_lockout, 7);
}

/// RFC 7518 §3.3: keys of 1024 bits, and of 2048 bits with the exponent 3.
#[test]
fn a_weak_rsa_key_of_a_client_is_rejected() {
    const SHORT: &str = "\
-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDHO13JzxFnlBB2GZAfGW7RrfQQ
LFhJLpNc205aJVOleEx9oqPWoGIt241vVxcL8ks2+LFhgVRdcibGI99/UVBbLZ0W
0+w58zDZBcGxJeggM4v7c6PeaDjemuVjyDDXUWQjhgWxZB1kYqmtMpoPM3PW+ZZI
oQiRsi9UZ7ihYq/TYQIDAQAB
-----END PUBLIC KEY-----
";
    const SMALL_EXPONENT: &str = "\
-----BEGIN PUBLIC KEY-----
MIIBIDANBgkqhkiG9w0BAQEFAAOCAQ0AMIIBCAKCAQEAqW3zqaWLTKpjrg55IoTL
qHtd16ulUtRKZSjkYdDlvJNc/l09asTpA3b0INlt0eD3kzqE3EObV0zJNyyWHvTs
2gI3YmQb41rkycqhScYJ1r+nsyzUnx8evv/bUorEQfAdDdXX9JtuBp/SUrn5e+kF
bMqjAIpinrTc6lzDMp6g96plpbpG/HTGS0X7i6Hlaf0tH8O01SBETJujS9XfpKbF
zQkgsEGyH91/Es7Sk15vpjziilesDwQK/pRGzkeacyPUKy0lT2ekJWhHKKwP+2e3
cojcTH+vmeLDiJbkp3zRgV8vFoRZ3ykBfJI8vj6aqyQaqDQvpO6BFhVMeXictb1j
/wIBAw==
-----END PUBLIC KEY-----
";
    let directory = Directory::new();
    for pem in [SHORT, SMALL_EXPONENT] {
        let file = directory.write("key.pem", pem);
        let client = format!("[clients.web]\ntype = 'confidential'\npublic_key_file = '{}'\n", file.display());
        let problem = only_problem(&(good() + &client));
        assert_eq!(problem.key, "clients.web.public_key_file");
        assert!(problem.what.contains("less than 2048 bits or with an exponent below 65537"), "{problem:?}");
    }
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

/// A client may only get tokens of providers with `store_tokens`.
#[test]
fn provider_tokens_requires_store_tokens() {
    let text = |keeps: bool, wanted: &str| {
        provider(&format!(
            "store_tokens = {keeps}\n[clients.web]\ntype = \"confidential\"\nclient_secret = \"{LONG}\"\n\
             provider_tokens = [{wanted}]"
        ))
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

/// OP-07: each service that receives the access token of a public client could exchange it.
#[test]
fn a_public_client_has_no_provider_tokens() {
    let text = provider("store_tokens = true\n[clients.web]\nprovider_tokens = [\"corp\"]");
    let problem = only_problem(&text);
    assert_eq!(problem.key, "clients.web.provider_tokens");
    assert!(problem.to_string().contains("is public") && problem.to_string().contains("confidential"), "{problem}");
}
