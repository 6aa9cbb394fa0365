//! The files of the pages that the gateway serves: logos, icons and colours.

use std::collections::BTreeMap;

use crate::base::content_hash::content_hash;
use crate::config::Picture;

/// The path of the files; the name of a file follows.
const FOLDER: &str = "/assets/brand/";

/// A file that the gateway serves.
pub struct File {
    /// The value of `Content-Type`.
    pub media_type: &'static str,
    /// The bytes of the file.
    pub content: Vec<u8>,
}

/// The files by name. A name contains the hash of the content, so caches can keep a file for ever.
#[derive(Default)]
pub(super) struct Files(BTreeMap<String, File>);

impl Files {
    /// Adds a file, and returns its path.
    pub(super) fn add(&mut self, extension: &str, media_type: &'static str, content: &[u8]) -> String {
        let name = format!("{}.{extension}", content_hash(content));
        let path = format!("{FOLDER}{name}");
        self.0.insert(name, File { media_type, content: content.to_vec() });
        path
    }

    /// The URL of a picture. One that begins with `/` comes after the prefix of the gateway.
    pub(super) fn url_of(&mut self, picture: &Picture) -> String {
        match picture {
            Picture::Url(url) => url.to_string(),
            Picture::File { extension, media_type, content } => self.add(extension, media_type, content),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&File> {
        self.0.get(name)
    }

    /// The file at a path that [`add`](Self::add) returned.
    pub(super) fn at(&self, path: &str) -> Option<&File> {
        self.get(path.strip_prefix(FOLDER)?)
    }

    /// The files with their paths.
    pub(super) fn iter(&self) -> impl Iterator<Item = (String, &[u8])> {
        self.0.iter().map(|(name, file)| (format!("{FOLDER}{name}"), file.content.as_slice()))
    }
}
