//! `providers.<id>.icon`: the icon on the button of a provider.

use std::path::Path;

use crate::config::layer::preset;
use crate::config::layer::suggest::suggest_word;
use crate::config::layer::validator::{Rejected, Validator, quoted};
use crate::config::section::picture::{Picture, file};
use crate::config::value::svg::svg_problem;

/// The largest file, in bytes. Each login page loads it.
const MAX_BYTES: usize = 32 * 1024;
/// The first bytes of a PNG file (RFC 2083 §3.1).
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The icon of a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Icon {
    /// The icon of a provider without a preset.
    #[default]
    Neutral,
    /// The icon of the preset of that name.
    Preset(String),
    /// A file of the operator.
    File(Picture),
}

/// Reads the icon. `used`: the preset of the provider; empty without one.
pub(crate) fn icon(key: &str, text: &str, used: &str, validator: &mut Validator<'_>) -> Result<Icon, Rejected> {
    if text.is_empty() {
        return Ok(if used.is_empty() { Icon::Neutral } else { Icon::Preset(used.to_owned()) });
    }
    if !text.contains(['/', '.']) {
        let known = preset::names();
        if known.contains(&text) {
            return Ok(Icon::Preset(text.to_owned()));
        }
        let likely = suggest_word(text, &known).map(|name| format!("; did you mean \"{name}\"?")).unwrap_or_default();
        let remedy = format!("write the name of a preset, or the path of an svg or png file{likely}");
        validator.reject(key, format!("there is no preset {}", quoted(text)), remedy);
        return Err(Rejected);
    }
    let remedy = "write the name of a preset, or the path of an svg or png file of at most 32 KiB without scripts and \
                  without references to other files";
    validator.accept(key, read(text), remedy).map(Icon::File).ok_or(Rejected)
}

fn read(text: &str) -> Result<Picture, String> {
    let is_url = text.contains("://");
    let ending = Path::new(text).extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    if is_url || !["svg", "png"].contains(&ending.as_str()) {
        return Err(format!("{} is neither an svg nor a png file", quoted(text)));
    }
    let picture = file(text, MAX_BYTES)?;
    let Picture::File { extension, content, .. } = &picture else { return Ok(picture) };
    let problem = match *extension {
        "svg" => std::str::from_utf8(content).map_or(Some("is not in UTF-8"), svg_problem),
        _ => (!content.starts_with(PNG)).then_some("is not a PNG picture"),
    };
    problem.map_or(Ok(()), |problem| Err(format!("{} {problem}", quoted(text))))?;
    Ok(picture)
}
