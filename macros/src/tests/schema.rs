//! The description of the tables agrees with itself, and with what the library reads.

use std::{collections::HashSet, fs, path::Path};

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

/// The words of all files of the library that read or write tables.
fn words_of_the_store() -> HashSet<String> {
    let mut words = HashSet::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/store")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("the repository is whole") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = fs::read_to_string(path).expect("a file of Rust");
            let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
            words.extend(text.split(|letter| !is_name(letter)).map(str::to_owned));
        }
    }
    words
}

/// A column is used, or says what it is there for.
#[test]
fn planned_columns_are_those_that_nothing_uses() {
    let used = words_of_the_store();
    for table in TABLES {
        for column in table.columns() {
            let is_planned = column.planned_for.is_some();
            let place = format!("{}.{}", table.name, column.name);
            assert_ne!(used.contains(column.name), is_planned, "{place}");
        }
    }
}
