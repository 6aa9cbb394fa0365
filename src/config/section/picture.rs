//! Pictures of the pages: a file, which the gateway serves, or an https URL.

use std::path::Path;

use url::Url;

use crate::config::layer::validator::{Rejected, Validator, quoted};

/// The largest file, in bytes.
const MAX_BYTES: usize = 256 * 1024;

/// The file types, by the end of the name.
const TYPES: [(&str, &str); 6] = [
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("ico", "image/x-icon"),
];

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A file, with its content.
    File {
        /// The extension of its file name, without the dot.
        extension: &'static str,
        /// The media type, by the extension.
        media_type: &'static str,
        /// The bytes of the file.
        content: Vec<u8>,
    },
    /// An https URL, which browsers load from there.
    Url(Url),
}

/// Reads a picture; `None` if there is none.
pub(crate) fn picture(key: &str, text: &str, validator: &mut Validator<'_>) -> Result<Option<Picture>, Rejected> {
    if text.is_empty() {
        return Ok(None);
    }
    let remedy = "write the path of an svg, png, jpg, webp or ico file of at most 256 KiB, or an https URL";
    validator.accept(key, read(text), remedy).map(Some).ok_or(Rejected)
}

fn read(text: &str) -> Result<Picture, String> {
    if text.contains("://") {
        let url = Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.username().is_empty());
        return url.map(Picture::Url).ok_or_else(|| format!("{} is not an https URL", quoted(text)));
    }
    file(text, MAX_BYTES)
}

/// Reads a file of at most `most` bytes.
pub(crate) fn file(text: &str, most: usize) -> Result<Picture, String> {
    let ending = Path::new(text).extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    let known = TYPES.iter().find(|(extension, _)| *extension == ending);
    let (extension, media_type) = known.ok_or_else(|| format!("{} is not a picture", quoted(text)))?;
    let content = std::fs::read(text).map_err(|error| format!("{} cannot be read: {error}", quoted(text)))?;
    if content.len() > most {
        return Err(format!("{} has {} bytes", quoted(text), content.len()));
    }
    Ok(Picture::File { extension, media_type, content })
}
