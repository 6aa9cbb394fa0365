//! The warnings of `vestibule config check`.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use vestibule::base::seal;
use vestibule::config::{self, Place, Problem};

use crate::config::support::{Directory, load};

/// A configuration without a warning, with more lines.
fn with(lines: &str) -> String {
    let key = seal::generate_key();
    let (url, rest) = match lines.strip_prefix("[database]\n") {
        Some(rest) => (String::new(), rest),
        None => ("url = \"postgres://v@localhost/v\"\n".to_owned(), lines),
    };
    format!("[secrets]\nkeys = [\"{}\"]\n[database]\n{url}{rest}\n", key.expose())
}

/// A provider of everybody's, with more lines.
fn google(lines: &str) -> String {
    format!("[providers.google]\npreset = \"google\"\nclient_id = \"v\"\nclient_secret = \"s3cret\"\n{lines}\n")
}

fn oidc(id: &str, lines: &str) -> String {
    format!(
        "[providers.{id}]\nissuer = \"https://{id}.example.com\"\nclient_id = \"v\"\nclient_secret = \"s3cret\"\n{lines}\n"
    )
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).expect("a file of our own");
}

fn warnings(lines: &str) -> Vec<Problem> {
    let directory = Directory::new();
    let file = directory.write("vestibule.toml", &with(lines));
    set_mode(&file, 0o640);
    warnings_of(&file)
}

fn warnings_of(file: &Path) -> Vec<Problem> {
    let loaded = load(&[file.to_owned()], &[]).unwrap_or_else(|problems| panic!("refused:\n{problems}"));
    config::warnings(&loaded).iter().cloned().collect()
}

const HTTPS: &str = "[server]\npublic_url = \"https://login.example.com\"\n";

/// Each with its file and line, its key and a remedy.
#[test]
fn risky_settings_are_warned_of() {
    let proxied = format!("{HTTPS}trusted_proxies = [\"10.0.0.0/8\"]\n");
    let trusting = |list: &str| format!("{HTTPS}trusted_proxies = [{list}]\n");
    let cookie = |domain: &str, host: &str| {
        format!(
            "[server]\npublic_url = \"https://{host}\"\ntrusted_proxies = [\"10.0.0.0/8\"]\n[sessions.cookie]\ndomain = \"{domain}\"\n"
        )
    };
    let return_to = |pattern: &str| format!("[login]\nreturn_to = [\"https://app.example.com\", \"{pattern}\"]\n");
    let github = "[providers.hub]\npreset = \"github\"\nclient_id = \"v\"\nclient_secret = \"s3cret\"\n";
    let by_hand = google("").replace("preset = \"google\"", "issuer = \"https://accounts.google.com\"");
    let two = format!("{}{}", oidc("one", ""), oidc("two", "").replace("two.example", "one.example"));
    let grouped = format!("[tokens]\nclaims = [\"groups\"]\n{}{}", oidc("one", ""), oidc("two", ""));
    let strict = |lines: &str| format!("{proxied}[sessions.cookie]\nsame_site = \"Strict\"\n{lines}");
    let origins =
        format!("{proxied}[login]\nallowed_origins = [\"https://app.example.com\", \"https://example.com:8443\"]\n");
    for (key, lines, what) in [
        ("database.url", "[database]\nurl = \"postgres://v:s3cret@db.example/v\"".to_owned(), "no sslmode"),
        ("database.url", "[database]\nurl = \"postgres://v@10.0.0.1/v?sslmode=require\"".into(), "sslmode=require"),
        ("database.url", "[database]\nurl = \"host=localhost,db sslmode=prefer\"".into(), "sslmode=prefer"),
        ("server.trusted_proxies", trusting("\"0.0.0.0/0\""), "0.0.0.0/0"),
        ("server.trusted_proxies", trusting("\"10.0.0.0/8\", \"::/0\""), "::/0"),
        ("server.trusted_proxies", trusting("\"0.0.0.0/1\", \"128.0.0.0/1\""), "0.0.0.0/0"),
        ("server.trusted_proxies", trusting("\"2000::/3\""), "2000::/3"),
        ("server.trusted_proxies", HTTPS.to_owned(), "is empty"),
        (
            "sessions.cookie.same_site",
            strict("[clients.shop]\nredirect_uris = [\"https://shop.example.net/cb\"]\n"),
            "shop.example.net",
        ),
        (
            "sessions.cookie.same_site",
            strict("[login]\nallowed_origins = [\"https://spa.example.net\"]\n"),
            "spa.example.net",
        ),
        ("login.return_to[1]", return_to("https://*.co.uk"), "co.uk"),
        ("login.return_to[1]", return_to("https://**.github.io/path"), "github.io"),
        ("login.return_to[1]", return_to("https://shop-*.vercel.app:8443"), "vercel.app"),
        ("login.return_to[1]", return_to("http://wiki.example.com"), "is http"),
        ("login.return_to[1]", return_to("http://*.wiki.example.com"), "is http"),
        ("sessions.cookie.domain", cookie("co.uk", "login.co.uk"), "public suffix"),
        ("sessions.cookie.domain", cookie("github.io", "me.github.io"), "public suffix"),
        ("tokens.access_lifetime", "[tokens]\naccess_lifetime = \"25h\"".into(), "longer than a day"),
        ("clients.web.access_lifetime", "[clients.web]\naccess_lifetime = \"25h\"".into(), "longer than a day"),
        ("signing.algorithms", "[signing]\nalgorithms = [\"EdDSA\", \"ES256\", \"RS256\"]".into(), "many services"),
        ("clients.web.server_logout", "[clients.web]\nserver_logout = \"sign_in\"".into(), "is public"),
        ("server.listen", "[server]\nlisten = \"0.0.0.0:8080\"".into(), "other machines"),
        ("server.listen", "[server]\nlisten = \"[::]:8080\"\npublic_url = \"http://localhost:8080\"".into(), "http"),
        ("providers.google.allow", google(""), "everybody"),
        ("providers.google.allow", by_hand, "everybody"),
        ("providers.hub.allow", github.to_owned(), "everybody"),
        ("providers.two.client_id", two, "providers.one"),
        ("tokens.claims", grouped, "one, two"),
        ("login.require_binding", origins, "credentials: 'include'"),
    ] {
        let found = warnings(&lines);
        let [warning] = found.as_slice() else { panic!("not one warning: {found:?}\n{lines}") };
        assert_eq!(warning.key, key, "{warning}");
        assert!(warning.what.contains(what) || warning.remedy.contains(what), "{warning}");
        assert!(
            matches!(&warning.place, Place::File(file, Some(_)) if file.ends_with("vestibule.toml")),
            "{warning:?}"
        );
        assert!(!warning.remedy.is_empty() && !warning.to_string().contains("s3cret"), "{warning}");
    }
}

#[test]
fn usual_settings_are_not_warned_of() {
    let proxied =
        |lines: &str| format!("{HTTPS}trusted_proxies = [\"10.0.0.0/8\", \"fd00::/8\", \"127.0.0.1/32\"]\n{lines}");
    let two = format!("{}{}", oidc("one", ""), oidc("two", ""));
    for lines in [
        String::new(),
        "[database]\nurl = \"postgres://v:s3cret@db.example/v?sslmode=verify-full\"".to_owned(),
        "[database]\nurl = \"postgres://v:s3cret@[::1]/v\"".into(),
        "[database]\nurl = \"host=/run/postgresql user=v\"".into(),
        proxied(""),
        proxied("listen = \"0.0.0.0:8080\""),
        proxied("[sessions.cookie]\ndomain = \"example.com\""),
        proxied("[login]\nallowed_origins = [\"https://app.example.com\", \"https://app.example.org\"]"),
        proxied("[login]\nallowed_origins = [\"https://app.example.com\"]\nrequire_binding = true"),
        "[login]\nreturn_to = [\"https://*.example.co.uk\", \"https://app.github.io\", \"http://localhost:3000/*\"]"
            .into(),
        "[login]\nreturn_to = [\"http://127.0.0.1:3000\", \"https://*.svc.cluster.local\"]".into(),
        "[tokens]\naccess_lifetime = \"1d\"".into(),
        "[clients.web]\naccess_lifetime = \"1d\"\nid_lifetime = \"1d\"".into(),
        "[signing]\nalgorithms = [\"RS256\", \"EdDSA\"]".into(),
        format!(
            "[clients.web]\ntype = \"confidential\"\nclient_secret = \"{}\"\nserver_logout = \"sign_in\"",
            "x".repeat(40)
        ),
        google("[providers.google.allow]\nemail_domains = [\"example.com\"]"),
        format!("[login]\nsign_up = false\n{}", google("")),
        oidc("corp", ""),
        two.clone(),
        format!("[tokens]\nclaims = [\"email\"]\n{two}"),
        format!(
            "{HTTPS}trusted_proxies = [\"10.0.0.0/8\"]\n[sessions.cookie]\nsame_site = \"Strict\"\n[clients.shop]\n\
             redirect_uris = [\"https://shop.example.com/cb\", \"com.example.shop:/cb\"]\n"
        ),
        format!(
            "[tokens]\nclaims = [\"groups\"]\n{}{}",
            oidc("one", ""),
            oidc("two", "[providers.two.claims]\ngroups = \"\"")
        ),
    ] {
        let found = warnings(&lines);
        assert!(found.is_empty(), "{found:?}\n{lines}");
    }
}

/// LG-08: secrets in files of their own, keys in PEM files, and secrets in the configuration file itself.
#[test]
fn secret_files_that_others_can_read_are_warned_of() {
    let directory = Directory::new();
    let url = directory.write("url", "postgres://v:s3cret@localhost/v");
    let keys = directory.write("keys", seal::generate_key().expose());
    let ca = directory.write("ca", "public");
    let text = format!(
        "[database]\nurl_file = {url:?}\n[secrets]\nkeys_file = {keys:?}\n[admin]\ntoken = \"{}\"\n",
        "t".repeat(40)
    );
    let file = directory.write("vestibule.toml", &text);
    let keys_of = |found: Vec<Problem>| found.iter().map(|warning| warning.key.clone()).collect::<Vec<_>>();
    for file in [&url, &keys, &ca, &file] {
        set_mode(file, 0o644);
    }
    let found = warnings_of(&file);
    let shown = found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(shown.contains("(mode 644)") && shown.contains("chmod o-r") && !shown.contains("s3cret"), "{shown}");
    assert_eq!(keys_of(found), ["database.url_file", "secrets.keys_file", "admin.token"]);
    set_mode(&keys, 0o440);
    set_mode(&file, 0o600);
    assert_eq!(keys_of(warnings_of(&file)), ["database.url_file"]);
    set_mode(&url, 0o400);
    assert_eq!(keys_of(warnings_of(&file)), [""; 0]);
}

/// The command prints them, as text and as JSON, and the exit code stays 0.
#[test]
fn config_check_prints_the_warnings() {
    let directory = Directory::new();
    let file = directory.write("vestibule.toml", &with("[tokens]\naccess_lifetime = \"2d\""));
    set_mode(&file, 0o600);
    let check = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.env_clear().arg("--config").arg(&file).args(["config", "check"]).args(arguments);
        let output = command.output().expect("the program runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
    };
    let (code, text) = check(&[]);
    let line = format!("Warning: {}:6: tokens.access_lifetime: is longer than a day", file.display());
    assert!(code == Some(0) && text.contains(&line), "{text}");
    let (code, text) = check(&["--json"]);
    let reported: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((code, &reported["warnings"][0]["key"]), (Some(0), &"tokens.access_lifetime".into()), "{reported}");
    assert!(["place", "what", "remedy"].iter().all(|name| reported["warnings"][0][name].is_string()), "{reported}");
}

/// Rules for sites that let more people in than they seem to.
#[test]
fn rules_for_sites_that_are_wider_than_they_look_are_warned_of() {
    let site = "[server]\npublic_url = \"https://login.example.com\"\ntrusted_proxies = [\"10.0.0.1/32\"]\n\
                [sessions.cookie]\ndomain = \"example.com\"\n[login]\nreturn_to = [\"https://*.example.com\"]\n";
    let two = format!("{}{}", oidc("corp", ""), oidc("partner", ""));
    let open = "[[verify.rules]]\nhosts = [\"a.example.com\"]\nallow = { anyone = true }";
    for (providers, rules, key) in [
        (&*two, "[[verify.rules]]\nallow = { groups = [\"ops\"] }", "verify.rules[0].allow"),
        (&two, "[[verify.rules]]\nallow = { claims = { \"/hd\" = \"x\" } }", "verify.rules[0].allow"),
        (&two, "[[verify.rules]]\nallow = { groups = [\"ops\"], providers = [\"corp\"] }", ""),
        (&two, "[[verify.rules]]", ""),
        (&oidc("corp", ""), "[[verify.rules]]\nallow = { groups = [\"ops\"] }", ""),
        (
            &oidc("corp", ""),
            &format!(
                "[[verify.rules]]\nhosts = [\"*.example.com\"]\npaths = [\"/admin/**\"]\nallow = {{ deny = true }}\n{open}"
            ),
            "verify.rules[1].allow.anyone",
        ),
        (
            &oidc("corp", ""),
            &format!(
                "[[verify.rules]]\nhosts = [\"b.example.com\"]\npaths = [\"/admin/**\"]\nallow = {{ deny = true }}\n{open}"
            ),
            "",
        ),
        (
            &oidc("corp", ""),
            "[[verify.rules]]\npaths = [\"/public/**\"]\nallow = { anyone = true }\n[[verify.rules]]\npaths = [\"/admin/**\"]\n\
             allow = { deny = true }\n[[verify.rules]]",
            "",
        ),
    ] {
        let found: Vec<String> =
            warnings(&format!("{site}{providers}{rules}")).into_iter().map(|warning| warning.key).collect();
        let of_rules: Vec<&String> = found.iter().filter(|key| key.starts_with("verify.")).collect();
        assert_eq!(of_rules.first().map_or("", |key| key), key, "{rules}: {found:?}");
    }
}

/// A rule with scopes that neither a cookie nor a token can have denies everyone.
#[test]
fn scopes_that_no_cookie_and_no_token_has_are_warned_of() {
    let tools =
        "[resources.tools]\nresource = \"https://tools.example.com\"\nscopes = [\"tools.read\", \"tools.write\"]\n";
    let client = |scopes: &str| format!("{tools}[clients.cli]\nresources = [\"tools\"]\nscopes = [{scopes}]\n");
    for (lines, scopes, warned) in [
        (String::new(), "\"openid\", \"email\"", false),
        (String::new(), "\"groups\"", true),
        (String::new(), "\"offline_access\"", true),
        (client("\"openid\", \"groups\""), "\"groups\"", false),
        (tools.to_owned(), "\"tools.read\"", true),
        (client("\"openid\", \"tools.read\""), "\"tools.read\", \"openid\"", false),
        (client("\"openid\", \"tools.read\""), "\"tools.read\", \"tools.write\"", true),
        (format!("{tools}[clients.cli]\nscopes = [\"openid\", \"groups\"]\n"), "\"groups\"", true),
        (
            format!("{tools}[clients_by_url]\nenabled = true\nresources = [\"tools\"]\nscopes = [\"tools.read\"]\n"),
            "\"tools.read\"",
            false,
        ),
    ] {
        let found = warnings(&format!("{lines}[[verify.rules]]\nscopes = [{scopes}]\n"));
        let of_scopes: Vec<_> = found.iter().filter(|warning| warning.key == "verify.rules[0].scopes").collect();
        assert_eq!(of_scopes.len(), usize::from(warned), "{lines}{scopes}: {found:?}");
        let names_groups = of_scopes.iter().any(|warning| warning.remedy.contains("allow = { groups"));
        assert_eq!(names_groups, warned && scopes.contains("groups"), "{found:?}");
    }
}

/// Another provider may state the same group, address or claim of another person.
#[test]
fn conditions_of_resources_and_apps_that_any_provider_can_meet_are_warned_of() {
    let two = format!("{}{}", oidc("corp", ""), oidc("social", ""));
    let tools = "[resources.tools]\nresource = \"https://tools.example.com\"\n[resources.tools.allow]\n";
    let shop = "[clients.shop.allow]\n";
    for (lines, key) in [
        (format!("{two}{tools}groups = [\"staff\"]"), "resources.tools.allow"),
        (format!("{two}{tools}claims = {{ \"/hd\" = \"x\" }}"), "resources.tools.allow"),
        (format!("{two}{tools}groups = [\"staff\"]\nproviders = [\"corp\"]"), ""),
        (format!("{two}{tools}max_age = \"1h\""), ""),
        (format!("{two}{shop}groups = [\"staff\"]"), "clients.shop.allow"),
        (format!("{two}{shop}email_domains = [\"example.com\"]"), "clients.shop.allow"),
        (format!("{two}[clients.shop]\nproviders = [\"corp\"]\n{shop}groups = [\"staff\"]"), ""),
        (format!("{two}[clients.shop]\n"), ""),
        (format!("{}{shop}groups = [\"staff\"]\n{tools}groups = [\"staff\"]", oidc("corp", "")), ""),
    ] {
        let found = warnings(&lines);
        let keys: Vec<&str> = found.iter().map(|warning| warning.key.as_str()).collect();
        assert_eq!(keys, Some(key).filter(|key| !key.is_empty()).into_iter().collect::<Vec<_>>(), "{lines}");
        assert!(found.iter().all(|warning| warning.remedy.contains("providers = [\"corp\"]")), "{found:?}");
    }
}
