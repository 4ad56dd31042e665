//! The statements of the bare handlers, one file per kind of database and one for both. They are those that
//! the server sends for a request that is alone: when its statements change, these have to.

mod columns;
mod postgres;
mod shared;
mod sqlite;

pub use postgres::STATEMENTS as POSTGRES;
pub use sqlite::STATEMENTS as SQLITE;

/// What the handlers send, one field for each. It is one statement, but for `redeem_code` and
/// `rotate_refresh_token` on SQLite.
#[derive(Clone, Copy, Debug)]
pub struct Statements {
    /// Inserts an access token of `client_credentials`.
    pub insert_machine_token: &'static str,
    /// Finds the session of a cookie with consent and user.
    pub find_session: &'static str,
    /// Reads session and user again in the transaction that stores a code.
    pub lock_session: &'static str,
    /// Inserts a grant with its code.
    pub insert_code: &'static str,
    /// Finds a code with its session and user, and the client of the table.
    pub find_code: &'static str,
    /// Marks a code as used, and inserts the first refresh token of its grant and an access token.
    pub redeem_code: &'static str,
    /// Finds a refresh token with grant, session, successor and user, and the client of the table.
    pub find_refresh_token: &'static str,
    /// Supersedes a refresh token, and inserts the next one and an access token.
    pub rotate_refresh_token: &'static str,
    /// Finds an access token with grant, session, its client and user, and the client of the request.
    pub find_access_token: &'static str,
}
