//! Statements that requests wait for, as a test plans them: text, types of the parameters, and the indexes by which the
//! statement finds its rows. Each store lists its own in `hot.rs`; docs/plans.md has all of them.

use super::explain::Explainable;
use super::statement::{Piece, Text as Walk};

/// A statement that requests wait for, as `docs/plans.md` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotStatement {
    /// Module and struct, for example `session::store::find::Find`.
    pub name: String,
    /// The text, with `$1`, `$2`, … for its parameters.
    pub sql: String,
    /// Name and PostgreSQL type of each parameter.
    pub parameters: Vec<(&'static str, String)>,
    /// The only indexes that its plan may read.
    pub indexes: &'static [&'static str],
}

impl HotStatement {
    /// The statement `S`, which reads these indexes.
    pub(crate) fn of<S: Explainable>(indexes: &'static [&'static str]) -> Self {
        let (mut walk, mut sql, mut parameters) = (Walk::new(S::TEXT), String::new(), Vec::new());
        while let Some(piece) = walk.next() {
            match piece {
                Piece::Sql(text) => sql.push_str(text),
                Piece::Again(place) => sql.extend(["$", &place.to_string()]),
                Piece::Bind(name) => {
                    parameters.extend(S::parameters().into_iter().find(|(field, _)| *field == name));
                    sql.extend(["$", &parameters.len().to_string()]);
                }
            }
        }
        let name = S::NAME.trim_start_matches("vestibule::").to_owned();
        Self { name, sql, parameters, indexes }
    }
}

/// A list of hot statements with the indexes of each.
macro_rules! hot {
    ($($(#[$doc:meta])* $statement:path: [$($index:literal),*],)+) => {
        vec![$($crate::base::hot::HotStatement::of::<$statement>(&[$($index),*])),+]
    };
}
pub(crate) use hot;
