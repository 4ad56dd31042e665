//! The facts that hooks see about access tokens and interactions.

use super::ClientInfo;
use crate::{
    people::resource_owner::Claims,
    protocol::{client::Client, grants::Granted},
};

/// Facts about an access token that is about to be issued.
#[derive(Clone, Debug)]
pub struct TokenInfo {
    /// The client that it is issued to.
    pub client: ClientInfo,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// The resources it is for.
    pub audience: Vec<String>,
}

impl TokenInfo {
    pub(crate) fn of(client: &Client, granted: &Granted) -> Self {
        Self {
            client: ClientInfo::of(client),
            scopes: granted.scopes.as_slice().to_vec(),
            audience: granted.audience.clone(),
        }
    }
}

/// Facts about the authorization request for which a login page is shown.
#[derive(Clone, Debug)]
pub struct InteractionInfo {
    /// Id of the interaction.
    pub state: String,
    /// The client that sent the request.
    pub client: ClientInfo,
    /// OIDC `login_hint`.
    pub login_hint: Option<String>,
    /// OIDC `ui_locales`.
    pub ui_locales: Option<String>,
    /// Names and values of the parameters of the request that have no meaning for this server.
    pub params: Vec<(String, String)>,
    /// URL that resumes the request, for the way back from another provider.
    pub return_to: String,
}

/// What an identity provider says about a person, in an assertion whose signature was checked (RFC 7523 §3).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IdentityAssertion {
    /// The identity provider, an `issuer` of `jwt_bearer.issuers`.
    pub issuer: String,
    /// The person, by the claim that `subject_claim` names; unique at the issuer only.
    pub subject: String,
    /// The client that acts for the person.
    pub client: ClientInfo,
    /// All claims.
    pub claims: Claims,
}

impl IdentityAssertion {
    pub(crate) fn new(issuer: &str, subject: &str, client: &Client, claims: Claims) -> Self {
        Self {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            client: ClientInfo::of(client),
            claims,
        }
    }

    /// The claim `email`, if the issuer says that it has verified the address.
    #[must_use]
    pub fn verified_email(&self) -> Option<&str> {
        let is_verified = self.claims.get("email_verified")?.as_bool()?;
        self.claims.get("email")?.as_str().filter(|_| is_verified)
    }
}
