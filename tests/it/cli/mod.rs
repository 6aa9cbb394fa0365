//! The commands of `vestibule`.

mod dev;
mod explain;
mod keys;
mod secrets;
mod sessions;
