//! `sessions` in SQL, one act a file.

mod end;
mod find;
mod touch;

pub use end::{Ended, Scope, end, end_where};
pub use find::find;
pub use touch::touch;
