//! The states of the login page, for samples.

use super::context::choose_provider::{Choice, ChooseProvider};
use super::icons::Icons;
use super::marks;

/// Providers of samples: the name, and the preset whose icon they have.
const PROVIDERS: [(&str, &str); 8] = [
    ("Example SSO", ""),
    ("Google", "google"),
    ("Microsoft", "microsoft"),
    ("Apple", "apple"),
    ("GitHub", "github"),
    ("A university with a very long name in the middle of nowhere", ""),
    ("Discord", "discord"),
    ("Facebook", "facebook"),
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
    vec![
        ("", ChooseProvider { links: first(5), ..ChooseProvider::default() }),
        ("app", ChooseProvider { links: first(3), app, ..ChooseProvider::default() }),
        ("none", ChooseProvider::default()),
        ("eight", ChooseProvider { links: first(8), ..ChooseProvider::default() }),
        ("last-used", ChooseProvider { links: used_before, ..ChooseProvider::default() }),
        ("last-used-google", ChooseProvider { links: google_before, ..ChooseProvider::default() }),
    ]
}

fn choice(name: &'static str, preset: &str, icons: &Icons, prefix: &str) -> Choice<'static> {
    let mark = marks::sample(preset, icons);
    let icon = format!("{prefix}{}", mark.on_button);
    Choice { name, href: "/login/sample".to_owned(), icon, button: mark.button, last_used: false }
}
