//! Primary keys of the plugin's tables, each of a type of its own: the id of a session cannot be given
//! where that of a grant is wanted.

use std::{
    fmt::{self, Display, Formatter},
    num::ParseIntError,
    str::FromStr,
};

/// Declares the primary keys of tables.
macro_rules! row_ids {
    ($($(#[$meta:meta])* $name:ident;)+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(i64);

            impl $name {
                /// Stands in a row that is not inserted yet: the database chooses the id.
                pub const UNSAVED: Self = Self(0);

                /// The id that the database has as this number.
                #[must_use]
                pub const fn new(id: i64) -> Self {
                    Self(id)
                }

                /// Returns the number that the database has.
                #[must_use]
                pub const fn get(self) -> i64 {
                    self.0
                }
            }

            impl Display for $name {
                fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }

            impl FromStr for $name {
                type Err = ParseIntError;

                fn from_str(text: &str) -> Result<Self, ParseIntError> {
                    text.parse().map(Self)
                }
            }
        )+
    };
}

row_ids! {
    /// Primary key of an access token, `oauth_access_tokens.id`.
    AccessTokenId;
    /// Primary key of a client's row, `oauth_clients.id`. The protocol names clients by the text
    /// `client_id`.
    ClientRowId;
    /// Primary key of a consent, `oauth_consents.id`.
    ConsentId;
    /// Primary key of an entry of `oauth_ephemerals`.
    EphemeralId;
    /// Primary key of a grant, `oauth_authorization_codes.id`.
    GrantId;
    /// Primary key of an interaction, `oauth_authorization_states.id`. Addresses name it by its
    /// `state`.
    InteractionId;
    /// Primary key of a refresh token, `oauth_refresh_tokens.id`.
    RefreshTokenId;
    /// Primary key of a browser session, `oauth_sessions.id`. Claims name it by its `sid`.
    SessionId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_and_read_as_its_number() {
        assert_eq!(GrantId::new(17).to_string(), "17");
        assert_eq!("17".parse(), Ok(GrantId::new(17)));
        assert_eq!(SessionId::new(i64::MAX).get(), i64::MAX);
        for text in ["", "x", "1.0", "9223372036854775808"] {
            assert!(text.parse::<ConsentId>().is_err(), "{text}");
        }
    }
}
