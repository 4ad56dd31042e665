//! How old the plans of PostgreSQL may get.
//!
//! PostgreSQL plans a statement for the tables as they are, and a connection keeps the plan until autovacuum has
//! looked at the tables, a minute later or more. For tables that are nearly empty the plan reads them from end to
//! end: right then, and slow soon after, since a busy server writes a thousand rows a second. So a statement gets
//! another text, and with it a new plan, whenever this server has written as much again.

use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use sea_orm::Statement;

/// Writes before plans are made anew for the first time: tables of so few rows are read in no time.
const FIRST: u64 = 64;

/// Writes of this server, which say how much the tables may have grown.
#[derive(Clone, Debug, Default)]
pub struct PlanAge(Arc<AtomicU64>);

impl PlanAge {
    /// Notes a transaction or a single statement that wrote.
    pub fn wrote(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the statement as it is to be sent now.
    pub fn stamp(&self, mut statement: Statement) -> Statement {
        let writes = self.0.load(Ordering::Relaxed);
        if writes >= FIRST {
            // Writing to a String cannot fail.
            let _ = write!(statement.sql, " /* {} */", writes.ilog2());
        }
        statement
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::DbBackend;

    use super::*;

    #[test]
    fn a_statement_is_planned_anew_when_as_much_again_was_written() {
        let age = PlanAge::default();
        let text = || {
            let statement = Statement::from_string(DbBackend::Postgres, "SELECT 1");
            age.stamp(statement).sql
        };
        let mut texts = vec![text()];
        for _ in 0..1024 {
            age.wrote();
            if texts.last() != Some(&text()) {
                texts.push(text());
            }
        }
        let stamps = (6..=10).map(|stamp| format!("SELECT 1 /* {stamp} */"));
        let all: Vec<String> = std::iter::once("SELECT 1".to_owned())
            .chain(stamps)
            .collect();
        assert_eq!(texts, all);
    }
}
