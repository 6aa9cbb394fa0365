//! `src/base/schema.rs` is the schema that the migrations create.
//!
//! To update it: `UPDATE_REFERENCE=1 cargo test --offline --features dev --test it schema`.

use std::fmt::Write;
use std::path::Path;

use crate::support::{Cluster, Database};

const HEAD: &str =
    "//! The tables, for diesel's query builder and the rows of queries. Generated from the migrations by
//! tests/it/schema.rs. Tables without a key, and with more than 32 columns, are left out: diesel cannot describe them.

";

/// Of a table for diesel; more would make it slower to compile.
const MAX_COLUMNS: usize = 32;

#[test]
fn the_schema_is_that_of_the_migrations() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/base/schema.rs");
    let generated = generate(&Cluster::shared().database());
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, &generated).expect("src/base/schema.rs");
        return;
    }
    let text = std::fs::read_to_string(&path).expect("src/base/schema.rs");
    let command = "UPDATE_REFERENCE=1 cargo test --offline --features dev --test it schema";
    assert_eq!(text, generated, "src/base/schema.rs is behind; run {command}");
}

fn generate(database: &Database) -> String {
    let tables = database.words(
        "SELECT table_name || '(' || string_agg(column_name, ', ' ORDER BY ordinal_position) || ')'
         FROM information_schema.table_constraints JOIN information_schema.key_column_usage
              USING (table_schema, table_name, constraint_schema, constraint_name)
         WHERE table_schema = 'public' AND constraint_type = 'PRIMARY KEY' AND table_name NOT LIKE '\\_\\_%'
         GROUP BY table_name ORDER BY table_name",
    );
    let mut text = HEAD.to_owned();
    for table in tables {
        let (name, key) = table.split_once('(').expect("a key");
        let columns = database.words(&format!(
            "SELECT column_name || ' ' || udt_name || ' ' || is_nullable FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = '{name}' ORDER BY ordinal_position"
        ));
        if columns.len() > MAX_COLUMNS {
            continue;
        }
        let separator = if text.len() == HEAD.len() { "" } else { "\n" };
        write!(text, "{separator}diesel::table! {{\n    {name} ({key} {{\n").expect("text");
        for column in columns {
            let [column, sql_type, nullable] = column.split(' ').collect::<Vec<_>>()[..] else { panic!("{column}") };
            let diesel = diesel_type(sql_type);
            let diesel = if nullable == "YES" { format!("Nullable<{diesel}>") } else { diesel };
            writeln!(text, "        {column} -> {diesel},").expect("text");
        }
        text.push_str("    }\n}\n");
    }
    text
}

/// diesel's name of a PostgreSQL type. The elements of arrays are never null: the gateway writes none.
fn diesel_type(name: &str) -> String {
    if let Some(element) = name.strip_prefix('_') {
        return format!("Array<{}>", diesel_type(element));
    }
    let name = match name {
        "bool" => "Bool",
        "bytea" => "Bytea",
        "inet" => "Inet",
        "int2" => "SmallInt",
        "int4" => "Integer",
        "int8" => "BigInt",
        "jsonb" => "Jsonb",
        "text" => "Text",
        "timestamptz" => "Timestamptz",
        "uuid" => "Uuid",
        other => panic!("no type of diesel's for {other}"),
    };
    name.to_owned()
}
