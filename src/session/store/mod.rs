//! `sessions` in SQL, one act a file.

mod end;
mod end_listed;
mod find;
mod list;
mod touch;

pub use end::{Ended, Scope, end, end_where};
pub use end_listed::{Dismissed, end_listed};
pub use find::find;
pub use list::{list, list_all};
pub use touch::touch;
