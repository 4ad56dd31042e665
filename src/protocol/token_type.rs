//! Types of tokens at the exchange of one for another (RFC 8693 §3).

/// A type of token that this server takes or issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// An access token of this server, of either form.
    AccessToken,
    /// An access token of this server that is a JWT.
    Jwt,
    /// An ID token of this server.
    IdToken,
    /// A refresh token of this server.
    RefreshToken,
    /// An assertion for the authorization server of another domain (Identity Assertion JWT Authorization Grant
    /// §4.3).
    IdJag,
}

impl TokenType {
    const ALL: [Self; 5] = [
        Self::AccessToken,
        Self::Jwt,
        Self::IdToken,
        Self::RefreshToken,
        Self::IdJag,
    ];

    /// Types of subject and actor tokens for an access token.
    pub const FOR_ACCESS_TOKEN: [Self; 2] = [Self::AccessToken, Self::Jwt];

    /// Types of subject tokens for an ID-JAG.
    pub const FOR_ID_JAG: [Self; 2] = [Self::IdToken, Self::RefreshToken];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "urn:ietf:params:oauth:token-type:access_token",
            Self::Jwt => "urn:ietf:params:oauth:token-type:jwt",
            Self::IdToken => "urn:ietf:params:oauth:token-type:id_token",
            Self::RefreshToken => "urn:ietf:params:oauth:token-type:refresh_token",
            Self::IdJag => "urn:ietf:params:oauth:token-type:id-jag",
        }
    }

    /// The type with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}
