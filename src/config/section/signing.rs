//! `[signing]`

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::findings::Findings;
use crate::config::layer::twins;
use crate::config::value::algorithm::Algorithm;
use crate::config::value::duration::DURATION;
use crate::config::value::key_file::KeyFile;

/// What our tokens are signed with.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSigning {
    /// also `EdDSA`; the first signs access tokens
    algorithms: Vec<Algorithm>,
    /// how long a key signs; at least `publish_before_use`
    #[schemars(regex(pattern = DURATION))]
    rotate_every: String,
    /// a key stands in the JWKS this long before it signs; also the JWKS max-age bound
    #[schemars(regex(pattern = DURATION))]
    publish_before_use: String,
    /// PEM files instead of generated keys; the first of an algorithm signs, the others only stand in the JWKS
    key_files: Vec<String>,
}

/// `[signing]`
pub struct Signing {
    /// What we sign with, at least one; the first signs access tokens.
    pub algorithms: Vec<Algorithm>,
    /// How long a key signs.
    pub rotate_every: Duration,
    /// How long a key stands in the JWKS before it signs; the `max-age` of the JWKS is a little less.
    pub publish_before_use: Duration,
    /// Keys that are kept elsewhere. Where there are any, none are made.
    pub key_files: Vec<KeyFile>,
}

pub(crate) fn signing(raw: RawSigning, at: &mut Findings<'_>) -> Option<Signing> {
    let publish_before_use = at.duration("signing.publish_before_use", &raw.publish_before_use, "1s", "30d");
    let rotate_every = at.duration("signing.rotate_every", &raw.rotate_every, "1h", "3650d");
    if let (Some(publish), Some(rotate)) = (publish_before_use, rotate_every)
        && rotate < publish
    {
        let what = "is shorter than signing.publish_before_use, so that a key would be due before it signs";
        at.refuse("signing.rotate_every", what, format!("write at least \"{}\"", raw.publish_before_use));
    }
    let algorithms = raw.algorithms;
    if algorithms.is_empty() {
        at.refuse("signing.algorithms", "is empty", "write at least one, as [\"ES256\"]");
        return None;
    }
    for (item, algorithm) in algorithms.iter().enumerate() {
        if algorithms.iter().take(item).any(|earlier| earlier == algorithm) {
            at.refuse_item(
                "signing.algorithms",
                item,
                format!("\"{}\" stands there twice", algorithm.name()),
                "take one out",
            );
        }
    }
    let key_files = key_files(&raw.key_files, &algorithms, at)?;
    Some(Signing { algorithms, rotate_every: rotate_every?, publish_before_use: publish_before_use?, key_files })
}

/// Either none, or at least one for each algorithm and none for any other.
fn key_files(paths: &[String], algorithms: &[Algorithm], at: &mut Findings<'_>) -> Option<Vec<KeyFile>> {
    const KEY: &str = "signing.key_files";
    let mut files: Vec<KeyFile> = Vec::new();
    for (item, path) in paths.iter().enumerate() {
        let remedy = "write the path of a private key in PEM, as `openssl genpkey` writes it; older forms are turned \
                      into it by `openssl pkcs8 -topk8 -nodes`";
        let read = twins::read(path).and_then(|text| KeyFile::parse(&text).map_err(|bad| bad.to_string()));
        match read {
            Ok(file) if !algorithms.contains(&file.algorithm()) => {
                let name = file.algorithm().name();
                let remedy = format!("take it out, or add \"{name}\" to signing.algorithms");
                at.refuse_item(KEY, item, format!("the file holds a key for {name}"), remedy);
            }
            Ok(file) if files.iter().any(|earlier| earlier.pkcs8() == file.pkcs8()) => {
                at.refuse_item(KEY, item, "the file holds the same key as an earlier one", "take one out");
            }
            Ok(file) => files.push(file),
            Err(why) => at.refuse_item(KEY, item, format!("the file {why}"), remedy),
        }
    }
    if files.len() < paths.len() {
        return None;
    }
    let missing = algorithms.iter().find(|wanted| files.iter().all(|file| file.algorithm() != **wanted));
    if let Some(missing) = missing.filter(|_| !paths.is_empty()) {
        let what = format!("none is a key for {}, and none are made where there are files", missing.name());
        at.refuse(KEY, what, "add one, or take the algorithm out of signing.algorithms");
        return None;
    }
    Some(files)
}
