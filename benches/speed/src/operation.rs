//! What is measured.

use clap::ValueEnum;

/// One operation of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Operation {
    /// GET of the metadata document.
    Discovery,
    /// GET of the public keys.
    Jwks,
    /// A token for a machine.
    ClientCredentials,
    /// Introspection of a live opaque access token by its own client.
    Introspect,
    /// Rotation of a refresh token; each virtual user rotates its own.
    Refresh,
    /// A signed-in person's GET of the authorization endpoint, and the exchange of the code: two requests.
    Code,
    /// The claims about a person, for a bearer token.
    Userinfo,
    /// A route of the app behind a guard that asks for one scope.
    Guard,
}

impl Operation {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Discovery,
        Self::Jwks,
        Self::ClientCredentials,
        Self::Introspect,
        Self::Refresh,
        Self::Code,
        Self::Userinfo,
        Self::Guard,
    ];

    /// The name in options and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::ClientCredentials => "client_credentials",
            Self::Introspect => "introspect",
            Self::Refresh => "refresh",
            Self::Code => "code",
            Self::Userinfo => "userinfo",
            Self::Guard => "guard",
        }
    }
}
