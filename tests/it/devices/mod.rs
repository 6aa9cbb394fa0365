//! Devices and their sessions: listed, ended, limited, administered and cleaned up.

mod account_page;
mod administration;
mod cleanup;
mod command_line;
mod device;
mod ending;
mod limits;
mod listing;
mod races;
