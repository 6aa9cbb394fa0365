//! `[signing]`: the keys that sign tokens, and their rotation.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::secret_files;
use crate::config::layer::validator::Validator;
use crate::config::value::algorithm::Algorithm;
use crate::config::value::duration::{self, DurationText};
use crate::config::value::key_file::KeyFile;

/// The keys that sign tokens, and their rotation.
// Not `deny_unknown_fields`, which serde cannot combine with `flatten`: the check of the layers refuses unknown keys.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(crate) struct RawSigning {
    /// PEM files instead of generated keys; the first key of an algorithm signs, the others are only in the JWKS
    key_files: Vec<String>,
    /// The keys that mean what is written.
    #[serde(flatten)]
    signing: Signing,
}

/// The keys that sign tokens, and their rotation.
#[derive(Deserialize, JsonSchema)]
pub struct Signing {
    /// JWS algorithms, of `ES256`, `RS256` and `EdDSA`; the first signs access tokens
    pub algorithms: Vec<Algorithm>,
    /// how long a key signs before the next one replaces it; at least `publish_before_use`
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1h", "x-to" = "3650d"))]
    pub rotate_every: Duration,
    /// how long a key is in the JWKS before it signs; the max-age of the JWKS is shorter
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "30d"))]
    pub publish_before_use: Duration,
    /// The keys of the files. If there are any, none are generated.
    #[serde(skip)]
    pub key_files: Vec<KeyFile>,
}

pub(crate) fn validate(raw: RawSigning, validator: &mut Validator<'_>) -> Option<Signing> {
    let RawSigning { key_files: paths, signing } = raw;
    let is_wrong = ["signing.publish_before_use", "signing.rotate_every"].iter().any(|key| validator.is_wrong(key));
    if signing.rotate_every < signing.publish_before_use && !is_wrong {
        let what = "is shorter than signing.publish_before_use, so a key would be replaced before it signs";
        let remedy = format!("write at least \"{}\"", duration::text(signing.publish_before_use));
        validator.reject("signing.rotate_every", what, remedy);
    }
    let algorithms = &signing.algorithms;
    if algorithms.is_empty() {
        validator.reject("signing.algorithms", "is empty", "write at least one, as [\"ES256\"]");
        return None;
    }
    for (item, algorithm) in algorithms.iter().enumerate() {
        if algorithms.iter().take(item).any(|earlier| earlier == algorithm) {
            validator.reject_item(
                "signing.algorithms",
                item,
                format!("\"{}\" is listed twice", algorithm.name()),
                "remove one",
            );
        }
    }
    let key_files = key_files(&paths, algorithms, validator)?;
    Some(Signing { key_files, ..signing })
}

/// Reads the key files: none at all, or at least one for each algorithm and none for other algorithms.
fn key_files(paths: &[String], algorithms: &[Algorithm], validator: &mut Validator<'_>) -> Option<Vec<KeyFile>> {
    const KEY: &str = "signing.key_files";
    let mut files: Vec<KeyFile> = Vec::new();
    for (item, path) in paths.iter().enumerate() {
        let remedy = "write the path of a private key in PEM, as `openssl genpkey` writes it; convert older formats \
                      with `openssl pkcs8 -topk8 -nodes`";
        let read = secret_files::read(path).and_then(|text| KeyFile::parse(&text).map_err(|bad| bad.to_string()));
        match read {
            Ok(file) if !algorithms.contains(&file.algorithm()) => {
                let name = file.algorithm().name();
                let remedy = format!("remove it, or add \"{name}\" to signing.algorithms");
                validator.reject_item(KEY, item, format!("the file holds a key for {name}"), remedy);
            }
            Ok(file) if files.iter().any(|earlier| earlier.pkcs8() == file.pkcs8()) => {
                validator.reject_item(KEY, item, "the file holds the same key as an earlier one", "remove one");
            }
            Ok(file) => files.push(file),
            Err(why) => validator.reject_item(KEY, item, format!("the file {why}"), remedy),
        }
    }
    if files.len() < paths.len() {
        return None;
    }
    let missing = algorithms.iter().find(|wanted| files.iter().all(|file| file.algorithm() != **wanted));
    if let Some(missing) = missing.filter(|_| !paths.is_empty()) {
        let what = format!("has no key for {}, and with key files no keys are generated", missing.name());
        validator.reject(KEY, what, "add one, or remove the algorithm from signing.algorithms");
        return None;
    }
    Some(files)
}
