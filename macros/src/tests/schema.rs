//! The description of the tables agrees with itself.

use std::collections::HashSet;

use crate::schema::{Kind, TABLES, Table, table};

#[test]
fn column_names_are_unique_within_a_table() {
    for table in TABLES {
        let mut seen = HashSet::new();
        for column in table.columns() {
            assert!(seen.insert(column.name), "{}.{}", table.name, column.name);
        }
    }
}

#[test]
fn indexes_and_references_lead_to_something() {
    for from in TABLES {
        for name in from.indexes.iter().flat_map(|index| index.columns) {
            let known = from.columns().any(|column| column.name == *name);
            assert!(known, "{}.{name}", from.name);
        }
        for column in from.columns() {
            if let Kind::Reference(target, _) = column.kind {
                assert!(table(target).is_some(), "{target}");
            }
        }
    }
}

/// A required reference cannot become null when its target goes.
#[test]
fn references_that_become_null_are_nullable() {
    use crate::schema::OnDelete::SetNull;
    for column in TABLES.iter().flat_map(Table::columns) {
        if let Kind::UserKey(SetNull) | Kind::Reference(_, SetNull) = column.kind {
            assert!(column.nullable, "{}", column.name);
        }
    }
}
