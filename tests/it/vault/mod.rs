//! The providers' own tokens: kept, refreshed by one, handed out, revoked.

mod at_rest;
mod exchange;
mod house;
mod id_token;
mod login;
mod renew;
mod revoke;
mod rotate;
mod trouble;
