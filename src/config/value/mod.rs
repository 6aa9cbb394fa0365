//! Values that configuration keys hold, each read from a text.

pub(crate) mod algorithm;
pub(crate) mod duration;
pub(crate) mod key_file;
pub(crate) mod pointer;
pub(crate) mod public_key;
pub(crate) mod public_url;
pub(crate) mod redirect_uri;
pub(crate) mod return_to;
