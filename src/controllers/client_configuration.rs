//! GET, PUT, DELETE `{prefix}/register/{client_id}` — RFC 7592 §2.

use axum::{
    Json, debug_handler,
    extract::{Path, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use crate::{
    clients::registration::NewSecret,
    config::RateLimitEntry,
    controllers::registrant::{AuthorizationHeader, same_origin_user},
    error::{ApiError, Failure},
    events::{AuditEvent, EventName},
    http::extract::{MetadataJson, ServerState},
    limits::RateLimitKeys,
    people::{
        Owner,
        hooks::{ClientInfo, ManageAction, OwnedClient, Registrant},
    },
    protocol::{
        client::{Client, ClientKind, ClientSecret, ClientStatus},
        client_metadata::TrustLevel,
        error::OAuthError,
        refusals::RegistrationRefusal,
        registration::{self, ClientInformation, Issued},
        route::Route,
        secret::{Purpose, Secret},
    },
    server::Server,
    store::clients::{self, ClientRow, MetadataUpdate, RegisteredClient, SecretChange},
};

/// The id in the path; the rejection means that it is not UTF-8.
type ClientId = Result<Path<String>, PathRejection>;

/// A client and who manages it.
struct Managed {
    registered: RegisteredClient,
    by: Manager,
}

impl Managed {
    /// RG-07: a client that got a grant for itself by an initial access token keeps it when it updates its
    /// registration by its own token. An update cannot bring an initial access token.
    fn applicant(&self) -> TrustLevel {
        let (client, owner) = (&self.registered.client, self.registered.owner);
        let acts_alone = client.grant_types.iter().any(|grant| grant.acts_alone());
        match self.by {
            Manager::Client(_) if acts_alone && owner.is_none() => TrustLevel::InitialAccessToken,
            Manager::Client(_) | Manager::Person(_) => TrustLevel::Untrusted,
        }
    }
}

enum Manager {
    /// The client, by this registration access token.
    Client(Secret),
    /// A signed-in person whom the hook `may_manage` permits it.
    Person(Owner),
}

/// Returns the client's metadata as registered (RFC 7592 §2.1).
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(
    server: ServerState,
    headers: HeaderMap,
    client_id: ClientId,
) -> Result<Response, ApiError> {
    let managed = load(&server, &headers, client_id, ManageAction::Read).await?;
    Ok(describe(
        &server,
        &managed,
        &managed.registered.client,
        None,
    ))
}

/// Replaces the client's metadata (RFC 7592 §2.2).
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn put(
    server: ServerState,
    headers: HeaderMap,
    client_id: ClientId,
    MetadataJson(members): MetadataJson,
) -> Result<Response, ApiError> {
    // RG-03: the limit comes before the token is checked and anything is fetched. The limit that all
    // anonymous registrations share does not count updates.
    let keys = RateLimitKeys::entry(RateLimitEntry::Register).address();
    server.limits.check(keys).await?;
    let managed = load(&server, &headers, client_id, ManageAction::Update).await?;
    let old = &managed.registered.client;
    registration::check_update(&members, old).map_err(OAuthError::from)?;
    let metadata = registration::metadata(members).map_err(OAuthError::from)?;
    let (id, applicant) = (old.client_id.clone(), managed.applicant());
    let mut client = server.registrar.client(id, metadata, applicant)?;
    let caller = match &managed.by {
        Manager::Person(owner) => Registrant::User(owner.clone()),
        Manager::Client(_) => Registrant::Client,
    };
    server.registrar.check(&client, Some(old), &caller).await?;
    let NewSecrets { change, secret } = secret_change(&server, old, &mut client)?;
    store(&server, &managed, &client, &change).await?;
    Ok(describe(&server, &managed, &client, secret.as_ref()))
}

/// Deletes the client (RFC 7592 §2.3).
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn delete(
    server: ServerState,
    headers: HeaderMap,
    client_id: ClientId,
) -> Result<StatusCode, ApiError> {
    let managed = load(&server, &headers, client_id, ManageAction::Delete).await?;
    let client_id = &managed.registered.client.client_id;
    if !server.registrar.delete(client_id).await? {
        return Err(denied().into());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// One answer for a missing, wrong or foreign token, for an unknown, removed or disabled client,
/// and for one that did not register itself.
fn denied() -> OAuthError {
    OAuthError::of(RegistrationRefusal::ManagementTokenInvalid)
}

/// Load: the client, if the caller may manage it.
async fn load(
    server: &Server,
    headers: &HeaderMap,
    client_id: ClientId,
    action: ManageAction,
) -> Result<Managed, Failure> {
    // An id that is not UTF-8 is that of no client.
    let client_id = client_id.map_or_else(|_| String::new(), |Path(id)| id);
    let tables = server.store.tables();
    let found = server
        .store
        .run(|db| clients::registered(db, tables, &client_id))
        .await?;
    let registered = found.filter(|found| {
        found.client.kind == ClientKind::Dynamic && found.client.status == ClientStatus::Active
    });
    match AuthorizationHeader::read(headers) {
        AuthorizationHeader::Malformed => Err(denied().into()),
        AuthorizationHeader::Token(token) => {
            let sent = token.hash(Purpose::Registration);
            let is_own =
                |found: &RegisteredClient| found.token.is_some_and(|own| own.matches(&sent));
            let registered = registered.filter(is_own).ok_or_else(denied)?;
            let by = Manager::Client(token);
            Ok(Managed { registered, by })
        }
        AuthorizationHeader::Absent => {
            let owner = same_origin_user(server, headers).await?;
            let (owner, registered) = owner.zip(registered).ok_or_else(denied)?;
            let client = OwnedClient {
                client: ClientInfo::of(&registered.client),
                owner: registered.owner,
            };
            let permitted = server.people.app.may_manage(action, &owner, &client).await;
            if !permitted? {
                return Err(denied().into());
            }
            let by = Manager::Person(owner);
            Ok(Managed { registered, by })
        }
    }
}

/// What an update does to the stored secrets, and the new secret that the answer shows.
struct NewSecrets {
    change: SecretChange,
    secret: Option<Secret>,
}

/// Decides about the secret: a valid one stays, and a client that needs one and has no valid one gets a
/// new one.
fn secret_change(
    server: &Server,
    old: &Client,
    client: &mut Client,
) -> Result<NewSecrets, Failure> {
    if !client.token_endpoint_auth_method.uses_secret() {
        let change = SecretChange::Remove;
        return Ok(NewSecrets {
            change,
            secret: None,
        });
    }
    let now = server.clock.now();
    let works = |secret: &ClientSecret| secret.expires_at.is_none_or(|at| at > now);
    if old.secrets.first().is_some_and(works) {
        client.secrets.clone_from(&old.secrets);
        let change = SecretChange::Keep;
        return Ok(NewSecrets {
            change,
            secret: None,
        });
    }
    let NewSecret { secret, expires_at } = server.registrar.new_secret(client.kind)?;
    let new = secret.hash(Purpose::Secret);
    client.secrets = vec![ClientSecret {
        hash: new,
        expires_at,
    }];
    let change = SecretChange::Replace {
        new,
        expires_at,
        old_until: None,
    };
    Ok(NewSecrets {
        change,
        secret: Some(secret),
    })
}

/// Persist: one statement, which changes the row only while the registration access token is still valid.
async fn store(
    server: &Server,
    managed: &Managed,
    client: &Client,
    change: &SecretChange,
) -> Result<(), Failure> {
    let row = ClientRow::new(client, None);
    let token = match &managed.by {
        Manager::Client(token) => Some(token.hash(Purpose::Registration)),
        Manager::Person(_) => None,
    };
    let tables = server.store.tables();
    let new = MetadataUpdate {
        row: &row,
        secrets: change,
        token,
    };
    let update = |db| clients::update(db, tables, new);
    if !server.store.run(update).await? {
        return Err(denied().into());
    }
    server
        .events
        .emit(AuditEvent::new(EventName::ClientChanged).client(client));
    Ok(())
}

/// Respond. RFC 7592 §3 wants the registration access token in the answer: the one that the caller sent.
fn describe(
    server: &Server,
    managed: &Managed,
    client: &Client,
    secret: Option<&Secret>,
) -> Response {
    let registration_token = match &managed.by {
        Manager::Client(token) => Some(token),
        Manager::Person(_) => None,
    };
    let issued = Issued {
        at: managed.registered.issued_at,
        secret,
        registration_token,
        registration_uri: &server.urls.with(Route::RegisteredClient, &client.client_id),
        id_token_alg: server.settings.keys.id_token_alg,
    };
    Json(ClientInformation::new(client, issued)).into_response()
}
