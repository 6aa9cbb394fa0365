//! Reads the environment variables `VESTIBULE__SECTION__KEY` as a layer. Lists are comma-separated.

use std::collections::HashMap;
use std::ffi::OsString;

use serde_json::{Map, Value};

use super::check::mismatch;
use super::effective::put;
use super::ids::{IdRule, Ids};
use super::problem::{Place, Problem};
use super::shape::{Shape, ValueType};
use super::source::Layer;
use super::suggest::suggest_key;
use super::validator::quoted;

/// The origin of values of this layer.
pub(crate) const NAME: &str = "environment";
const PREFIX: &str = "VESTIBULE__";
/// A likely typing error: one underscore instead of two.
const SHORT_PREFIX: &str = "VESTIBULE_";

/// Reads all variables that start with `VESTIBULE__`. `ids` are the ids in the files: a variable may write `_` for the
/// `-` and `.` in them, since shells do not accept those in names.
pub(crate) fn read(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    ids: &Ids,
    root: Shape<'_>,
    problems: &mut Vec<Problem>,
) -> Layer {
    let mut layer = Layer { name: NAME.to_owned(), values: Map::new(), places: HashMap::new(), order: Vec::new() };
    let ours = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value));
    let mut variables: Vec<_> =
        variables.into_iter().filter_map(ours).filter(|(name, _)| name.starts_with(SHORT_PREFIX)).collect();
    variables.sort();
    for (name, value) in variables {
        if !name.starts_with(PREFIX) {
            problems.extend(single_underscore(name, root));
            continue;
        }
        let path = path_of(&name, ids);
        match value_at(&path, value, root) {
            Ok(value) => {
                layer.places.insert(path.join("."), Place::Environment(name));
                put(&mut layer.values, &path, value);
                layer.order.push(path);
            }
            Err((what, remedy)) => {
                // A problem with an empty key does not suppress problems of the keys in that section.
                let key = if is_section(&path, root) { String::new() } else { path.join(".") };
                problems.push(Problem { place: Place::Environment(name), key, what, remedy, excerpt: None });
            }
        }
    }
    layer
}

/// Reports a variable with one underscore after `VESTIBULE`, which would be ignored without a message.
fn single_underscore(name: String, root: Shape<'_>) -> Option<Problem> {
    let rest = name.strip_prefix(SHORT_PREFIX).filter(|rest| !is_set_by_kubernetes(rest))?.to_lowercase();
    let ValueType::Table(sections) = root.value_type() else { return None };
    let (section, key) = sections.keys().find_map(|section| {
        let key = rest.strip_prefix(section.as_str())?.strip_prefix('_')?;
        Some((section.clone(), key.trim_start_matches('_').to_owned()))
    })?;
    let remedy = suggest_key(&[section, key], root).remedy(variable);
    let what = format!("is ignored, since its name does not start with {PREFIX}");
    Some(Problem { place: Place::Environment(name), key: String::new(), what, remedy, excerpt: None })
}

/// Whether Kubernetes sets this variable. For a service named `vestibule-admin`, every container in the namespace gets
/// `VESTIBULE_ADMIN_SERVICE_HOST`, `VESTIBULE_ADMIN_PORT_8081_TCP` and others.
fn is_set_by_kubernetes(rest: &str) -> bool {
    rest.ends_with("_SERVICE_HOST")
        || rest.contains("_SERVICE_PORT")
        || rest.ends_with("_PORT")
        || rest.contains("_PORT_")
}

fn variable(path: &[String]) -> String {
    format!("{PREFIX}{}", path.join("__").to_uppercase())
}

fn path_of(name: &str, ids: &Ids) -> Vec<String> {
    let mut path: Vec<String> =
        name.strip_prefix(PREFIX).unwrap_or_default().to_lowercase().split("__").map(str::to_owned).collect();
    if let [section, name, ..] = path.as_mut_slice()
        && let Some(id) = ids.named_by_variable(section, name)
    {
        name.clone_from(id);
    }
    path
}

fn shape_at<'s>(path: &[String], root: Shape<'s>) -> Option<Shape<'s>> {
    path.iter().try_fold(root, |shape, key| shape.child(key))
}

fn is_section(path: &[String], root: Shape<'_>) -> bool {
    shape_at(path, root).is_some_and(|shape| matches!(shape.value_type(), ValueType::Table(_) | ValueType::Named(_)))
}

/// The value with the type of its key. The error is what is wrong, and what to write instead.
fn value_at(path: &[String], value: OsString, root: Shape<'_>) -> Result<Value, (String, String)> {
    let shape =
        shape_at(path, root).ok_or_else(|| ("unknown key".to_owned(), suggest_key(path, root).remedy(variable)))?;
    if let [section, name, ..] = path
        && let Some(id_rule) = IdRule::of_section(section).filter(|id_rule| !id_rule.accepts(name))
    {
        let remedy = "write 1 to 64 of A-Z, 0-9, - and single _, starting with a letter or a digit";
        return Err((format!("{} cannot be {}", quoted(name), id_rule.what), remedy.to_owned()));
    }
    let text = value.into_string().map_err(|_| ("is not UTF-8".to_owned(), "write UTF-8".to_owned()))?;
    let value = match shape.value_type() {
        ValueType::Table(_) | ValueType::Named(_) => {
            return Err(("names a section, not a key".to_owned(), format!("name a key, as {PREFIX}SECTION__KEY")));
        }
        ValueType::List(_) => text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect(),
        ValueType::Number(..) => text.trim().parse::<i64>().map_or_else(|_| Value::from(text.as_str()), Value::from),
        ValueType::Flag | ValueType::FlagOr(_) => {
            text.trim().parse::<bool>().map_or_else(|_| Value::from(text.as_str()), Value::from)
        }
        ValueType::Choice(_) | ValueType::Text | ValueType::Any => Value::from(text.as_str()),
    };
    let items = value.as_array().zip(match shape.value_type() {
        ValueType::List(item) => Some(item),
        _ => None,
    });
    let mismatched_item = items.and_then(|(values, item)| values.iter().find_map(|value| mismatch(value, item)));
    match mismatch(&value, shape).or(mismatched_item) {
        None => Ok(value),
        Some((what, remedy)) => Err((what, remedy.replace(", without quotes", ""))),
    }
}
