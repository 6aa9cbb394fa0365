//! The commands of `vestibule`.

mod configuration_file;
mod dev;
mod explain;
mod explain_site;
mod keys;
mod pages;
mod secrets;
mod sessions;
