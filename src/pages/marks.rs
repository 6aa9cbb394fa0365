//! The icon of each provider, and whether it has a button by the rules of its owner.

use std::collections::BTreeMap;

use super::files::Files;
use super::icons::Icons;
use crate::config::{Icon, Provider, Registration};

/// The presets whose owners prescribe a button, with the name of its style and the name that a provider must have.
const BUTTONS: [(&str, &str, &str); 4] = [
    ("google", "google", "Google"),
    ("apple", "apple", "Apple"),
    ("microsoft", "microsoft", "Microsoft"),
    ("microsoft-multi", "microsoft", "Microsoft"),
];

/// How a provider is shown.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    /// The path of its icon, after the prefix of the gateway.
    pub icon: String,
    /// The path of the icon on its button: another one if the owner prescribes its colours.
    pub on_button: String,
    /// The button that its owner prescribes: `google`, `apple` or `microsoft`.
    pub button: Option<&'static str>,
}

/// The marks of the configured providers, by their ids.
pub(super) struct Marks {
    by_id: BTreeMap<String, Mark>,
    neutral: Mark,
}

impl Marks {
    pub(super) fn new(providers: &[Provider], icons: &Icons, files: &mut Files) -> Self {
        let of = |provider: &Provider| {
            let registration = provider.registration();
            (registration.id.clone(), mark(registration, icons, files))
        };
        Self { by_id: providers.iter().map(of).collect(), neutral: of_preset("", icons) }
    }

    pub(super) fn of(&self, provider: &str) -> &Mark {
        self.by_id.get(provider).unwrap_or(&self.neutral)
    }
}

fn mark(registration: &Registration, icons: &Icons, files: &mut Files) -> Mark {
    match &registration.icon {
        Icon::Neutral => of_preset("", icons),
        Icon::File(picture) => {
            let icon = files.url_of(picture);
            Mark { on_button: icon.clone(), icon, button: None }
        }
        Icon::Preset(preset) => {
            let is_own = |name: &str| registration.preset.as_deref() == Some(preset) && registration.name == name;
            let plain = of_preset(preset, icons);
            match BUTTONS.iter().find(|(known, _, name)| known == preset && is_own(name)) {
                Some((_, button, _)) => with_button(button, plain, icons),
                None => plain,
            }
        }
    }
}

/// The mark of a preset on an ordinary button.
fn of_preset(preset: &str, icons: &Icons) -> Mark {
    let icon = icons.path(preset).to_owned();
    Mark { on_button: icon.clone(), icon, button: None }
}

/// The mark on the button of its owner. Apple's button is black on light pages and white on dark ones.
fn with_button(button: &'static str, plain: Mark, icons: &Icons) -> Mark {
    let on_button = if button == "apple" { icons.path("apple-button").to_owned() } else { plain.on_button };
    Mark { icon: plain.icon, on_button, button: Some(button) }
}

/// The mark of a provider with the name and the settings of a preset, for samples.
pub(super) fn sample(preset: &str, icons: &Icons) -> Mark {
    let plain = of_preset(preset, icons);
    match BUTTONS.iter().find(|(known, _, _)| *known == preset) {
        Some((_, button, _)) => with_button(button, plain, icons),
        None => plain,
    }
}
