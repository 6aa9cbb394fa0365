//! The commands of `vestibule`.

mod configuration_file;
mod dev;
mod explain;
mod keys;
mod secrets;
mod sessions;
