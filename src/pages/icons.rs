//! The icons of the presets. `icons/README.md` has the source and the licence of each.

use std::collections::BTreeMap;

use super::files::Files;

/// Lists icons by the names of their files.
macro_rules! icons {
    ($($name:literal)+) => {
        [$(($name, include_str!(concat!("icons/", $name, ".svg")))),+]
    };
}

/// Each icon: the name of its file, which is that of its preset, and its content.
const ICONS: [(&str, &str); 16] = icons!(
    "apple"
    "apple-button"
    "authelia"
    "authentik"
    "discord"
    "facebook"
    "forgejo"
    "gitea"
    "github"
    "google"
    "microsoft"
    "neutral"
    "spotify"
    "tumblr"
    "twitch"
    "x"
);

/// The icon of a provider whose preset has none.
const NEUTRAL: &str = "neutral";

/// The paths of the icons, by their names.
pub(super) struct Icons(BTreeMap<&'static str, String>);

impl Icons {
    /// Adds the icons to the files that the gateway serves.
    pub(super) fn served(files: &mut Files) -> Self {
        Self(ICONS.iter().map(|(name, text)| (*name, files.add("svg", "image/svg+xml", text.as_bytes()))).collect())
    }

    /// The path of the icon of a preset; the neutral icon if it has none.
    pub(super) fn path(&self, preset: &str) -> &str {
        let name = if preset == "microsoft-multi" { "microsoft" } else { preset };
        self.0.get(name).or_else(|| self.0.get(NEUTRAL)).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{presets, svg_problem};

    #[test]
    fn each_icon_is_a_small_safe_picture_with_its_source() {
        let described = include_str!("icons/README.md");
        for (name, text) in ICONS {
            assert!(text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "), "{name}: {text}");
            assert_eq!(svg_problem(text), None, "{name}");
            assert!(text.len() < 2500, "{name} has {} bytes", text.len());
            assert!(described.contains(&format!("`{name}.svg`")), "{name} has no source");
        }
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages/icons");
        let files = std::fs::read_dir(folder).expect("the folder").count();
        assert_eq!(files, ICONS.len() + 1, "a file is not listed");
    }

    #[test]
    fn each_preset_has_an_icon_or_a_reason_why_not() {
        let described = include_str!("icons/README.md");
        let icons = Icons::served(&mut Files::default());
        for preset in presets() {
            let has_none = icons.path(preset.name) == icons.path(NEUTRAL);
            assert_eq!(described.contains(&format!("`{}`", preset.name)), has_none, "{}", preset.name);
        }
        assert_eq!(icons.path("microsoft-multi"), icons.path("microsoft"));
    }
}
