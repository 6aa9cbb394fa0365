//! The statements of the gateway as SQL for pgbench, from the gateway's own list, so that they cannot differ.

use vestibule::dev::hot_statements;

/// The text of the hot statement with that name; each parameter is replaced by the SQL expression in `values`. Without one, a
/// Boolean is false, and another parameter is null.
pub fn statement(name: &str, values: &[(&str, &str)]) -> String {
    let statements = hot_statements();
    let statement = statements.iter().find(|statement| statement.name == name).expect("a listed statement");
    let mut sql = statement.sql.split_whitespace().collect::<Vec<_>>().join(" ");
    for (value, _) in values {
        assert!(
            statement.parameters.iter().any(|(parameter, _)| parameter == value),
            "{name} has no parameter {value}"
        );
    }
    // From the last one, since `$1` is the beginning of `$10`.
    for (place, (parameter, sql_type)) in statement.parameters.iter().enumerate().rev() {
        let default = if sql_type == "boolean" { "false" } else { "NULL" };
        let value = values.iter().find(|(known, _)| known == parameter).map_or(default, |(_, value)| *value);
        sql = sql.replace(&format!("${}", place + 1), &format!("(({value})::{sql_type})"));
    }
    sql
}
