//! The refresh grant: an app's refresh token, the table of the contract row by row, concurrent requests, and a model.

mod app;
mod concurrent;
mod elsewhere;
mod model;
mod replicas;
mod table;

pub use replicas::Replicas;
