//! The operator's decisions about tokens that are exchanged, and about assertions of other servers.

use super::scope::Scopes;
use crate::protocol::time::Seconds;

/// Setting `token_exchange` (RFC 8693).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangePolicy {
    /// Whether a request without an actor token gets a token that does not name the client as the actor.
    pub impersonation: bool,
    /// Longest life of an exchanged token.
    pub max_ttl_seconds: Seconds,
    /// Which client may exchange what for what; nothing else is exchanged.
    pub rules: Vec<ExchangeRule>,
    /// Which client may ask for assertions for which other authorization server.
    pub id_jag: Vec<IdJagRule>,
}

impl Default for ExchangePolicy {
    fn default() -> Self {
        Self {
            impersonation: false,
            max_ttl_seconds: Seconds::hours(1),
            rules: Vec::new(),
            id_jag: Vec::new(),
        }
    }
}

/// A permission to exchange access tokens for a resource for access tokens for another (TX-03).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeRule {
    /// The client that may do it.
    pub client: String,
    /// Identifier of a resource that the subject token is for.
    pub from_resource: String,
    /// Identifier of the resource that the new token is for.
    pub to_resource: String,
    /// Scopes that the new token may have, of those of the subject token.
    pub scopes: Scopes,
}

/// A permission to ask for ID-JAGs (TX-07).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdJagRule {
    /// The client that may do it.
    pub client: String,
    /// Issuer identifier of the other authorization server.
    pub audience: String,
    /// The id of the client at the other authorization server.
    pub audience_client_id: String,
    /// The client as which the other authorization server signs people in here: assertions name people by the
    /// subject that it sees. `None` = by the public subject.
    pub relying_party: Option<String>,
    /// Resources of the other authorization server that the client may ask for.
    pub resources: Vec<String>,
    /// Scopes of the other authorization server that the client may ask for.
    pub scopes: Scopes,
}

/// An authorization server whose assertions about people count here: an entry of `jwt_bearer.issuers` (JB-01).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionIssuer {
    /// Its issuer identifier, byte for byte.
    pub issuer: String,
    /// Where its public keys are, https.
    pub jwks_uri: String,
    /// The claim that names the person.
    pub subject_claim: String,
    /// Clients that may present its assertions.
    pub clients: Vec<String>,
    /// Scopes that tokens for its assertions may have.
    pub scopes: Scopes,
    /// Identifiers of the resources that tokens for its assertions may be for.
    pub resources: Vec<String>,
}
