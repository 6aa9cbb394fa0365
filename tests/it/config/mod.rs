//! Loading the configuration: layers, secret files, the rules of each section, and the problems that are reported.

mod clients;
mod clients_by_url;
mod dump;
mod layers;
mod linking;
mod problems;
mod providers;
mod reference;
mod resources;
mod secrets;
mod sections;
pub mod support;
mod user_part;
mod verify;
mod warnings;
