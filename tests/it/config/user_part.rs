//! URLs with a user name and a password: no message has a piece of them.

use crate::config::support::{good, refused};

/// LG-08: libpq would quote a piece of these passwords in its error.
#[test]
fn an_unescaped_database_password_is_refused_with_the_remedy() {
    for (url, remedy) in [
        ("postgres://us3r:p@s3cret@db/v", "percent-encode"),
        ("postgres://us3r:p/s3cret@db/v", "percent-encode"),
        ("postgres://us3r:p?s3cret@db/v", "percent-encode"),
        ("postgres://us3r:p%s3cret@db/v", "percent-encode"),
        ("postgres://us3r:s3cret/v", "percent-encode"),
        ("postgres://us3r:p@db:s3cret/v", "percent-encode"),
        ("postgresql://us3r:p@db/v?s3cret", "percent-encode"),
        ("host=db user=us3r password=p s3cret", "write"),
        ("host=db user=us3r password='p's3cret'", "write"),
        ("us3r:s3cret@db", "write"),
        ("mysql://us3r:s3cret@db/v", "write"),
    ] {
        let text = good().replace("postgres://v:hunter2@db/v", url);
        let reported = refused(&text);
        assert!(reported.contains("database.url") && reported.contains(remedy), "{url}: {reported}");
        assert!(!reported.contains("s3cret") && !reported.contains("us3r"), "{url}: {reported}");
    }
}

/// LG-08: every key that is a URL.
#[test]
fn a_url_with_a_password_is_refused_and_not_quoted() {
    let provider = |kind: &str, key: &str, url: &str| {
        let issuer = if kind == "oidc" && key != "issuer" { "issuer = 'https://sso.example.com'\n" } else { "" };
        format!("[providers.corp]\nkind = '{kind}'\n{issuer}client_id = 'v'\nclient_secret = 'x'\n{key} = '{url}'\n")
    };
    let client = |line: String| format!("[clients.web]\n{line}\n");
    for url in [
        "https://us3r:s3cret@h.example/x",
        "https://us3r:s3/s3cret@h.example",
        "https://us3r:s3cret@@h.example",
        "://us3r:s3cret@h",
    ] {
        let mut texts = vec![
            format!("[server]\npublic_url = '{url}'\n"),
            format!("[login]\nreturn_to = ['{url}']\n"),
            format!("[login]\nallowed_origins = ['{url}']\n"),
            format!("[login]\ndefault_return_to = '{url}'\n"),
            client(format!("redirect_uris = ['{url}']")),
            client(format!("redirect_uris = ['https://a.example']\npost_logout_redirect_uris = ['{url}']")),
            client(format!("redirect_uris = ['https://a.example']\nallowed_origins = ['{url}']")),
            client(format!("redirect_uris = ['https://a.example']\nbackchannel_logout_uri = '{url}'")),
        ];
        let of_oidc = [
            "issuer",
            "redirect_uri",
            "post_logout_redirect_uri",
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "jwks_uri",
            "end_session_endpoint",
            "revocation_endpoint",
        ];
        let of_oauth1 = ["request_token_endpoint", "access_token_endpoint"];
        texts.extend(of_oidc.iter().map(|key| provider("oidc", key, url)));
        texts.extend(of_oauth1.iter().map(|key| provider("oauth1", key, url)));
        for lines in texts {
            let reported = refused(&format!("{}{lines}", good()));
            assert!(!reported.contains("s3cret") && !reported.contains("us3r"), "{lines}{reported}");
        }
    }
}
