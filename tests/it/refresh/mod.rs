//! Refresh: the table of the contract, row by row, at once from forty callers, and against a small model of it.

mod concurrent;
mod model;
mod replicas;
mod table;
