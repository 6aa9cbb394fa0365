//! Connections of the public listener: one request at a time, within time limits and limits of number.

mod client;

mod admission;
mod requests;
mod smuggling;
mod timeouts;
