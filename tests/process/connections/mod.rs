//! One host that opens as many connections as it can, against a gateway with 1,024 descriptors.

mod attack;
mod crowd;
mod descriptors;
mod malformed;
mod witness;
