//! The layers of the configuration, from the lowest to the highest: defaults, presets, files, environment variables.

pub(crate) mod check;
pub(crate) mod defaults;
pub(crate) mod effective;
pub(crate) mod environment;
pub(crate) mod excerpt;
pub(crate) mod ids;
pub(crate) mod local;
pub(crate) mod preset;
pub(crate) mod problem;
pub(crate) mod secret_files;
pub(crate) mod shape;
pub(crate) mod source;
pub(crate) mod suggest;
pub(crate) mod syntax;
pub(crate) mod validator;
