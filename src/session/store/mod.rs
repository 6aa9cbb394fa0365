//! `sessions` in SQL, one act a file.

mod end;
mod find;
mod touch;

pub use end::end;
pub use find::find;
pub use touch::touch;
