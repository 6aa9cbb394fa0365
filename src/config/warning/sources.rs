//! All warnings of a configuration.

use super::collect::Warner;
use super::{clients, database, readable_files, server, sharing, sites, tokens, verify};
use crate::config::layer::problem::Problems;
use crate::config::load::Loaded;

/// The warnings, each with its place, its key, what is wrong, and what to write instead.
pub fn warnings(loaded: &Loaded) -> Problems {
    let mut warner = Warner::new(&loaded.effective);
    let config = &loaded.config;
    readable_files::warn(&mut warner);
    database::warn(config, &mut warner);
    server::warn(config, &mut warner);
    sites::warn(config, &mut warner);
    sharing::warn(config, &mut warner);
    verify::warn(config, &mut warner);
    tokens::warn(config, &mut warner);
    clients::warn(config, &mut warner);
    warner.into_problems()
}
