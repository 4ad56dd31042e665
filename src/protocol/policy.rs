//! The operator's decisions as values for the rules, computed once at boot from the settings.

use super::{
    client::{Client, GrantType},
    dpop::Binding,
    exchange_policy::{AssertionIssuer, ExchangePolicy},
    grants::Granted,
    implied_scopes::ImpliedScopes,
    jwk::SigningAlg,
    scope::{PERSONAL, Scopes},
};
use crate::protocol::time::Seconds;

/// The part of a configured resource (RFC 8707) that the rules need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePolicy {
    /// The configured identifier: stored, shown and put into `aud`.
    pub identifier: String,
    /// Name for people.
    pub name: String,
    /// Scopes of this resource.
    pub scopes: Scopes,
    /// Used when a request for this resource names no scope: what the settings say, else every scope
    /// of the resource that is not sensitive.
    pub default_scopes: Scopes,
    /// Whether its access tokens are JWTs (RFC 9068).
    pub jwt: bool,
    /// Signature algorithm of those JWTs.
    pub signing_alg: SigningAlg,
    /// Lifetime of its access tokens.
    pub access_token_ttl: Seconds,
    /// Clients that may introspect its tokens.
    pub introspection_clients: Vec<String>,
    /// Scopes that come with others.
    pub implied_scopes: ImpliedScopes,
    /// Whether its access tokens have to be bound to a key.
    pub binding: Binding,
}

/// Setting `dpop`: what becomes of proofs of possession (RFC 9449).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DpopUse {
    /// None is read.
    Off,
    /// Whoever sends one gets tokens that are bound to the key.
    Optional,
    /// Every token is bound to a key.
    Required,
}

/// Whether the server takes a form of authorization requests, or takes no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestForm {
    /// It is switched off.
    Off,
    /// A client may choose it.
    Offered,
    /// Every client must use it.
    Required,
}

/// The operator's decisions that the rules read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The issuer identifier, byte for byte.
    pub issuer: String,
    /// URL of the `UserInfo` endpoint, an audience of tokens with `openid`.
    pub userinfo_url: String,
    /// Every scope that something defines.
    pub defined_scopes: Scopes,
    /// Scopes of clients and requests that name none.
    pub default_scopes: Scopes,
    /// Scopes that clients which registered themselves may have at most.
    pub registrable_scopes: Scopes,
    /// Scopes that need consent each time.
    pub sensitive_scopes: Scopes,
    /// Scopes of client-credentials tokens when the request names none.
    pub client_credentials_default_scopes: Scopes,
    /// Configured resources.
    pub resources: Vec<ResourcePolicy>,
    /// Resource of requests that name none.
    pub default_resource: Option<String>,
    /// The grants that are offered.
    pub grant_types: Vec<GrantType>,
    /// Claims that the app has of its users (`ResourceOwner::supported_claims`).
    pub supported_claims: Vec<String>,
    /// Authentication context classes of the settings, weakest first.
    pub acr_values: Vec<String>,
    /// Requests that were pushed before (RFC 9126).
    pub pushed_requests: RequestForm,
    /// Signed requests (RFC 9101).
    pub signed_requests: RequestForm,
    /// Whether people can sign up, so that `prompt=create` leads to a sign-up page.
    pub signup: bool,
    /// Whether refresh tokens need the scope `offline_access` (`refresh_token_policy`).
    pub refresh_needs_offline_access: bool,
    /// What becomes of proofs of possession.
    pub dpop: DpopUse,
    /// Lifetimes.
    pub ttl: Lifetimes,
    /// Which tokens are exchanged.
    pub exchange: ExchangePolicy,
    /// Whose assertions about people count here.
    pub assertion_issuers: Vec<AssertionIssuer>,
}

/// What decides what a client may have: its registration and the operator's decisions.
#[derive(Clone, Copy, Debug)]
pub struct Entitlement<'a> {
    /// The client.
    pub client: &'a Client,
    /// The operator's decisions.
    pub policy: &'a Policy,
}

/// Lifetimes of what the server issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Lifetime of an authorization code.
    pub code: Seconds,
    /// Lifetime of access tokens of user grants.
    pub access: Seconds,
    /// Lifetime of access tokens of client credentials.
    pub m2m: Seconds,
    /// Lifetime of a refresh token, which each rotation starts again.
    pub refresh: Seconds,
    /// Longest lifetime of all refresh tokens of a grant.
    pub refresh_max: Seconds,
    /// How long a retry of a rotation gets the stored answer again; 0 = never.
    pub retry_window: Seconds,
    /// Lifetime of an ID token.
    pub id_token: Seconds,
    /// Longest lifetimes of access tokens by scope; the smallest applies.
    pub scopes: Vec<ScopeLifetime>,
}

/// Longest lifetime of an access token with a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeLifetime {
    /// The scope.
    pub scope: String,
    /// The lifetime.
    pub ttl: Seconds,
}

impl Policy {
    /// The configured resource that `uri` names (AZ-23).
    pub fn resource(&self, uri: &str) -> Option<&ResourcePolicy> {
        self.resources
            .iter()
            .find(|resource| super::resource::matches(&resource.identifier, uri))
    }

    /// The configured resource that a member of a token's audience names. The issuer stands there for
    /// "no resource": it is not the resource `/`, which differs from it by a slash only (GU-04).
    pub fn resource_of_audience(&self, audience: &str) -> Option<&ResourcePolicy> {
        if audience == self.issuer {
            return None;
        }
        self.resource(audience)
    }

    /// Whether a member of a token's audience names the configured `resource` (GU-02, GU-04).
    pub fn is_for(&self, resource: &str, audience: &str) -> bool {
        audience != self.issuer
            && (audience == resource || super::resource::matches(resource, audience))
    }

    /// Whether tokens of the client for this audience have to be bound to a key (DP-06).
    pub fn binding(&self, client: &Client, audience: &[String]) -> Binding {
        let of_resource = |uri: &String| self.resource_of_audience(uri).map(|it| it.binding);
        let mut of_audience = audience.iter().filter_map(of_resource);
        if self.dpop == DpopUse::Required
            || client.dpop_bound_access_tokens
            || of_audience.any(|binding| binding == Binding::Required)
        {
            Binding::Required
        } else {
            Binding::Optional
        }
    }

    /// Whether access tokens have to be bound to a key at `resource`; `None` = at this server itself (DP-06).
    pub fn binding_at(&self, resource: Option<&ResourcePolicy>) -> Binding {
        match self.dpop {
            DpopUse::Required => Binding::Required,
            DpopUse::Off | DpopUse::Optional => {
                resource.map_or(Binding::Optional, |resource| resource.binding)
            }
        }
    }

    /// The scopes `client` may ask for.
    pub fn client_scopes<'a>(&'a self, client: &'a Client) -> Scopes {
        let scopes = client.scopes.as_ref();
        scopes.map_or_else(
            || self.default_scopes.clone(),
            |scopes| scopes.iter().collect(),
        )
    }

    /// The scopes that `client` may ask a person for. Who registered itself did so with the scopes
    /// of the first challenge it met, as MCP clients do: it may come back for the others of the
    /// same resource ("step-up"), and the person decides. One that registered with nothing but
    /// `openid email profile`, as mcp-remote does, did not know of any API then: it may ask for
    /// the scopes of the `resources` that its request names.
    pub fn grantable_scopes(&self, client: &Client, resources: &[String]) -> Scopes {
        let own = self.client_scopes(client);
        if client.is_trusted() {
            return own;
        }
        let knew_no_api = own.iter().all(|scope| PERSONAL.contains(&scope));
        let of_its_resources = self.resources.iter().filter(|resource| {
            let mut scopes = resource.scopes.iter();
            let is_named = resources.contains(&resource.identifier);
            (knew_no_api && is_named) || scopes.any(|scope| own.contains(scope))
        });
        let more = of_its_resources.flat_map(|resource| resource.scopes.iter());
        let more: Scopes = more.collect();
        own.union(&more.intersection(&self.registrable_scopes))
    }

    /// Life of a machine's access token (ID-04): at most that of [`Self::access_token_ttl`].
    pub fn machine_token_ttl(&self, granted: &Granted) -> Seconds {
        self.access_token_ttl(granted).min(self.ttl.m2m)
    }

    /// Life of an access token (ID-04): the resources' own lives, else the server's; at most what a
    /// scope allows.
    pub fn access_token_ttl(&self, granted: &Granted) -> Seconds {
        let audience = granted.audience.iter();
        let resources = audience.filter_map(|uri| self.resource_of_audience(uri));
        let base = resources.map(|resource| resource.access_token_ttl).min();
        let scopes = self.ttl.scopes.iter();
        let caps = scopes
            .filter(|cap| granted.scopes.contains(&cap.scope))
            .map(|cap| cap.ttl);
        caps.fold(base.unwrap_or(self.ttl.access), Seconds::min)
    }
}
