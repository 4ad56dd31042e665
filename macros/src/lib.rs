//! Derive macros of `loco-oauth-server` and `loco-oauth-server-migration`.
//!
//! `schema` describes the tables, `options` reads the attributes, `expand` prints the code. Whatever
//! needs a decision at run time is a function of the library; the expansion only calls it.

mod expand;
mod options;
mod schema;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a unit struct the app's OAuth server.
///
/// It writes one `SeaORM` entity module per table next to it, the description that the library
/// reads, and functions for the app's `Hooks`. It sees whether the user model implements
/// `CreateAccount` (a sign-up page) and `SetPassword` (a forgotten password).
///
/// ```ignore
/// #[derive(OAuthServer)]
/// #[oauth_server(users = "crate::models::_entities::users")]
/// pub struct OAuth;
/// ```
///
/// | Attribute | Default | Meaning |
/// |---|---|---|
/// | `users` | required | module of the users entity; from another crate: `"::entity::users"` |
/// | `user_key` | `"i64"` | type of its primary key: `"i32"`, `"i64"`, `"Uuid"` |
/// | `user_key_column` | `"Id"` | variant of its `Column` |
/// | `users_table` | `"users"` | its table |
/// | `user_model` | `<users>::Model` | implements `ResourceOwner` |
/// | `table_prefix` | `""` | `[a-z0-9_]*`, in front of all eight table names |
/// | `extra(table(column = "Type", …))` | none | the app's own columns, always `Option<…>` |
/// | `hooks` | `DefaultHooks` | implements `OAuthServerHooks` |
#[proc_macro_derive(OAuthServer, attributes(oauth_server))]
pub fn derive_oauth_server(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::server(&input).into()
}

/// Makes a unit struct the migration that creates one version of the plugin's tables.
///
/// ```ignore
/// #[derive(OAuthServerMigration)]
/// #[oauth_server_migration(name = "m20260101_000000_oauth_server", version = 1)]
/// pub struct Migration;
/// ```
///
/// `user_key`, `users_table`, `table_prefix` and `extra` are those of `OAuthServer`;
/// `user_key_column` is the column's name in the database, by default `"id"`.
#[proc_macro_derive(OAuthServerMigration, attributes(oauth_server_migration))]
pub fn derive_oauth_server_migration(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::migration(&input).into()
}

/// Prints the description of the plugin's tables into the library's `store::schema`. Not for apps.
#[doc(hidden)]
#[proc_macro]
pub fn tables(_: TokenStream) -> TokenStream {
    expand::tables().into()
}
