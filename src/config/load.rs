//! Loads the configuration: reads the layers, checks them, merges them with the `config` crate, and validates the result.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use ::config::{ConfigError, Map as Table, Source, Value as MergedValue, ValueKind};
use serde_json::{Map, Value};

use super::configuration::{self, Config, RawConfig};
use super::layer::effective::{DEFAULT, Effective, Setting};
use super::layer::ids::Ids;
use super::layer::problem::{Place, Problem, Problems};
use super::layer::shape::Shape;
use super::layer::source::{self, Layer};
use super::layer::validator::Validator;
use super::layer::{check, defaults, environment, local, preset, secret_files, syntax};
use super::schema;

/// The environment variable that names the file if the command line names none.
const FILE_VARIABLE: &str = "VESTIBULE_CONFIG";
/// The files of which the first that exists is read if neither names one.
const DEFAULT_FILES: [&str; 2] = ["config/vestibule.toml", "/etc/vestibule/vestibule.toml"];

/// A valid configuration, with the origin of each value.
pub struct Loaded {
    /// The validated values, without their origins.
    pub config: Config,
    pub(crate) effective: Effective,
}

impl Loaded {
    /// Drops the origins of the values.
    pub fn into_config(self) -> Config {
        self.config
    }
}

/// Loads the configuration from the defaults, `files` and the environment; a later layer overrides an earlier one. Where
/// `files` is empty, the file that `VESTIBULE_CONFIG` names is read, else the first of the default files that exists.
/// Fails with all problems.
pub fn load(files: &[PathBuf]) -> Result<Loaded, Problems> {
    load_with(files, std::env::vars_os())
}

/// Like [`load()`], with these environment variables instead of those of the process.
pub fn load_with(
    files: &[PathBuf],
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Loaded, Problems> {
    let variables: Vec<_> = variables.into_iter().collect();
    let files = files_to_read(files, &variables);
    let mut problems = Vec::new();
    let read = |file: &PathBuf| read_file(file).map_err(|problem| problems.push(problem)).ok();
    let layers = files.iter().filter_map(read).collect();
    let loaded = combine(layers, variables, problems);
    // Without a file, the other problems follow from that.
    if files.is_empty() { loaded.map_err(|problems| problems.with(no_file())) } else { loaded }
}

/// The files of the command line, else the one that `VESTIBULE_CONFIG` names, else the first default file that exists.
pub(super) fn files_to_read(files: &[PathBuf], variables: &[(OsString, OsString)]) -> Vec<PathBuf> {
    if !files.is_empty() {
        return files.to_vec();
    }
    let named = variables.iter().find(|(name, value)| name == FILE_VARIABLE && !value.is_empty());
    if let Some((_, file)) = named {
        return vec![PathBuf::from(file)];
    }
    // A file that this process may not see is read as well, so that the reason is reported.
    let exists = |file: &&str| Path::new(file).try_exists().unwrap_or(true);
    DEFAULT_FILES.iter().find(|file| exists(file)).map(PathBuf::from).into_iter().collect()
}

fn no_file() -> Problem {
    let [here, of_system] = DEFAULT_FILES;
    let directory = std::env::current_dir().map(|path| format!(" ({})", path.display())).unwrap_or_default();
    Problem {
        place: Place::NoFile,
        key: String::new(),
        what: format!("no configuration file was read: {here} does not exist here{directory}, nor {of_system}"),
        remedy: format!("name the file with --config FILE or {FILE_VARIABLE}"),
        excerpt: None,
    }
}

/// Loads a configuration from one TOML text and the defaults, without the environment.
pub fn from_toml(text: &str) -> Result<Config, Problems> {
    let mut problems = Vec::new();
    let layer = read_text("configuration", text).map_err(|problem| problems.push(problem)).ok();
    combine(layer.into_iter().collect(), [], problems).map(Loaded::into_config)
}

fn read_file(path: &Path) -> Result<Layer, Problem> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Problem {
        place: Place::File(name.clone(), None),
        key: String::new(),
        what: format!("cannot be read ({error})"),
        remedy: "name a TOML file that this process may read".to_owned(),
        excerpt: None,
    })?;
    read_text(&name, &text)
}

fn read_text(name: &str, text: &str) -> Result<Layer, Problem> {
    let of_schema = |error| syntax::problem(name, text, &error, Shape::root(&schema::generate()));
    source::from_toml(name, text).map_err(of_schema)
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
    let from_files = Ids::of(&layers);
    layers.push(environment::read(variables, &from_files, root, &mut problems));
    if unreadable {
        // Validating without that file would report everything in it as missing.
        return Err(Problems::new(problems));
    }
    let ids = Ids::of(&layers);
    let presets = preset::layers(&layers);
    layers.splice(0..0, presets);
    let effective = merge(layers, ids).map_err(|error| internal(&error, &mut problems))?;
    let mut values = secret_files::resolve(&effective, root, &mut problems);
    let mut validator = Validator::new(&effective, &problems);
    local::check(&mut values, &effective, root, &mut validator);
    let found = validator.into_problems();
    problems.extend(found);
    let raw: RawConfig =
        serde_json::from_value(Value::Object(values)).map_err(|error| internal(&error, &mut problems))?;
    let mut validator = Validator::new(&effective, &problems);
    let config = configuration::validate(raw, &effective.ids, &mut validator);
    let found = validator.into_problems();
    problems.extend(found);
    match config {
        Some(config) if problems.is_empty() => Ok(Loaded { config, effective }),
        _ => Err(Problems::new(problems)),
    }
}

/// Reports an error that the check of the layers should have found. The error itself is not shown: it may quote a secret.
fn internal(_: &dyn std::error::Error, problems: &mut Vec<Problem>) -> Problems {
    if problems.is_empty() {
        problems.push(Problem {
            place: Place::Nowhere,
            key: String::new(),
            what: "the layers cannot be merged".to_owned(),
            remedy: "this is a defect of Vestibule: please report it with the keys you set, without their values"
                .to_owned(),
            excerpt: None,
        });
    }
    Problems::new(std::mem::take(problems))
}

/// Merges the layers, the lowest first.
fn merge(layers: Vec<Layer>, ids: Ids) -> Result<Effective, ConfigError> {
    let values = defaults::for_ids(&ids);
    let lowest = Layer { name: DEFAULT.to_owned(), values, places: HashMap::new(), order: Vec::new() };
    let builder = std::iter::once(&lowest)
        .chain(&layers)
        .fold(::config::Config::builder(), |builder, layer| builder.add_source(LayerSource::of(layer)));
    let merged = builder.build()?;
    let mut settings = Vec::new();
    flatten(&merged.cache, &mut Vec::new(), &mut settings);
    let places = layers.into_iter().map(|layer| (layer.name, layer.places)).collect();
    Ok(Effective { settings, places, ids })
}

/// A layer as a source of the `config` crate.
#[derive(Clone)]
struct LayerSource(Table<String, MergedValue>);

/// `Source` requires `Debug`. The values are left out, since they hold secrets.
impl fmt::Debug for LayerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LayerSource")
    }
}

impl LayerSource {
    fn of(layer: &Layer) -> Self {
        Self(table(&layer.values, &layer.name))
    }
}

impl Source for LayerSource {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Table<String, MergedValue>, ConfigError> {
        Ok(self.0.clone())
    }
}

fn table(values: &Map<String, Value>, origin: &String) -> Table<String, MergedValue> {
    values.iter().map(|(key, value)| (key.clone(), merged(value, origin))).collect()
}

fn merged(value: &Value, origin: &String) -> MergedValue {
    let kind = match value {
        Value::Null => ValueKind::Nil,
        Value::Bool(flag) => ValueKind::Boolean(*flag),
        Value::Number(number) => number.as_i64().map_or(ValueKind::Nil, ValueKind::I64),
        Value::String(text) => ValueKind::String(text.clone()),
        Value::Array(items) => ValueKind::Array(items.iter().map(|item| merged(item, origin)).collect()),
        Value::Object(values) => ValueKind::Table(table(values, origin)),
    };
    MergedValue::new(Some(origin), kind)
}

fn flatten(value: &MergedValue, path: &mut Vec<String>, settings: &mut Vec<Setting>) {
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

fn plain(value: &MergedValue) -> Value {
    match &value.kind {
        ValueKind::Boolean(flag) => Value::from(*flag),
        ValueKind::I64(number) => Value::from(*number),
        ValueKind::String(text) => Value::from(text.as_str()),
        ValueKind::Array(items) => items.iter().map(plain).collect(),
        // A table in a list.
        ValueKind::Table(table) => table.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        _ => Value::Null,
    }
}
