//! Types of values: each is parsed from a text, and is valid from then on. They know no other part of the configuration.

pub(crate) mod accent;
pub(crate) mod admin_token;
pub(crate) mod algorithm;
pub(crate) mod database_url;
pub(crate) mod duration;
pub(crate) mod email_domain;
pub(crate) mod given;
pub(crate) mod glob;
pub(crate) mod key_file;
pub(crate) mod link;
pub(crate) mod listener;
pub(crate) mod local;
pub(crate) mod network;
pub(crate) mod outbound_proxy;
pub(crate) mod parts;
pub(crate) mod pointer;
pub(crate) mod public_key;
pub(crate) mod public_url;
pub(crate) mod redirect_uri;
pub(crate) mod resource;
pub(crate) mod return_to;
pub(crate) mod site_host;
pub(crate) mod site_path;
pub(crate) mod svg;
