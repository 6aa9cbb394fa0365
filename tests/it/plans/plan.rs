//! A plan, read from the output of `EXPLAIN (FORMAT JSON)`.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

/// A sequence has one row and no index.
const SEQUENCE: &str = "sessions_status_index_seq";

/// The columns of each unique index.
pub type Keys = HashMap<String, Vec<String>>;

/// The indexes that a plan reads, or what is wrong with it: a table that is read without an index, an index that is read
/// from end to end, or a unique one of which not every column is given.
pub fn indexes(plan: &Value, keys: &Keys) -> Result<BTreeSet<String>, String> {
    let (mut read, mut nodes) = (BTreeSet::new(), vec![&plan["Plan"]]);
    while let Some(node) = nodes.pop() {
        nodes.extend(node["Plans"].as_array().into_iter().flatten());
        let (kind, table) = (text(node, "Node Type"), text(node, "Relation Name"));
        match kind {
            "Index Scan" | "Index Only Scan" => {
                let (index, given) = (text(node, "Index Name"), text(node, "Index Cond"));
                let missing = keys.get(index).into_iter().flatten().find(|column| !given.contains(column.as_str()));
                if given.is_empty() || missing.is_some() {
                    return Err(format!("{index} of {table} by \"{given}\" alone"));
                }
                read.insert(index.to_owned());
            }
            "Seq Scan" if table == SEQUENCE => {}
            _ if kind.ends_with("Scan") && (!table.is_empty() || kind.starts_with("Bitmap")) => {
                return Err(format!("{kind} on {table}"));
            }
            _ => {}
        }
    }
    Ok(read)
}

/// Pages that a plan that ran has touched.
pub fn pages(plan: &Value) -> i64 {
    let of = |key: &str| plan["Plan"][key].as_i64().expect("a plan that ran");
    of("Shared Hit Blocks") + of("Shared Read Blocks")
}

fn text<'p>(node: &'p Value, key: &str) -> &'p str {
    node[key].as_str().unwrap_or_default()
}
