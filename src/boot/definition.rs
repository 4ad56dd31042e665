//! What `#[derive(OAuthServer)]` generates about the app: [`OAuthServerDefinition`].

use crate::{
    people::{
        capabilities::{PasswordSetter, SignUpForm},
        hooks::OAuthServerHooks,
        resource_owner::{ResourceOwner, UserKeyType},
        users_table::UsersTable,
    },
    store::schema::{ExtraColumn, TableNames},
};

/// Facts that the derive hands to the library. Implemented by the derive, not by hand.
pub trait OAuthServerDefinition: Send + Sync + 'static {
    /// Type of the users table's primary key.
    type UserKey: UserKeyType;
    /// The app's user model.
    type User: ResourceOwner<Key = Self::UserKey> + Clone;
    /// The app's hooks.
    type Hooks: OAuthServerHooks<Self::User>;

    /// Full names of the tables.
    const TABLES: TableNames;
    /// Columns that the app added to the tables, for the check at boot (MO-02).
    const EXTRA_COLUMNS: &'static [ExtraColumn];
    /// The sign-up page, where [`Self::User`] implements
    /// [`CreateAccount`](crate::resource_owner::CreateAccount).
    const SIGN_UP_FORM: Option<SignUpForm>;
    /// New passwords by mail, where [`Self::User`] implements
    /// [`SetPassword`](crate::resource_owner::SetPassword).
    const PASSWORD_SETTER: Option<PasswordSetter>;

    /// Returns the users table, where [`Self::User`] is the model of its entity: the guard then reads a
    /// token and its user by one statement. With `None` the user is found by
    /// [`ResourceOwner::find_by_key`].
    fn users_table() -> Option<UsersTable<Self::User>> {
        None
    }
}
