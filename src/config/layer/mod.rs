//! The layers of the configuration: defaults, presets, files, the environment; each held against the schema, then merged.

pub(crate) mod check;
pub(crate) mod defaults;
pub(crate) mod effective;
pub(crate) mod environment;
pub(crate) mod findings;
pub(crate) mod naming;
pub(crate) mod nearest;
pub(crate) mod preset;
pub(crate) mod problem;
pub(crate) mod shape;
pub(crate) mod source;
pub(crate) mod twins;
