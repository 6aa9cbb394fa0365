//! Reads secrets from files: every secret `x` has a key `x_file`, the path of a file that holds it.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::effective::{Effective, put};
use super::problem::Problem;
use super::shape::{Shape, ValueType};
use super::validator::quoted;

/// The size limit of a secret file, in bytes. A larger file is probably the wrong one.
const MAX_BYTES: u64 = 64 * 1024;
/// The error for a file that is empty or holds only white space.
const EMPTY: &str = "is empty";

/// The values as nested tables, with the content of secret files in place of their paths.
pub(crate) fn resolve(effective: &Effective, root: Shape<'_>, problems: &mut Vec<Problem>) -> Map<String, Value> {
    let mut values = effective.nested();
    for setting in &effective.settings {
        let Some(shape) = shape_at(root, &setting.path).filter(|shape| shape.is_secret()) else { continue };
        let key = setting.path.join(".");
        let file_key = format!("{key}_file");
        let path = effective.find(&file_key).and_then(|file| file.value.as_str()).unwrap_or_default().to_owned();
        if let Some((key, table)) = setting.path.split_last() {
            remove(&mut values, &[table, &[format!("{key}_file")]].concat());
        }
        if path.is_empty() {
            continue;
        }
        if setting.is_given() {
            let place = effective.place(&file_key);
            let what = format!("{key} is set as well ({})", effective.place(&key));
            let remedy = format!("keep one of {key} and {file_key}");
            problems.push(Problem { place, key: file_key, what, remedy, excerpt: None });
            continue;
        }
        match read(&path) {
            Ok(content) => put(&mut values, &setting.path, value(&content, shape)),
            Err(why) => {
                let file = if is_path(&path) { format!("the file {}", quoted(&path)) } else { "the file".to_owned() };
                let problem = Problem {
                    place: effective.place(&file_key),
                    what: format!("{file} {why}"),
                    remedy: remedy(&why, &path).to_owned(),
                    key: file_key,
                    excerpt: None,
                };
                problems.push(problem);
            }
        }
    }
    values
}

/// Whether the text may be shown in a message: it is a path whose first directory exists. Any other text may be the secret
/// itself, written into the wrong key.
fn is_path(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    let (root, first) = (path.starts_with('/').then(|| parts.next()).flatten(), parts.next());
    let directory: PathBuf = root.into_iter().chain(first).collect();
    parts.next().is_some() && directory.is_dir()
}

fn remedy(why: &str, path: &str) -> &'static str {
    match why {
        EMPTY => "write the secret into it",
        _ if Path::new(path).is_relative() => {
            "write the path of a text file that this process may read; a relative path starts at the working directory"
        }
        _ => "write the path of a text file that this process may read",
    }
}

fn shape_at<'s>(root: Shape<'s>, path: &[String]) -> Option<Shape<'s>> {
    path.iter().try_fold(root, |shape, key| shape.child(key))
}

/// Removes the value at a path.
pub(crate) fn remove(table: &mut Map<String, Value>, path: &[String]) {
    match path {
        [] => {}
        [key] => {
            table.remove(key);
        }
        [key, rest @ ..] => {
            if let Some(Value::Object(table)) = table.get_mut(key) {
                remove(table, rest);
            }
        }
    }
}

/// The content of a secret file. The error is a phrase that follows "the file".
pub(crate) fn read(path: &str) -> Result<String, String> {
    use std::io::Read;
    let cannot = |error: std::io::Error| format!("cannot be read ({error})");
    let file = std::fs::File::open(path).map_err(cannot)?;
    let mut content = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut content).map_err(cannot)?;
    if content.len() as u64 > MAX_BYTES {
        return Err("is larger than 64 KiB".to_owned());
    }
    if content.trim().is_empty() {
        return Err(EMPTY.to_owned());
    }
    Ok(content)
}

fn value(content: &str, shape: Shape<'_>) -> Value {
    if matches!(shape.value_type(), ValueType::List(_)) {
        return content.lines().map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect();
    }
    let cut = content.strip_suffix('\n').map(|cut| cut.strip_suffix('\r').unwrap_or(cut));
    Value::from(cut.unwrap_or(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LG-08: the text may be the secret itself.
    #[test]
    fn only_a_path_through_an_existing_directory_is_shown() {
        for path in ["/tmp/secrets/google", "./secret", "src/none", "../secret"] {
            assert!(is_path(path), "{path}");
        }
        for secret in ["hunter2", "/hunter2", "hunter2/hunter2", "/hunter2/hunter2", "", "/", "GOCSPX-x/y"] {
            assert!(!is_path(secret), "{secret}");
        }
    }
}
