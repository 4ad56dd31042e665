//! Makes grants for tests.

use loco_rs::app::AppContext;
use serde_json::json;

use super::client::{TestClient, client};
use crate::{
    people::{Owner, resource_owner::ResourceOwner},
    protocol::{
        client::Client,
        grants::{self, Bound, Granted},
        policy::Entitlement,
        row_id::{GrantId, RefreshTokenId, SessionId},
        scope::Scopes,
        secret::{Purpose, Secret},
    },
    random,
    server::Server,
    store::{
        authorization_codes::{self, GrantRow},
        record::Record,
        refresh_tokens::RefreshTokenRow,
    },
    testing::{DpopKey, server},
    tokens::GrantContext,
};

/// Describes a grant of `user` with a redeemed code and live tokens: for a new client, with the
/// scopes of `default_scopes`, in no browser session.
pub fn grant<U: ResourceOwner + Clone>(user: &U) -> GrantBuilder {
    GrantBuilder {
        owner: Owner::new(user.clone()),
        client: None,
        scopes: None,
        resources: Vec::new(),
        session: None,
        key: None,
    }
}

/// A grant to be made.
#[must_use = "`create` makes the grant"]
pub struct GrantBuilder {
    owner: Owner,
    client: Option<Client>,
    scopes: Option<Vec<String>>,
    resources: Vec<String>,
    session: Option<SessionId>,
    key: Option<DpopKey>,
}

/// A grant made by a test.
#[derive(Clone, Debug)]
pub struct TestGrant {
    /// Primary key of its row.
    pub id: i64,
    /// The client it was given to.
    pub client_id: String,
    /// A live access token.
    pub access_token: String,
    /// A live refresh token, if the client may have one.
    pub refresh_token: Option<String>,
}

impl GrantBuilder {
    /// Sets the client it was given to.
    pub fn client(self, client: &TestClient) -> Self {
        self.client_as_stored(client.client.clone())
    }

    pub(in crate::testing) fn client_as_stored(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    /// Sets the granted scopes.
    pub fn scopes<T: ToString>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes = Some(scopes.into_iter().map(|scope| scope.to_string()).collect());
        self
    }

    /// Adds a resource it is bound to: a path of this app, or an identifier of the settings.
    pub fn resource(mut self, resource: &str) -> Self {
        self.resources.push(resource.to_owned());
        self
    }

    /// Sets the browser session in which it was given.
    pub const fn session(mut self, session: &super::TestSession) -> Self {
        self.session = Some(SessionId::new(session.id));
        self
    }

    /// Binds the grant and its tokens to a key (RFC 9449).
    pub fn dpop_key(mut self, key: &DpopKey) -> Self {
        self.key = Some(key.clone());
        self
    }

    /// Makes the grant and its tokens.
    pub async fn create(self, ctx: &AppContext) -> TestGrant {
        let server = server(ctx);
        let client = match &self.client {
            Some(client) => client.clone(),
            None => client().create(ctx).await.client,
        };
        let (db, tables) = (&ctx.db, server.store.tables());
        let mut row = self.row(&server, &client);
        row.id = authorization_codes::insert(db, tables, &row)
            .await
            .expect("the grant is stored");

        let context = GrantContext {
            grant: &row,
            session: None,
            owner: &self.owner,
        };
        let granted = granted(&server, &client, &row.scopes.0, &row.resources.0);
        let key = self.key.as_ref().map(DpopKey::proven);
        let access = server
            .tokens
            .access_token(&client, &granted, Some(context), key.as_ref())
            .await
            .expect("the token is made");
        let mut access_row = access.row;
        let refresh = server.tokens.has_refresh_token(&client, &row).then(|| {
            let prefix = &server.settings.token_prefixes.refresh_token;
            random::secret(prefix).expect("random bytes")
        });
        if let Some(token) = &refresh {
            let refresh = first_generation(&server, context, token);
            let id = refresh.insert(db, tables.refresh_tokens).await;
            access_row.refresh_token_id = Some(id.expect("the refresh token is stored"));
        }
        access_row
            .insert(db, tables.access_tokens)
            .await
            .expect("the access token is stored");
        TestGrant {
            id: row.id.get(),
            client_id: client.client_id,
            access_token: access.token.expose().to_owned(),
            refresh_token: refresh.map(|token| token.expose().to_owned()),
        }
    }

    fn row(&self, server: &Server, client: &Client) -> GrantRow {
        let now = server.clock.now();
        let scopes = self.scopes.clone();
        let scopes = scopes.unwrap_or_else(|| server.policy.default_scopes.as_slice().to_vec());
        let redirect_uri = client.redirect_uris.first();
        let mut row = GrantRow {
            id: GrantId::UNSAVED,
            kind: "code".to_owned(),
            client_id: client.client_id.clone(),
            user_id: Some(self.owner.key()),
            session_id: self.session,
            consent_id: None,
            code_hash: None,
            redirect_uri: redirect_uri.cloned().unwrap_or_default(),
            redirect_uri_explicit: true,
            code_challenge: None,
            dpop_jkt: self.key.as_ref().map(DpopKey::thumbprint),
            nonce: None,
            device_label: None,
            acr: server.settings.acr_values.first().cloned(),
            scopes: scopes.into(),
            resources: resources(server, &self.resources).into(),
            claims: None,
            amr: Some(json!(["pwd"])),
            auth_time: Some(now),
            credential_stamp: self.owner.credential_stamp().map(|stamp| stamp.0.to_vec()),
            redeemed_at: Some(now),
            revoked_at: None,
            revoke_reason: None,
            issued_at: now,
            expires_at: now,
            retain_until: now,
        };
        row.retain_until = server.tokens.absolute_end(&row);
        row
    }
}

fn first_generation(server: &Server, context: GrantContext<'_>, token: &Secret) -> RefreshTokenRow {
    let (now, absolute) = (
        server.clock.now(),
        server.tokens.absolute_end(context.grant),
    );
    RefreshTokenRow {
        id: RefreshTokenId::UNSAVED,
        token_hash: token.hash(Purpose::Refresh).0.to_vec(),
        grant_id: context.grant.id,
        generation: 1,
        parent_id: None,
        client_id: context.grant.client_id.clone(),
        user_id: context.owner.key(),
        issued_at: now,
        expires_at: (now + server.policy.ttl.refresh).min(absolute),
        absolute_expires_at: absolute,
        superseded_at: None,
        successor_until: None,
        successor_sealed: None,
        request_fingerprint: None,
    }
}

/// The identifiers of resources that a test names by path or identifier.
pub(in crate::testing) fn resources(server: &Server, named: &[String]) -> Vec<String> {
    let uris = named.iter().map(|named| server.urls.page(named));
    uris.map(|uri| {
        let found = server.policy.resource(&uri);
        let found = found.unwrap_or_else(|| panic!("{uri} is not among the settings' resources"));
        found.identifier.clone()
    })
    .collect()
}

/// What a token for these scopes and resources is good for (TK-17).
pub(in crate::testing) fn granted(
    server: &Server,
    client: &Client,
    scopes: &[String],
    resources: &[String],
) -> Granted {
    let scopes: Scopes = scopes.iter().collect();
    let bound = Bound {
        resources,
        scopes: &scopes,
    };
    let entitlement = Entitlement {
        client,
        policy: &server.policy,
    };
    let audience = grants::audience(entitlement, &[], bound);
    Granted {
        audience: audience.expect("nothing was narrowed"),
        scopes,
    }
}
