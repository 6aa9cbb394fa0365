//! Hand-written SQL that is prepared once per connection.
//!
//! diesel 2.3 does not cache `UPDATE … RETURNING`, CTEs and `sql_query` as prepared statements: each call is parsed and
//! planned, and costs a second round trip. A query type with a static `QueryId` is cached.

/// Declares a statement as a struct of its binds. In the text a bind is `{field}`; it may occur several times. A bind that
/// is not a field, and a field that is not a bind, do not compile. `tests/it/plans/every_statement.rs` prepares each on the
/// migrated schema, so a type or a column that does not fit fails there. The SQL begins with the name of the statement as a
/// comment, so that `pg_stat_statements` and the log of slow queries name it.
///
/// ```ignore
/// statement! {
///     /// Ends one session.
///     pub struct End<'a> { id: SessionId => Uuid, reason: &'a str => Text }
///     "UPDATE sessions SET ended_reason = {reason} WHERE id = {id}"
/// }
/// ```
macro_rules! statement {
    // A list of hot statements, `hot.rs` beside the store's files, names also those that only their own file runs.
    ($(#[$doc:meta])* struct $($rest:tt)*) => {
        $crate::base::statement::statement! { $(#[$doc])* pub(super) struct $($rest)* }
    };
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

            // Evaluated at compile time.
            const _: () = $crate::base::statement::check_binds($text, &[$(stringify!($field)),+]);

            impl$(<$life>)? diesel::query_builder::QueryId for $name$(<$life>)? {
                type QueryId = Id;
                const HAS_STATIC_QUERY_ID: bool = true;
            }

            impl$(<$life>)? diesel::query_builder::Query for $name$(<$life>)? {
                type SqlType = diesel::sql_types::Untyped;
            }

            impl$(<$life>)? diesel::RunQueryDsl<$crate::base::db::Conn> for $name$(<$life>)? {}

            #[cfg(feature = "dev")]
            impl$(<$life>)? $crate::base::explain::Explainable for $name$(<$life>)? {
                const NAME: &'static str = concat!(module_path!(), "::", stringify!($name));
                const TEXT: &'static str = $text;

                fn parameters() -> Vec<(&'static str, String)> {
                    vec![$((stringify!($field), <$sql as $crate::base::explain::SqlType>::name())),+]
                }
            }

            impl$(<$life>)? diesel::query_builder::QueryFragment<diesel::pg::Pg> for $name$(<$life>)? {
                fn walk_ast<'b>(
                    &'b self,
                    mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
                ) -> diesel::QueryResult<()> {
                    out.push_sql(concat!("/* ", module_path!(), "::", stringify!($name), " */ "));
                    let mut text = $crate::base::statement::Text::new($text);
                    while let Some(piece) = text.next() {
                        match piece {
                            Piece::Sql(sql) => out.push_sql(sql),
                            Piece::Again(place) => out.push_sql(&format!("${place}")),
                            $(Piece::Bind(stringify!($field)) => out.push_bind_param::<$sql, _>(&self.$field)?,)+
                            // `check_binds` has refused it.
                            Piece::Bind(_) => {}
                        }
                    }
                    Ok(())
                }
            }
        };
    };
}
pub(crate) use statement;

/// SQL that inserts the rows of the common table expression `taken` (deleted from `provider_tokens`) into the outbox of
/// tokens to be revoked. It is in this layer because statements that end sessions contain it as well. The sealed value is
/// copied: its associated data are the identity and the version, which are copied too. `{stamp}` is the beginning of a
/// UUIDv7 of `{now}`.
macro_rules! queue_token_revocation {
    () => {
        "INSERT INTO provider_revocations (id, provider, sub_id, version, sealed, created_at, next_attempt_at)
         SELECT overlay(gen_random_uuid()::text placing {stamp} from 1 for 15)::uuid, provider, sub_id, version, sealed,
                {now}, {now}
         FROM taken WHERE sealed IS NOT NULL"
    };
}
pub(crate) use queue_token_revocation;

/// Checks, at compile time, that the binds of the text are the fields.
///
/// # Panics
///
/// Fails the compilation if a bind of the text is not a field, or a field is not a bind.
#[expect(clippy::indexing_slicing, reason = "a const fn has no other access, and it runs at compile time only")]
pub const fn check_binds(text: &str, fields: &[&str]) {
    let mut field = 0;
    while field < fields.len() {
        assert!(
            has_bind(text.as_bytes(), fields[field].as_bytes()),
            "a field of the statement is not a bind of its text"
        );
        field += 1;
    }
    let (text, mut at) = (text.as_bytes(), 0);
    while at < text.len() {
        if text[at] == b'{' {
            let mut known = false;
            let mut field = 0;
            while field < fields.len() {
                known = known || is_bind_at(text, at, fields[field].as_bytes());
                field += 1;
            }
            assert!(known, "a bind of the statement's text is not a field");
        }
        at += 1;
    }
}

const fn has_bind(text: &[u8], name: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        if is_bind_at(text, at, name) {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether `{name}` stands at that place of the text.
#[expect(clippy::indexing_slicing, reason = "a const fn has no other access, and it runs at compile time only")]
const fn is_bind_at(text: &[u8], at: usize, name: &[u8]) -> bool {
    let end = at + name.len() + 1;
    if end >= text.len() || text[at] != b'{' || text[end] != b'}' {
        return false;
    }
    let mut place = 0;
    while place < name.len() {
        if text[at + 1 + place] != name[place] {
            return false;
        }
        place += 1;
    }
    true
}

/// A piece of a statement's text.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// SQL text without binds.
    Sql(&'t str),
    /// The first occurrence of a bind.
    Bind(&'t str),
    /// A later occurrence of the bind with this number, from 1.
    Again(usize),
}

/// Splits a statement's text into pieces.
pub struct Text<'t> {
    rest: &'t str,
    seen: Vec<&'t str>,
}

impl<'t> Text<'t> {
    /// Begins at the start of `text`.
    pub fn new(text: &'t str) -> Self {
        Self { rest: text, seen: Vec::new() }
    }

    /// The next piece; `None` at the end of the text.
    #[expect(clippy::should_implement_trait, reason = "it is called in one plain loop")]
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
    fn binds_and_fields_must_be_the_same() {
        check_binds("SELECT {a}, {bc}, {a}", &["a", "bc"]);
        for (text, fields) in [("SELECT {a}", &["a", "b"][..]), ("SELECT {a}, {b}", &["a"]), ("SELECT {ab", &["ab"])] {
            assert!(std::panic::catch_unwind(|| check_binds(text, fields)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_bind_is_numbered_by_its_first_occurrence() {
        let mut text = Text::new("SELECT {a}, {b}, {a}");
        let pieces: Vec<_> = std::iter::from_fn(|| text.next()).collect();
        let sql = Piece::Sql;
        assert_eq!(pieces, [sql("SELECT "), Piece::Bind("a"), sql(", "), Piece::Bind("b"), sql(", "), Piece::Again(1)]);
    }
}
