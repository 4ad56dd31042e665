//! Tokens for requests to the app's own routes, without any flow.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue, header};
use loco_rs::app::AppContext;

use super::{
    DpopKey,
    factory::{self, ClientBuilder, GrantBuilder},
    server,
};
use crate::{
    people::resource_owner::ResourceOwner,
    protocol::client::{Client, GrantType},
    server::Server,
    store::{batches::Waiters, issuing},
};

/// The user or client that a request acts as. The token is a real one: its row is in the table, and
/// it can expire and be revoked.
///
/// ```no_run
/// # use loco_oauth_server::{resource_owner::ResourceOwner, testing::*};
/// # async fn example(request: &TestServer, ctx: &loco_rs::app::AppContext, user: impl ResourceOwner + Clone) {
/// let token = ActingAs::user(&user).scopes(["read"]).resource("/mcp").token(ctx).await;
/// let answer = request.get("/mcp").authorization_bearer(&token).await;
///
/// let token = ActingAs::machine("nightly").scopes(["jobs"]).token(ctx).await;
/// # }
/// ```
#[must_use = "`token` makes the token"]
pub struct ActingAs {
    user: Option<GrantBuilder>,
    client: Option<String>,
    scopes: Vec<String>,
    resources: Vec<String>,
    key: Option<DpopKey>,
}

impl ActingAs {
    /// Acts as a user, through a client.
    pub fn user<U: ResourceOwner + Clone>(user: &U) -> Self {
        Self {
            user: Some(factory::grant(user)),
            client: None,
            scopes: Vec::new(),
            resources: Vec::new(),
            key: None,
        }
    }

    /// Acts as a client on its own behalf (RFC 6749 §4.4).
    pub fn machine(client_id: &str) -> Self {
        Self {
            user: None,
            client: Some(client_id.to_owned()),
            scopes: Vec::new(),
            resources: Vec::new(),
            key: None,
        }
    }

    /// Sets the scopes of the token.
    pub fn scopes<T: ToString>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes = scopes.into_iter().map(|scope| scope.to_string()).collect();
        self
    }

    /// Adds an audience of the token: a path of this app, or an identifier of the settings.
    pub fn resource(mut self, resource: &str) -> Self {
        self.resources.push(resource.to_owned());
        self
    }

    /// Sets the client; it is made when there is none with this id.
    pub fn client(mut self, client_id: &str) -> Self {
        self.client = Some(client_id.to_owned());
        self
    }

    /// Binds the token to a new key (RFC 9449); [`ActingToken::headers`] makes the proofs.
    pub fn dpop(mut self) -> Self {
        self.key = Some(DpopKey::new());
        self
    }

    /// Makes the token.
    pub async fn token(self, ctx: &AppContext) -> ActingToken {
        let server = server(ctx);
        let new = match self.user {
            Some(_) => factory::client(),
            None => factory::client().machine(),
        };
        let client = find_or_create(ctx, self.client.as_deref(), new).await;
        let Some(user) = self.user else {
            let text = machine_token(&server, &client, &self).await;
            return ActingToken {
                text,
                key: self.key,
                server,
            };
        };
        let grant = user.client_as_stored(client).scopes(self.scopes);
        let grant = self
            .resources
            .iter()
            .fold(grant, |grant, uri| grant.resource(uri));
        let grant = match &self.key {
            Some(key) => grant.dpop_key(key),
            None => grant,
        };
        ActingToken {
            text: grant.create(ctx).await.access_token,
            key: self.key,
            server,
        }
    }
}

async fn find_or_create(ctx: &AppContext, id: Option<&str>, new: ClientBuilder) -> Client {
    let known = match id {
        Some(id) => server(ctx)
            .clients
            .find(id)
            .await
            .expect("the client is read"),
        None => None,
    };
    if let Some(client) = known {
        return Client::clone(&client);
    }
    let new = match id {
        Some(id) => new.id(id),
        None => new,
    };
    new.create(ctx).await.client
}

async fn machine_token(server: &Server, client: &Client, acting: &ActingAs) -> String {
    assert!(
        client.may_use(GrantType::ClientCredentials),
        "{} may not use client_credentials",
        client.client_id
    );
    let resources = factory::resources(server, &acting.resources);
    let granted = factory::granted(server, client, &acting.scopes, &resources);
    let key = acting.key.as_ref().map(DpopKey::proven);
    let tokens = &server.tokens;
    let access = tokens.access_token(client, &granted, None, key.as_ref());
    let access = access.await.expect("the token is made");
    issuing::machine_tokens(&server.store, &[access.row], Waiters::default())
        .await
        .expect("the token is stored");
    access.token.expose().to_owned()
}

/// The header of a bearer token.
pub(super) fn bearer(token: &str) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("Bearer {token}"));
    (header::AUTHORIZATION, value.expect("tokens are ASCII"))
}

/// An access token: `.authorization_bearer(&token)`, or [`Self::header`].
#[derive(Clone, Debug)]
pub struct ActingToken {
    text: String,
    key: Option<DpopKey>,
    server: Arc<Server>,
}

impl ActingToken {
    /// Returns the token as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the `Authorization` header (RFC 6750 §2.1).
    pub fn header(&self) -> (HeaderName, HeaderValue) {
        bearer(&self.text)
    }

    /// Returns the headers of a request to a path of this app: `Authorization`, and for a token that is bound
    /// to a key `DPoP` with a new proof (RFC 9449 §7.1).
    pub fn headers(&self, method: &str, path: &str) -> Vec<(HeaderName, HeaderValue)> {
        match &self.key {
            Some(key) => key.headers(&self.server, method, path, &self.text),
            None => vec![self.header()],
        }
    }

    /// The key to which the token is bound.
    pub const fn key(&self) -> Option<&DpopKey> {
        self.key.as_ref()
    }
}

impl std::fmt::Display for ActingToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}
