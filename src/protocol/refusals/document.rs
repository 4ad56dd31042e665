//! `docs/refusals.md`.

use std::fmt::Write;

use super::{Refusal, all};
use crate::protocol::rule::RuleId;

const HEAD: &str = "\
# Refusals

Every way in which this server says no. An error page and the header `x-request-id` name a
reference; the log line `request.refused` with it has the rule, what was wrong (`message`), what
was `expected`, what was `received` (secrets by their length alone), and what to do (`fix`). With
`developer_errors` the error page shows the same.

This page is made from the table in `src/protocol/refusals`; `UPDATE_REFUSALS=1 cargo test --lib
refusals` writes it anew. A rule that several endpoints share stands here under one of their ids;
[every rule](rules.md) says what each of them is.

| Rule | `error` | What the client reads | What the log says | Expected | What to do | Standard |
|---|---|---|---|---|---|---|
";

/// The table as a page of the documentation.
#[must_use]
pub fn document() -> String {
    let mut page = HEAD.to_owned();
    for refusal in all() {
        let Refusal {
            rule,
            code,
            client,
            problem,
            expected,
            fix,
            standard,
            ..
        } = refusal;
        let cells =
            [*client, problem, expected, fix, standard].map(|cell| cell.replace('|', "\\|"));
        // Writing into a text cannot fail.
        let _ = writeln!(
            page,
            "| {} | `{code}` | {} |",
            linked(*rule),
            cells.join(" | ")
        );
    }
    page
}

/// The id of a rule, with a link to what it says.
fn linked(rule: RuleId) -> String {
    format!("[{rule}](rules.md#{})", rule.as_str().to_ascii_lowercase())
}
