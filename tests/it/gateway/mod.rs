//! Rules for every URL of the gateway, over HTTP.

mod branding;
mod cors;
mod described;
mod failover;
mod failures;
mod hostile;
mod limits;
mod limits_by_caller;
mod outage;
mod pages;
mod public_url;
mod refusal_lines;
mod replicas;
mod schema;
mod strict;
mod ways_on;
