//! What `#[derive(OAuthServer)]` says about the app: [`OAuthServerDefinition`].

use crate::{
    people::{
        hooks::OAuthServerHooks,
        resource_owner::{ResourceOwner, UserKeyType},
        users_table::UsersTable,
    },
    store::schema::{TableNames, TableSchema},
};

/// Facts that the derive hands to the library. Implemented by the derive, not by hand.
pub trait OAuthServerDefinition: Send + Sync + 'static {
    /// Type of the users table's primary key.
    type UserKey: UserKeyType;
    /// The app's user model.
    type User: ResourceOwner<Key = Self::UserKey>;
    /// The app's hooks.
    type Hooks: OAuthServerHooks<Self::User>;

    /// Full names of the tables.
    const TABLES: TableNames;
    /// Description of the tables, for the boot check.
    const SCHEMA: &'static [TableSchema];
    /// Newest migration version that the description needs.
    const SCHEMA_VERSION: u32;

    /// The users table, where [`Self::User`] is the model of its entity: the guard then reads a
    /// token and its user by one statement. `None` = the user is found by
    /// [`ResourceOwner::find_by_key`].
    fn users_table() -> Option<UsersTable<Self::User>> {
        None
    }
}
