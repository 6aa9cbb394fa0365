//! `config dump`: each value with its origin, secrets masked.

use vestibule::config;

use crate::config::support::{Directory, good, load};

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

#[test]
fn empty_sections_of_providers_and_clients_are_not_dumped() {
    let directory = Directory::new();
    let file = directory.write("vestibule.toml", &good());
    let loaded = load(&[file], &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let dumped = config::dump(&loaded);
    assert!(!dumped.contains("[clients.") && !dumped.contains("[providers.") && !dumped.contains("[]\n"), "{dumped}");
}
