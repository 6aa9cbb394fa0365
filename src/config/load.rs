//! Loading: defaults, files and the environment, laid over each other by the `config` crate.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use ::config::{ConfigError, Map as Table, Source, Value as Merged, ValueKind};
use serde_json::{Map, Value};

use super::layer::effective::{DEFAULT, Effective, Setting};
use super::layer::findings::Findings;
use super::layer::naming::Names;
use super::layer::problem::{Place, Problem, Problems};
use super::layer::shape::Shape;
use super::layer::source::{self, Layer};
use super::layer::{check, defaults, environment, preset, twins};
use super::schema;
use super::whole::{Config, RawConfig, whole};

/// Read where no file is named, if it exists.
const USUAL_FILE: &str = "config/vestibule.toml";

/// A good configuration, and where its values came from.
pub struct Loaded {
    /// The validated values.
    pub config: Config,
    pub(crate) effective: Effective,
}

impl Loaded {
    /// Only the values.
    pub fn into_config(self) -> Config {
        self.config
    }
}

/// Loads the configuration from the defaults, these files (none: `config/vestibule.toml` if it exists) and the
/// environment; later ones win. Fails with everything that is wrong.
pub fn load(files: &[PathBuf]) -> Result<Loaded, Problems> {
    load_with(files, std::env::vars_os())
}

/// The same with other variables than the process's own.
pub fn load_with(
    files: &[PathBuf],
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Loaded, Problems> {
    let usual = [PathBuf::from(USUAL_FILE)];
    let files = if files.is_empty() && usual.iter().all(|file| file.exists()) { &usual } else { files };
    let mut problems = Vec::new();
    let read = |file: &PathBuf| read_file(file).map_err(|problem| problems.push(problem)).ok();
    let layers = files.iter().filter_map(read).collect();
    combine(layers, variables, problems)
}

/// Loads a configuration from a text alone, over the defaults, without the environment.
pub fn from_toml(text: &str) -> Result<Config, Problems> {
    let mut problems = Vec::new();
    let layer = source::from_toml("configuration", text).map_err(|problem| problems.push(problem)).ok();
    combine(layer.into_iter().collect(), [], problems).map(Loaded::into_config)
}

fn read_file(path: &Path) -> Result<Layer, Problem> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Problem {
        place: Place::File(name.clone(), None),
        key: String::new(),
        what: format!("cannot be read ({error})"),
        remedy: "name a TOML file that this process may read".to_owned(),
    })?;
    source::from_toml(&name, &text)
}

fn combine(
    mut layers: Vec<Layer>,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    mut problems: Vec<Problem>,
) -> Result<Loaded, Problems> {
    let unreadable = !problems.is_empty();
    let schema = schema::generate();
    let root = Shape::root(&schema);
    for layer in &mut layers {
        check::check(layer, root, &mut problems);
    }
    let from_files = Names::of(&layers);
    layers.push(environment::read(variables, &from_files, root, &mut problems));
    if unreadable {
        // Without that file everything in it would seem to be missing.
        return Err(Problems::new(problems));
    }
    let names = Names::of(&layers);
    let presets = preset::layers(&layers);
    layers.splice(0..0, presets);
    let effective = merge(layers, names).map_err(|error| internal(&error, &mut problems))?;
    let values = twins::resolve(&effective, root, &mut problems);
    let raw: RawConfig = serde_json::from_value(values).map_err(|error| internal(&error, &mut problems))?;
    let mut findings = Findings::new(&effective, &problems);
    let config = whole(raw, &effective.names, &mut findings);
    let found = findings.into_problems();
    problems.extend(found);
    match config {
        Some(config) if problems.is_empty() => Ok(Loaded { config, effective }),
        _ => Err(Problems::new(problems)),
    }
}

/// What the check of the layers should have found. The error itself may quote a secret.
fn internal(_: &dyn std::error::Error, problems: &mut Vec<Problem>) -> Problems {
    if problems.is_empty() {
        problems.push(Problem {
            place: Place::Nowhere,
            key: String::new(),
            what: "the layers do not fit together".to_owned(),
            remedy: "this is a defect of Vestibule: please report it with the keys you set, without their values"
                .to_owned(),
        });
    }
    Problems::new(std::mem::take(problems))
}

/// Lays the layers over each other.
fn merge(layers: Vec<Layer>, names: Names) -> Result<Effective, ConfigError> {
    let values = defaults::for_names(&names);
    let lowest = Layer { name: DEFAULT.to_owned(), values, places: HashMap::new(), order: Vec::new() };
    let builder = std::iter::once(&lowest)
        .chain(&layers)
        .fold(::config::Config::builder(), |builder, layer| builder.add_source(Step::of(layer)));
    let merged = builder.build()?;
    let mut settings = Vec::new();
    flatten(&merged.cache, &mut Vec::new(), &mut settings);
    let places = layers.into_iter().map(|layer| (layer.name, layer.places)).collect();
    Ok(Effective { settings, places, names })
}

/// A layer as the `config` crate takes it.
#[derive(Clone)]
struct Step(Table<String, Merged>);

/// The crate wants one; the values hold secrets.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Step")
    }
}

impl Step {
    fn of(layer: &Layer) -> Self {
        Self(table(&layer.values, &layer.name))
    }
}

impl Source for Step {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Table<String, Merged>, ConfigError> {
        Ok(self.0.clone())
    }
}

fn table(values: &Map<String, Value>, origin: &String) -> Table<String, Merged> {
    values.iter().map(|(key, value)| (key.clone(), merged(value, origin))).collect()
}

fn merged(value: &Value, origin: &String) -> Merged {
    let kind = match value {
        Value::Null => ValueKind::Nil,
        Value::Bool(flag) => ValueKind::Boolean(*flag),
        Value::Number(number) => number.as_i64().map_or(ValueKind::Nil, ValueKind::I64),
        Value::String(text) => ValueKind::String(text.clone()),
        Value::Array(items) => ValueKind::Array(items.iter().map(|item| merged(item, origin)).collect()),
        Value::Object(values) => ValueKind::Table(table(values, origin)),
    };
    Merged::new(Some(origin), kind)
}

fn flatten(value: &Merged, path: &mut Vec<String>, settings: &mut Vec<Setting>) {
    let ValueKind::Table(table) = &value.kind else {
        let origin = value.origin().unwrap_or(DEFAULT).to_owned();
        settings.push(Setting { path: path.clone(), value: plain(value), origin });
        return;
    };
    if table.is_empty() {
        settings.push(Setting { path: path.clone(), value: Value::Object(Map::new()), origin: DEFAULT.to_owned() });
    }
    for (key, value) in table {
        path.push(key.clone());
        flatten(value, path, settings);
        path.pop();
    }
}

fn plain(value: &Merged) -> Value {
    match &value.kind {
        ValueKind::Boolean(flag) => Value::from(*flag),
        ValueKind::I64(number) => Value::from(*number),
        ValueKind::String(text) => Value::from(text.as_str()),
        ValueKind::Array(items) => items.iter().map(plain).collect(),
        _ => Value::Null,
    }
}
