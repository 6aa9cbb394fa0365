//! Names of files by their content.

use std::fmt::Write;

use aws_lc_rs::digest;

/// The first 64 bits of the SHA-256 of the content, in hexadecimal. A file whose URL contains it can be cached for ever.
pub fn content_hash(content: &[u8]) -> String {
    let mut text = String::new();
    for byte in digest::digest(&digest::SHA256, content).as_ref().iter().take(8) {
        let _always_written = write!(text, "{byte:02x}");
    }
    text
}
