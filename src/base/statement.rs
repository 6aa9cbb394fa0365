//! Hand-written SQL that is prepared once per connection.
//!
//! diesel 2.3 caches no `UPDATE … RETURNING`, no CTE and no `sql_query` as a prepared statement: each call is parsed,
//! planned and costs a second round trip. A query whose type stands for its text does not have that problem.

/// Declares a statement as a struct of its binds. In the text a bind is written `{field}`, as often as it is needed.
///
/// ```ignore
/// statement! {
///     /// Ends one session.
///     pub struct End<'a> { id: SessionId => Uuid, reason: &'a str => Text }
///     "UPDATE sessions SET ended_reason = {reason} WHERE id = {id}"
/// }
/// ```
macro_rules! statement {
    (
        $(#[$doc:meta])* $vis:vis struct $name:ident $(<$life:lifetime>)? {
            $($field:ident: $rust:ty => $sql:ty),+ $(,)?
        }
        $text:expr
    ) => {
        $(#[$doc])*
        $vis struct $name $(<$life>)? {
            $(pub $field: $rust,)+
        }

        const _: () = {
            use $crate::base::statement::Piece;

            pub struct Id;

            impl$(<$life>)? diesel::query_builder::QueryId for $name$(<$life>)? {
                type QueryId = Id;
                const HAS_STATIC_QUERY_ID: bool = true;
            }

            impl$(<$life>)? diesel::query_builder::Query for $name$(<$life>)? {
                type SqlType = diesel::sql_types::Untyped;
            }

            impl$(<$life>)? diesel::RunQueryDsl<$crate::base::db::Conn> for $name$(<$life>)? {}

            impl$(<$life>)? diesel::query_builder::QueryFragment<diesel::pg::Pg> for $name$(<$life>)? {
                fn walk_ast<'b>(
                    &'b self,
                    mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
                ) -> diesel::QueryResult<()> {
                    let mut text = $crate::base::statement::Text::new($text);
                    while let Some(piece) = text.next() {
                        match piece {
                            Piece::Sql(sql) => out.push_sql(sql),
                            Piece::Again(place) => out.push_sql(&format!("${place}")),
                            $(Piece::Bind(stringify!($field)) => out.push_bind_param::<$sql, _>(&self.$field)?,)+
                            Piece::Bind(other) => {
                                let message = format!("{} has no bind {other}", stringify!($name));
                                return Err(diesel::result::Error::QueryBuilderError(message.into()));
                            }
                        }
                    }
                    Ok(())
                }
            }
        };
    };
}
pub(crate) use statement;

/// The text of a statement that deletes the rows of a table whose column is before `{before}`, the oldest `{most}` of them;
/// rows that somebody else holds are left for the next time.
macro_rules! pruning {
    ($table:literal, $column:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (SELECT ctid AS place FROM ",
            $table,
            " WHERE ",
            $column,
            " < {before} ORDER BY ",
            $column,
            " LIMIT {most} FOR UPDATE SKIP LOCKED) DELETE FROM ",
            $table,
            " USING due WHERE ",
            $table,
            ".ctid = due.place"
        )
    };
}
pub(crate) use pruning;

/// The part of a statement that puts what its `taken` took out of the vault into the outbox of tokens that are to be
/// revoked. It stands down here since sessions that end write to it in their own statements. The seal goes with them as it
/// is: it is bound to the identity and the version, which go along. `{stamp}` is the beginning of a UUIDv7 of this instant.
macro_rules! into_outbox {
    () => {
        "INSERT INTO provider_revocations (id, provider, sub_id, version, sealed, created_at, next_attempt_at)
         SELECT overlay(gen_random_uuid()::text placing {stamp} from 1 for 15)::uuid, provider, sub_id, version, sealed,
                {now}, {now}
         FROM taken WHERE sealed IS NOT NULL"
    };
}
pub(crate) use into_outbox;

/// A piece of a statement's text.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// SQL as it stands.
    Sql(&'t str),
    /// The first mention of a bind.
    Bind(&'t str),
    /// A later mention of the bind in this place, from 1.
    Again(usize),
}

/// Walks a statement's text piece by piece.
pub struct Text<'t> {
    rest: &'t str,
    seen: Vec<&'t str>,
}

impl<'t> Text<'t> {
    /// Starts at the beginning.
    pub fn new(text: &'t str) -> Self {
        Self { rest: text, seen: Vec::new() }
    }

    /// The next piece, if any.
    #[expect(clippy::should_implement_trait, reason = "a plain loop is all it is for")]
    pub fn next(&mut self) -> Option<Piece<'t>> {
        if self.rest.is_empty() {
            return None;
        }
        let bind = self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let Some((name, rest)) = bind else {
            let end = self.rest.find('{').unwrap_or(self.rest.len());
            let (sql, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(Piece::Sql(sql));
        };
        self.rest = rest;
        if let Some(place) = self.seen.iter().position(|seen| *seen == name) {
            return Some(Piece::Again(place + 1));
        }
        self.seen.push(name);
        Some(Piece::Bind(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bind_is_numbered_by_its_first_mention() {
        let mut text = Text::new("SELECT {a}, {b}, {a}");
        let pieces: Vec<_> = std::iter::from_fn(|| text.next()).collect();
        let sql = Piece::Sql;
        assert_eq!(pieces, [sql("SELECT "), Piece::Bind("a"), sql(", "), Piece::Bind("b"), sql(", "), Piece::Again(1)]);
    }
}
