//! The environment as a layer: `VESTIBULE__SECTION__KEY`, lists comma-separated.

use std::collections::HashMap;
use std::ffi::OsString;

use serde_json::{Map, Value};

use super::check::misfit;
use super::effective::put;
use super::findings::shown;
use super::naming::{Names, Naming};
use super::nearest::nearest;
use super::problem::{Place, Problem};
use super::shape::{Kind, Shape};
use super::source::Layer;

/// What its values are said to come from.
pub(crate) const NAME: &str = "environment";
const PREFIX: &str = "VESTIBULE__";
/// What somebody writes who takes the second underscore for a typing error.
const SHORT_PREFIX: &str = "VESTIBULE_";

/// Reads all variables that begin with our prefix. `names` are the tables that files speak of: their `-` and `.` may be
/// written `_`, which shells insist on.
pub(crate) fn read(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    names: &Names,
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
            problems.extend(too_short(name, root));
            continue;
        }
        let path = path_of(&name, names);
        match value_at(&path, value, root) {
            Ok(value) => {
                layer.places.insert(path.join("."), Place::Environment(name));
                put(&mut layer.values, &path, value);
                layer.order.push(path);
            }
            Err((what, remedy)) => {
                // Keys below a section's name are still judged.
                let key = if is_section(&path, root) { String::new() } else { path.join(".") };
                problems.push(Problem { place: Place::Environment(name), key, what, remedy });
            }
        }
    }
    layer
}

/// A variable that lacks the second underscore would be ignored, and nobody would know why.
fn too_short(name: String, root: Shape<'_>) -> Option<Problem> {
    let rest = name.strip_prefix(SHORT_PREFIX).filter(|rest| !is_of_kubernetes(rest))?.to_lowercase();
    let Kind::Table(sections) = root.kind() else { return None };
    let (section, key) = sections.keys().find_map(|section| {
        let key = rest.strip_prefix(section.as_str())?.strip_prefix('_')?;
        Some((section.clone(), key.trim_start_matches('_').to_owned()))
    })?;
    let remedy = nearest(&[section, key], root).remedy(variable);
    let what = format!("is not read, since only what begins with {PREFIX} is");
    Some(Problem { place: Place::Environment(name), key: String::new(), what, remedy })
}

/// Kubernetes tells every process in its namespace where its services are: of a service named `vestibule-admin` by
/// `VESTIBULE_ADMIN_SERVICE_HOST`, `VESTIBULE_ADMIN_PORT_8081_TCP` and more.
fn is_of_kubernetes(rest: &str) -> bool {
    rest.ends_with("_SERVICE_HOST")
        || rest.contains("_SERVICE_PORT")
        || rest.ends_with("_PORT")
        || rest.contains("_PORT_")
}

fn variable(path: &[String]) -> String {
    format!("{PREFIX}{}", path.join("__").to_uppercase())
}

fn path_of(name: &str, names: &Names) -> Vec<String> {
    let mut path: Vec<String> =
        name.strip_prefix(PREFIX).unwrap_or_default().to_lowercase().split("__").map(str::to_owned).collect();
    if let [section, name, ..] = path.as_mut_slice()
        && let Some(meant) = names.meant(section, name)
    {
        name.clone_from(meant);
    }
    path
}

fn shape_at<'s>(path: &[String], root: Shape<'s>) -> Option<Shape<'s>> {
    path.iter().try_fold(root, |shape, key| shape.child(key))
}

fn is_section(path: &[String], root: Shape<'_>) -> bool {
    shape_at(path, root).is_some_and(|shape| matches!(shape.kind(), Kind::Table(_) | Kind::Named(_)))
}

/// The value with the type that belongs there, or what is wrong and what to write instead.
fn value_at(path: &[String], value: OsString, root: Shape<'_>) -> Result<Value, (String, String)> {
    let shape = shape_at(path, root).ok_or_else(|| ("unknown key".to_owned(), nearest(path, root).remedy(variable)))?;
    if let [section, name, ..] = path
        && let Some(naming) = Naming::of_section(section).filter(|naming| !naming.accepts(name))
    {
        let remedy = "write 1 to 64 of A-Z, 0-9, - and single _, beginning with a letter or a digit";
        return Err((format!("{} cannot be {}", shown(name), naming.what), remedy.to_owned()));
    }
    let text = value.into_string().map_err(|_| ("is not UTF-8".to_owned(), "write UTF-8".to_owned()))?;
    let value = match shape.kind() {
        Kind::Table(_) | Kind::Named(_) => {
            return Err(("names a section, not a key".to_owned(), format!("name a key, as {PREFIX}SECTION__KEY")));
        }
        Kind::List(_) => text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect(),
        Kind::Number(..) => text.trim().parse::<i64>().map_or_else(|_| Value::from(text.as_str()), Value::from),
        Kind::Flag => text.trim().parse::<bool>().map_or_else(|_| Value::from(text.as_str()), Value::from),
        Kind::Choice(_) | Kind::Text => Value::from(text.as_str()),
    };
    let items = value.as_array().zip(match shape.kind() {
        Kind::List(item) => Some(item),
        _ => None,
    });
    let misfit_item = items.and_then(|(values, item)| values.iter().find_map(|value| misfit(value, item)));
    match misfit(&value, shape).or(misfit_item) {
        None => Ok(value),
        Some((what, remedy)) => Err((what, remedy.replace(", without quotes", ""))),
    }
}
