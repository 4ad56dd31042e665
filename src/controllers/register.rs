//! POST `{prefix}/register` — RFC 7591 §3, OpenID Connect Registration §3.

use axum::{
    Json, debug_handler,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::registrant;
use crate::{
    clients::registration::NewSecret,
    controllers::registrant::AuthorizationHeader,
    error::{ApiError, Failure},
    events::{AuditEvent, EventName},
    http::extract::{MetadataJson, ServerState},
    people::{Owner, hooks::Registrant},
    protocol::{
        client::{Client, ClientSecret},
        client_metadata::TrustLevel,
        error::OAuthError,
        received::Received,
        refusals::RegistrationRefusal,
        registration::{self, ClientInformation, Issued},
        route::Route,
        secret::{Purpose, Secret},
        time::UnixTime,
    },
    random,
    server::Server,
    store::clients::{self, ClientRow},
};

/// `Retry-After` in seconds, while too many registered clients were never used (RG-03).
const AN_HOUR: HeaderValue = HeaderValue::from_static("3600");

/// The secrets that a registration makes: the client's own, and its registration access token.
struct Secrets {
    client: Option<Secret>,
    registration: Secret,
}

/// Registers a client.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn post(
    server: ServerState,
    headers: HeaderMap,
    MetadataJson(members): MetadataJson,
) -> Result<Response, ApiError> {
    server
        .limits
        .check(registrant::registration_keys(&server, &headers))
        .await?;
    let Some(caller) = registrant::registrant(&server, &headers).await? else {
        return Ok(unauthorized(&server, &AuthorizationHeader::read(&headers)));
    };
    if let Some(ceiling) = registrant::anonymous_registration_keys(&caller) {
        server.limits.check(ceiling).await?;
    }
    let applicant = applicant(&caller);
    // Whoever has an initial access token does not wait until other clients are used (RG-03).
    if applicant == TrustLevel::Untrusted && has_no_room(&server).await? {
        return Ok(come_back_later());
    }
    let metadata = registration::metadata(members).map_err(OAuthError::from)?;
    let client_id = format!("client_{}", random::identifier()?);
    let mut client = server.registrar.client(client_id, metadata, applicant)?;
    server.registrar.check(&client, None, &caller).await?;
    let secrets = make_secrets(&server, &mut client)?;
    let issued_at = store(&server, &client, &secrets, &caller).await?;
    let uri = server.urls.with(Route::RegisteredClient, &client.client_id);
    let issued = Issued {
        at: issued_at,
        secret: secrets.client.as_ref(),
        registration_token: Some(&secrets.registration),
        registration_uri: &uri,
        id_token_alg: server.settings.keys.id_token_alg,
    };
    let answer = Json(ClientInformation::new(&client, issued));
    Ok((StatusCode::CREATED, answer).into_response())
}

/// RG-07: how far the caller is trusted. An initial access token comes from the operator; a login proves
/// nothing where anybody can sign up.
const fn applicant(caller: &Registrant<Owner>) -> TrustLevel {
    match caller {
        Registrant::InitialAccessToken => TrustLevel::InitialAccessToken,
        Registrant::User(_) | Registrant::Anonymous | Registrant::Client => TrustLevel::Untrusted,
    }
}

/// RG-03: whether `max_unused_clients` is reached, so that strangers cannot fill the table.
async fn has_no_room(server: &Server) -> Result<bool, Failure> {
    let (tables, most) = (
        server.store.tables(),
        server.settings.registration.max_unused_clients,
    );
    let unused = server
        .store
        .run(|db| clients::count_unused(db, tables, most))
        .await?;
    Ok(unused >= most)
}

fn come_back_later() -> Response {
    let error = OAuthError::of(RegistrationRefusal::TooManyUnusedClients);
    let failure = Failure::transport(StatusCode::TOO_MANY_REQUESTS, error);
    let mut response = ApiError::from(failure).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, AN_HOUR);
    response
}

/// RG-04: the answer 401. For a request without any credentials the challenge has no error code
/// (RFC 6750 §3.1).
fn unauthorized(server: &Server, bearer: &AuthorizationHeader) -> Response {
    let error = match bearer {
        AuthorizationHeader::Absent => OAuthError::of(RegistrationRefusal::NeedsToken),
        AuthorizationHeader::Token(token) => {
            OAuthError::of(RegistrationRefusal::InitialAccessTokenUnknown)
                .received(Received::Secret(token.expose()))
        }
        AuthorizationHeader::Malformed => {
            OAuthError::of(RegistrationRefusal::InitialAccessTokenUnknown)
                .received(Received::Public("another scheme, or several headers"))
        }
    };
    let mut response = ApiError::from(error).into_response();
    let challenge = format!("Bearer realm=\"{}\"", server.urls.issuer);
    if let (AuthorizationHeader::Absent, Ok(challenge)) =
        (bearer, HeaderValue::from_str(&challenge))
    {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn make_secrets(server: &Server, client: &mut Client) -> Result<Secrets, Failure> {
    let prefixes = &server.settings.token_prefixes;
    let mut secrets = Secrets {
        client: None,
        registration: random::secret(&prefixes.registration_token)?,
    };
    if client.token_endpoint_auth_method.uses_secret() {
        let NewSecret { secret, expires_at } = server.registrar.new_secret(client.kind)?;
        client.secrets = vec![ClientSecret {
            hash: secret.hash(Purpose::Secret),
            expires_at,
        }];
        secrets.client = Some(secret);
    }
    Ok(secrets)
}

/// Persist; returns the time of the registration.
async fn store(
    server: &Server,
    client: &Client,
    secrets: &Secrets,
    caller: &Registrant<Owner>,
) -> Result<UnixTime, Failure> {
    let owner = match caller {
        Registrant::User(owner) => Some(owner.key()),
        _ => None,
    };
    let token = secrets.registration.hash(Purpose::Registration);
    let row = ClientRow {
        registration_token_hash: Some(token.0.to_vec()),
        ..ClientRow::new(client, owner)
    };
    let tables = server.store.tables();
    let insert = |db| clients::register(db, tables, &row);
    let issued_at = server.store.run(insert).await?;
    let event = AuditEvent::new(EventName::ClientRegistered).client(client);
    server.events.emit(match caller {
        Registrant::User(owner) => event.about(owner),
        _ => event,
    });
    Ok(issued_at)
}

/// GE-11: the answer where the setting `registration.enabled` is off.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn switched_off() -> ApiError {
    let error = OAuthError::of(RegistrationRefusal::Off);
    Failure::transport(StatusCode::NOT_FOUND, error).into()
}
