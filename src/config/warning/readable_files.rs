//! Files with secrets that every user of the machine can read.

use std::os::unix::fs::PermissionsExt;

use super::collect::Warner;
use crate::config::layer::effective::DEFAULT;
use crate::config::layer::shape::Shape;
use crate::config::layer::validator::quoted;
use crate::config::schema;

/// Read permission for users who are neither the owner nor in the group of a file.
const OTHERS: u32 = 0o004;

pub(super) fn warn(warner: &mut Warner<'_>) {
    let schema = schema::generate();
    let root = Shape::root(&schema);
    let mut found: Vec<(String, String)> = Vec::new();
    for setting in warner.effective.settings.iter().filter(|setting| setting.is_given()) {
        let key = setting.path.join(".");
        let shape = setting.path.iter().try_fold(root, |shape, key| shape.child(key));
        let is_secret = shape.is_some_and(Shape::is_secret);
        let secret_key = setting.path.split_last().and_then(|(last, table)| Some((last.strip_suffix("_file")?, table)));
        let of_secret = secret_key.and_then(|(last, table)| {
            table.iter().try_fold(root, |shape, key| shape.child(key))?.child(last).filter(|shape| shape.is_secret())
        });
        match &setting.value {
            serde_json::Value::String(path) if of_secret.is_some() => found.push((key, path.clone())),
            serde_json::Value::Array(paths) if key == "signing.key_files" => {
                let paths = paths.iter().enumerate().filter_map(|(item, path)| Some((item, path.as_str()?)));
                found.extend(paths.map(|(item, path)| (format!("{key}[{item}]"), path.to_owned())));
            }
            // The secret itself is written in a configuration file.
            _ if is_secret && setting.origin != DEFAULT => found.push((key, setting.origin.clone())),
            _ => {}
        }
    }
    for (key, path) in found {
        let Some(mode) = readable_by_all(&path) else { continue };
        let what =
            format!("is in the file {}, which every user of this machine can read (mode {mode:03o})", quoted(&path));
        warner.warn(&key, what, format!("run chmod o-r on it, so that its mode is {:03o}", mode & !OTHERS));
    }
}

/// The permissions of a file that every user can read; `None` for any other file.
fn readable_by_all(path: &str) -> Option<u32> {
    let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let mode = metadata.permissions().mode() & 0o777;
    (mode & OTHERS != 0).then_some(mode)
}
