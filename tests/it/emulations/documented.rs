//! The snippets of docs/configuration.md about providers without an ID token.

use vestibule::config::{self, Provider};

const DOCUMENT: &str = include_str!("../../../docs/configuration.md");
const AROUND: &str =
    "[server]\npublic_url = 'https://login.example.com'\n[database]\nurl = 'postgres://a@localhost/a'\n";

/// The configuration of a snippet, with an inline secret instead of a file.
fn read(snippet: &str) -> config::Config {
    let key = crate::support::ring_key();
    let around = format!("{AROUND}[secrets]\nkeys = ['{key}']\n");
    let snippet = snippet.replace("client_secret_file", "client_secret");
    config::from_toml(&format!("{around}{snippet}")).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn each_snippet_is_a_valid_configuration() {
    let (_, section) = DOCUMENT.split_once("## Providers without an ID token").expect("the section");
    let section = section.split("\n## ").next().expect("its text");
    let snippets: Vec<_> =
        section.split("```toml\n").skip(1).map(|rest| rest.split("```").next().expect("its end")).collect();
    let kinds = snippets.iter().map(|snippet| match read(snippet).providers.remove(0) {
        Provider::Oidc(_) => "oidc",
        Provider::OAuth2(oauth2) => {
            assert_eq!((oauth2.profile.further.len(), oauth2.registration.scopes.len()), (1, 1));
            "oauth2"
        }
        Provider::OAuth1(_) => "oauth1",
    });
    assert_eq!(kinds.collect::<Vec<_>>(), ["oauth2", "oauth1"]);
}

/// RFC 5849 §3.4.4: PLAINTEXT signatures are the secrets themselves.
#[test]
fn plaintext_signatures_over_http_are_rejected() {
    let (_, rest) = DOCUMENT.split_once("[providers.photos]").expect("the snippet");
    let snippet = format!("[providers.photos]{}", rest.split("```").next().expect("its end"));
    let plaintext = snippet.replace("HMAC-SHA1", "PLAINTEXT");
    read(&plaintext);
    let around = format!("{AROUND}[secrets]\nkeys = ['{}']\n", crate::support::ring_key());
    let open = plaintext.replace("https://photos.example.com/api", "http://photos.example.com/api");
    let open = open.replace("client_secret_file", "insecure_allow_http = true\nclient_secret");
    let problems = config::from_toml(&format!("{around}{open}")).err().expect("refused").to_string();
    assert!(problems.contains("signature_method") && problems.contains("PLAINTEXT"), "{problems}");
    let by_form = plaintext.replace("PLAINTEXT\"", "PLAINTEXT\"\nresponse_mode = \"form_post\"");
    let problems = config::from_toml(&format!("{around}{}", by_form.replace("client_secret_file", "client_secret")));
    assert!(problems.err().expect("refused").to_string().contains("response_mode"));
    let loopback = open.replace("http://photos.example.com", "http://127.0.0.1:4000");
    assert!(config::from_toml(&format!("{around}{loopback}")).is_ok());
}
