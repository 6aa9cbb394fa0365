//! The states of the login page, for samples.

use super::context::choose_provider::{Choice, ChooseProvider, EmailForm, Search};
use super::context::form_post::Parameter;
use super::icons::Icons;
use super::marks;

/// Providers of samples: the name, and the preset whose icon they have. All built-in icons are among them, as on the largest page.
const PROVIDERS: [(&str, &str); 16] = [
    ("Example SSO", ""),
    ("Google", "google"),
    ("Microsoft", "microsoft"),
    ("Apple", "apple"),
    ("GitHub", "github"),
    ("A university with a very long name in the middle of nowhere", ""),
    ("Discord", "discord"),
    ("Facebook", "facebook"),
    ("X", "x"),
    ("Twitch", "twitch"),
    ("Spotify", "spotify"),
    ("Tumblr", "tumblr"),
    ("Gitea", "gitea"),
    ("Forgejo", "forgejo"),
    ("authentik", "authentik"),
    ("Authelia", "authelia"),
];

/// The states, each with its name.
pub(super) fn all(icons: &Icons, prefix: &str) -> Vec<(&'static str, ChooseProvider<'static>)> {
    let app = Some("Example Shop");
    let first = |count: usize| {
        let choices = PROVIDERS.iter().map(|(name, preset)| choice(name, preset, icons, prefix));
        choices.take(count).collect::<Vec<_>>()
    };
    let mut used_before = first(3);
    if let Some(last) = used_before.first_mut() {
        last.last_used = true;
    }
    let mut google_before = first(2);
    google_before.reverse();
    if let Some(last) = google_before.first_mut() {
        last.last_used = true;
    }
    let many = |count: usize| first(16).into_iter().cycle().take(count).collect::<Vec<_>>();
    let searching = |query, links| ChooseProvider { links, search: Some(search(query)), ..ChooseProvider::default() };
    let email =
        |address, is_invalid| ChooseProvider { email: Some(email(address, is_invalid)), ..ChooseProvider::default() };
    let by_email = || Some("/login".to_owned());
    vec![
        ("email", email("", false)),
        ("email-app", ChooseProvider { app, ..email("alex@example.com", false) }),
        ("email-invalid", email("alex@example", true)),
        (
            "email-last-used",
            ChooseProvider { links: used_before.iter().take(1).cloned().collect(), ..email("", false) },
        ),
        ("email-others", ChooseProvider { links: first(3), by_email: by_email(), ..ChooseProvider::default() }),
        (
            "email-unknown",
            ChooseProvider {
                links: first(3),
                by_email: by_email(),
                unknown_address: true,
                ..ChooseProvider::default()
            },
        ),
        (
            "email-unknown-none",
            ChooseProvider { by_email: by_email(), unknown_address: true, ..ChooseProvider::default() },
        ),
        ("nine", searching("", many(9))),
        ("thirty", searching("", many(30))),
        ("search", searching("uni", first(6).split_off(5))),
        ("search-none", searching("<Zürich>", Vec::new())),
        ("", ChooseProvider { links: first(5), ..ChooseProvider::default() }),
        ("app", ChooseProvider { links: first(3), app, ..ChooseProvider::default() }),
        ("none", ChooseProvider::default()),
        ("eight", ChooseProvider { links: first(8), ..ChooseProvider::default() }),
        ("last-used", ChooseProvider { links: used_before, ..ChooseProvider::default() }),
        ("last-used-google", ChooseProvider { links: google_before, ..ChooseProvider::default() }),
    ]
}

fn search(query: &'static str) -> Search<'static> {
    Search { query, fields: vec![Parameter { name: "return_to", value: "/" }], all: "/login?return_to=/".to_owned() }
}

fn email(address: &'static str, is_invalid: bool) -> EmailForm<'static> {
    let others = Some("/login?choose=others".to_owned());
    EmailForm { address, is_invalid, fields: vec![Parameter { name: "return_to", value: "/" }], others }
}

fn choice(name: &'static str, preset: &str, icons: &Icons, prefix: &str) -> Choice<'static> {
    let mark = marks::sample(preset, icons);
    let icon = format!("{prefix}{}", mark.on_button);
    Choice { name, href: "/login/sample".to_owned(), icon, button: mark.button, last_used: false }
}
