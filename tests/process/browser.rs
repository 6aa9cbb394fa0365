//! A real browser at `vestibule dev`.

use serde_json::Value;

use crate::operating::Dev;
use crate::peer::{self, node};

/// The observed pages. An error of the browser or of axe-core fails the test.
fn run_scenario(dev: &Dev, scenario: &str, port: u16, options: &[&str]) -> Vec<Value> {
    let address = format!("http://127.0.0.1:{port}");
    let ended = peer::run(node("browser.mjs").args([scenario, &address]).args(options), "");
    assert_eq!(ended.code, Some(0), "{scenario} {options:?}: {}\n{}\n{}", ended.stderr, ended.stdout, dev.log());
    let seen: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    seen["pages"].as_array().expect("pages").clone()
}

/// LO-04 in a browser: an app asks for a logout by a link and by a form of another site, the person is asked, and the
/// content security policy lets them continue to the app.
#[test]
fn people_sign_out_where_an_app_asks() {
    let dev =
        Dev::with(|port| format!("[clients.shop]\npost_logout_redirect_uris = [\"http://127.0.0.1:{}/\"]\n", port + 3));
    let app = format!("http://127.0.0.1:{}", dev.port + 3);
    for options in [&[&*app][..], &[&app, "--keyboard"], &[&app, "--no-script"]] {
        let seen = run_scenario(&dev, "app-logout", dev.port, options);
        let paths: Vec<_> = seen.iter().map(|page| page["path"].as_str().expect("a path")).collect();
        assert_eq!(paths, ["/account", "/logout", "/account", "/logout"].repeat(2), "{options:?}");
        assert!(text(&seen[1]).contains("shop asks to sign you out"), "{}", text(&seen[1]));
        assert!(text(&seen[1]).contains("Ada Lovelace"), "{}", text(&seen[1]));
    }
}

/// LO-27 in a browser: the same, and the button on the gateway's page, by way of the provider. A browser holds each
/// redirect of a form against the policy of its page.
#[test]
fn people_sign_out_at_the_provider_too() {
    let dev = Dev::with(|port| {
        let app = format!("[clients.shop]\npost_logout_redirect_uris = [\"http://127.0.0.1:{}/\"]\n", port + 3);
        format!("{app}[providers.pretend]\nlogout = \"provider\"\n")
    });
    let seen = run_scenario(&dev, "browser-flow", dev.port, &[]);
    assert_eq!(seen[2]["path"], "/logout/callback/pretend");
    assert!(text(&seen[2]).contains("You are signed out"), "{}", text(&seen[2]));
    let app = format!("http://127.0.0.1:{}", dev.port + 3);
    assert_eq!(run_scenario(&dev, "app-logout", dev.port, &[&app]).len(), 8);
}

fn text(page: &Value) -> &str {
    page["text"].as_str().expect("text")
}

/// WB-01, WB-12: by mouse, by keyboard only, and without JavaScript.
#[test]
fn people_sign_in_and_out_with_a_browser() {
    let dev = Dev::start();
    for options in [&[][..], &["--keyboard"], &["--no-script"], &["--no-script", "--keyboard"]] {
        let seen = run_scenario(&dev, "browser-flow", dev.port, options);
        let paths: Vec<_> = seen.iter().map(|page| page["path"].as_str().expect("a path")).collect();
        let expected = [
            "/authorize",
            "/account",
            "/logout",
            "/login",
            "/authorize",
            "/account",
            "/callback/pretend",
            "/authorize",
        ];
        assert_eq!(paths, expected, "{options:?}");
        assert!(text(&seen[1]).contains("ada@example.com"), "{}", text(&seen[1]));
        assert!(text(&seen[5]).contains("not verified"), "{}", text(&seen[5]));
        assert!(text(&seen[6]).contains("reference"), "{}", text(&seen[6]));
    }
}

/// WB-09 in a browser: the buttons of the account page, with and without JavaScript.
#[test]
fn people_end_devices_and_apps_on_their_account_page() {
    let store = "[clients.store]\nname = \"The store\"\nscopes = [\"openid\", \"offline_access\"]\nredirect_uris = [\"https://store.example/cb\"]\n";
    let dev = Dev::with(|_| store.to_owned());
    for options in [&[][..], &["--no-script"]] {
        let seen = run_scenario(&dev, "account", dev.port, options);
        let last = text(seen.last().expect("a page"));
        assert!(last.contains("Your other devices were signed out.") && last.contains("Recent sign-ins"), "{last}");
    }
}

/// WB-05 in a browser: the single-page app has another origin, and reads the responses of the SPA flow.
#[test]
fn people_sign_in_at_the_demo_app() {
    let dev = Dev::start();
    let seen = run_scenario(&dev, "demo-app", dev.port + 3, &[]);
    assert!(text(&seen[1]).contains("Signature verified"), "{}", text(&seen[1]));
    // A logout ends the session at the gateway, and then redirects to the provider.
    assert!(
        text(&seen[2]).contains("POST /oauth2/revoke") && text(&seen[2]).contains("signed out"),
        "{}",
        text(&seen[2])
    );
    assert!(dev.log().contains("session ended"), "{}", dev.log());
    assert!(text(&seen[4]).contains("Reference"), "{}", text(&seen[4]));
}

/// Providers beside the pretend one, which nobody signs in at.
fn others(count: usize) -> String {
    let table = |number: usize| {
        format!(
            "[providers.other{number}]\npreset = \"github\"\nname = \"Other {number}\"\nclient_id = \"a\"\nclient_secret = \"b\"\n"
        )
    };
    (0..count).map(table).collect::<Vec<_>>().concat()
}

/// WB-12: the search among many providers, by keyboard and without JavaScript too.
#[test]
fn people_find_a_provider_among_many() {
    let dev = Dev::with(|_| others(9));
    for options in [&[][..], &["--keyboard"], &["--no-script", "--keyboard"]] {
        let seen = run_scenario(&dev, "search", dev.port, options);
        let found = text(&seen[2]);
        assert!(found.contains("Pretend provider") && !found.contains("Other"), "{options:?}: {found}");
    }
}

/// WB-12: a browser holds the redirect to the provider, which follows the form, against the policy of the page.
#[test]
fn people_sign_in_by_their_address() {
    let dev = Dev::with(|_| {
        format!("[pages]\nchooser = \"email\"\n[providers.pretend]\ndomains = [\"example.com\"]\n{}", others(2))
    });
    for options in [&[][..], &["--keyboard"], &["--no-script", "--keyboard"]] {
        let seen = run_scenario(&dev, "email", dev.port, options);
        let unknown = text(&seen[2]);
        assert!(unknown.contains("Other 0") && !unknown.contains("Pretend"), "{options:?}: {unknown}");
    }
    assert!(!dev.log().contains("@example.com"), "{}", dev.log());
}
