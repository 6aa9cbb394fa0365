//! Each TOML block is a configuration, or a part of one that becomes valid with what every configuration needs.

use vestibule::config::presets;

use crate::presets::operator::Operator;
use crate::snippets;

/// The part that a block about clients or tokens leaves out: the provider.
const PROVIDER: &str = "
[providers.github]
preset = \"github\"
client_id = \"Ov23li0123456789abcd\"
client_secret_file = \"/run/secrets/github\"
store_tokens = true
";

#[test]
fn every_toml_block_is_a_configuration() {
    let operator = Operator::new();
    let mut count = 0;
    for snippet in snippets::in_language("toml") {
        // `config::reference` tests this one: it has every key, and lacks those without a default.
        if snippet.text.contains("[sessions.cookie]") && snippet.document == "docs/configuration.md" {
            continue;
        }
        let provider = if snippet.text.contains("[providers.") { "" } else { PROVIDER };
        let loaded = operator.load(&(snippet.text.clone() + provider));
        let config = loaded.unwrap_or_else(|problems| panic!("{}:\n{problems}", snippet.place()));
        assert!(!config.providers.is_empty(), "{}", snippet.place());
        count += 1;
    }
    assert!(count > presets().len() + 10, "only {count} blocks were found");
}
