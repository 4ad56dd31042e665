//! The tables of one app.

use std::ops::Deref;

use super::{
    batches,
    issue_preconditions::LockTexts,
    issuing::IssueTexts,
    prepared::{Prepared, PreparedForMany},
    schema::TableNames,
};

/// The names of the plugin's tables in an app, and the texts of the statements that every request runs.
#[derive(Debug)]
pub struct Tables {
    names: TableNames,
    pub(super) texts: Texts,
}

/// Texts of statements, by what they read.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// A client by its id.
    pub client: Prepared,
    /// Clients, and codes with their grants.
    pub codes: PreparedForMany,
    /// Clients, and device codes with their grants.
    pub device_codes: PreparedForMany,
    /// Clients, and refresh tokens with their grants.
    pub refresh_tokens: PreparedForMany,
    /// Clients, and access tokens with their grants.
    pub access_tokens: PreparedForMany,
    /// Stores tokens for clients themselves, by their number less one.
    pub machine_tokens: [Prepared; batches::MOST],
    /// Redeems codes for access tokens.
    pub redeem: IssueTexts,
    /// Redeems codes for access tokens and refresh tokens.
    pub redeem_for_both: IssueTexts,
    /// Rotates refresh tokens.
    pub rotate: IssueTexts,
    /// Moves the expiry of refresh tokens.
    pub slide: IssueTexts,
    /// What a code depends on.
    pub lock: LockTexts,
    /// Uses up proofs of possession, by their number less one.
    pub proofs: [Prepared; batches::MOST],
    /// The sessions of a browser.
    pub browser_sessions: PreparedForMany,
}

impl Tables {
    /// The tables with these names.
    pub fn new(names: TableNames) -> Self {
        Self {
            names,
            texts: Texts::default(),
        }
    }
}

impl Deref for Tables {
    type Target = TableNames;

    fn deref(&self) -> &TableNames {
        &self.names
    }
}
