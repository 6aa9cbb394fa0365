//! `[providers.<id>]`

use vestibule::config::{self, TokenEndpointAuthMethod};

use crate::config::support::{Directory, accepted, good, oidc, only_problem, provider};

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

/// LG-06, RT-20: a valid and an invalid value for each rule.
#[test]
fn an_invalid_value_of_a_provider_is_reported_with_its_key() {
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
        ("tokens_for_linked", provider("tokens_for_linked = true")),
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
        assert_eq!(oidc(&config, 0).registration.token_endpoint_auth_method, TokenEndpointAuthMethod::Auto);
    }
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

/// RFC 9700 §4.4: between providers with one redirect URI in the SPA flow, only `iss` shows a mix-up (RFC 9207).
#[test]
fn providers_share_a_redirect_uri_only_if_all_speak_openid_connect() {
    let uri = |uri: &str| format!("redirect_uri = '{uri}'\n");
    let github =
        |lines: &str| format!("[providers.github]\npreset = 'github'\nclient_id = 'v'\nclient_secret = 's'\n{lines}");
    let second = |lines: &str| {
        format!("[providers.second]\nissuer = 'https://op.example'\nclient_id = 'v'\nclient_secret = 's'\n{lines}")
    };
    let done = uri("https://app.example/done");
    for (text, key) in [
        (provider(&done) + &github(&done), "providers.github.redirect_uri"),
        (provider(&done) + &github(&uri("https://APP.example:443/done")), "providers.github.redirect_uri"),
        (provider(&uri("http://127.0.0.1:8080/callback/github")) + &github(""), "providers.corp.redirect_uri"),
        (provider(&done) + &github(&done) + &second(""), "providers.github.redirect_uri"),
    ] {
        let problem = only_problem(&text);
        assert_eq!(problem.key, key, "{problem:?}");
        assert!(problem.what.contains("could be mistaken for a code of the other"), "{problem:?}");
    }
    for good in [
        provider(&done) + &second(&done),
        provider(&done) + &github(&uri("https://app.example/done/github")),
        provider(&done) + &github(""),
        provider("") + &github(""),
    ] {
        accepted(&good);
    }
}

/// LG-06: an icon is a preset's, or a picture without scripts.
#[test]
fn an_icon_is_a_preset_or_a_safe_picture() {
    let directory = Directory::new();
    let svg = |inner: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inner}</svg>");
    directory.write("good.svg", &svg("<path d=\"M0 0h1v1z\"/>"));
    directory.write("script.svg", &svg("<script>x()</script>"));
    directory.write("elsewhere.svg", &svg("<image href=\"https://cdn.example/a.png\"/>"));
    directory.write("large.svg", &svg(&" ".repeat(32 * 1024)));
    directory.write("text.png", "no picture");
    std::fs::write(directory.0.join("good.png"), b"\x89PNG\r\n\x1a\n").expect("a file");
    let with = |icon: &str| provider(&format!("icon = '{icon}'"));
    let file = |name: &str| directory.0.join(name).display().to_string();
    for good in [String::new(), "github".to_owned(), file("good.svg"), file("good.png")] {
        accepted(&with(&good));
    }
    for (icon, what) in [
        ("githup".to_owned(), "there is no preset"),
        (file("none.svg"), "cannot be read"),
        (file("script.svg"), "contains a script"),
        (file("elsewhere.svg"), "refers to another file"),
        (file("large.svg"), "bytes"),
        (file("text.png"), "is not a PNG picture"),
        ("icon.ico".to_owned(), "neither an svg nor a png"),
        ("https://cdn.example/icon.svg".to_owned(), "neither an svg nor a png"),
    ] {
        let problem = only_problem(&with(&icon));
        assert_eq!((problem.key.as_str(), problem.what.contains(what)), ("providers.corp.icon", true), "{problem}");
        assert!(problem.remedy.contains("write the name of a preset"), "{problem}");
        assert!(matches!(problem.place, config::Place::File(_, Some(9))), "{problem}");
    }
}

/// LG-06: each domain leads to one provider.
#[test]
fn a_domain_leads_to_one_provider() {
    let two = |first: &str, second: &str, chooser: &str| {
        format!(
            "{}domains = {first}\n[providers.other]\nissuer = \"https://other.example.com\"\nclient_id = \"v\"\nclient_secret = \"s\"\n\
             domains = {second}\n[pages]\nchooser = \"{chooser}\"\n",
            provider("")
        )
    };
    let config = accepted(&two("[\"Corp.test.\", \"bücher.test\"]", "[\"sub.corp.test\"]", "email"));
    assert_eq!(config.providers[0].registration().domains, ["corp.test", "xn--bcher-kva.test"]);
    let problem =
        only_problem(&two("[\"a.test\", \"bücher.test\"]", "[\"b.test\", \"XN--BCHER-KVA.test\"]", "buttons"));
    assert_eq!(problem.key, "providers.other.domains[1]");
    assert!(problem.what.contains("providers.corp") && problem.what.contains("providers.other"), "{problem}");
    assert!(matches!(problem.place, config::Place::File(_, Some(_))), "{problem}");
    assert_eq!(only_problem(&two("[\"a.test\", \"A.test\"]", "[]", "email")).key, "providers.corp.domains[1]");
    for bad in ["ada@corp.test", "*.corp.test", "corp", "", "127.0.0.1", "https://corp.test"] {
        let problem = only_problem(&two(&format!("[\"{bad}\"]"), "[]", "buttons"));
        assert_eq!(problem.key, "providers.corp.domains[0]", "{problem}");
    }
    let problem = only_problem(&two("[]", "[]", "email"));
    assert_eq!(
        (problem.key.as_str(), problem.what.as_str()),
        ("pages.chooser", "is \"email\", but no provider has domains")
    );
}
