//! `grant_type=urn:ietf:params:oauth:grant-type:device_code` — RFC 8628 §3.4.

use std::sync::Arc;

use super::{Possession, WithOwner, authorization_code::Redeeming};
use crate::{
    error::Failure,
    events::{AuditEvent, EventName},
    people::Owner,
    protocol::{
        client::{Client, GrantType},
        client_auth::Credentials,
        error::OAuthError,
        grants::{
            OwnerState, TokenRequest, check_allowed,
            device_code::{DeviceCode, Request, Verdict, decide},
        },
        refusals::DeviceRefusal,
        secret::{Purpose, SecretHash, hash},
    },
    server::Server,
    store::{
        device_grants::{self, Poll},
        lookups::{DeviceGrant, LookupKey},
    },
    tokens::GrantContext,
};

/// The client, and the device code with its grant and user.
struct Loaded {
    client: Arc<Client>,
    found: Option<WithOwner<DeviceGrant>>,
}

/// Answers a device that asks for its tokens; returns the JSON body of the answer.
///
/// # Errors
/// The refusals of DV-01 to DV-05, or a fault.
pub async fn answer(
    server: &Server,
    credentials: &Credentials,
    sent: &TokenRequest<'_>,
) -> Result<Vec<u8>, Failure> {
    let code = hash(Purpose::Device, sent.device_code.unwrap_or_default());
    // A request that loses against another one loads again, and finds a used code. The client is not
    // authenticated again, because an assertion can be used only once.
    let (mut authenticated, mut possession) = (None, Possession::Unread);
    for _ in 0..2 {
        let loaded = load(server, credentials, authenticated.take(), &code).await?;
        authenticated = Some(Arc::clone(&loaded.client));
        check_allowed(&loaded.client, GrantType::DeviceCode)?;
        possession.verify(server, sent)?;
        if loaded.found.is_some() {
            possession.use_up(server).await?;
        }
        let request = Request::of(sent)?.by(possession.key());
        let verdict = judge(server, &loaded, &request)?;
        let Some(found) = &loaded.found else {
            continue;
        };
        let device = &found.credential;
        let poll = Poll {
            id: device.grant.id,
            now: server.clock.now(),
        };
        match (verdict, &found.owner) {
            (Verdict::Redeem(granted), Some(owner)) => {
                let context = GrantContext {
                    grant: &device.grant,
                    session: device.session.as_ref(),
                    owner,
                };
                let issue = Redeeming {
                    client: &loaded.client,
                    context,
                    key: possession.key(),
                };
                if let Some(body) = issue.redeem(server, &granted).await? {
                    return Ok(body);
                }
            }
            (Verdict::Redeem(_), None) => {
                return Err(OAuthError::of(DeviceRefusal::OfLostAccount).into());
            }
            (Verdict::Wait, _) => return Err(wait(server, poll).await?.into()),
            (Verdict::TooFast, _) => return Err(slow_down(server, poll).await?.into()),
            (Verdict::WrongClient, _) => {
                let error = OAuthError::of(DeviceRefusal::CodeOfOtherClient);
                let event = AuditEvent::new(EventName::CodeForeign).denied(error.rule);
                let event = event.about(&device.grant).client(&loaded.client);
                server.events.emit(event);
                return Err(error.into());
            }
        }
    }
    Err(OAuthError::of(DeviceRefusal::CodeUsed).into())
}

/// Load: client, grant and user together.
async fn load(
    server: &Server,
    credentials: &Credentials,
    authenticated: Option<Arc<Client>>,
    code: &SecretHash,
) -> Result<Loaded, Failure> {
    let client_id = server.clients.id_in_table(&credentials.client_id);
    let key = LookupKey {
        client_id: client_id.map(str::to_owned),
        hash: *code,
    };
    let lookup = server.tokens.find_device_code(key).await?;
    let client = server
        .clients
        .authenticate_once(authenticated, credentials, lookup.client)
        .await?;
    let found = match lookup.found {
        None => None,
        Some(found) => {
            let owner = match found.grant.user_id {
                Some(key) => server.people.joined(key, lookup.user).await?,
                None => None,
            };
            Some(WithOwner {
                credential: found,
                owner,
            })
        }
    };
    Ok(Loaded { client, found })
}

/// Decide (DV-01 to DV-04).
fn judge(server: &Server, loaded: &Loaded, request: &Request<'_>) -> Result<Verdict, Failure> {
    let code = loaded
        .found
        .as_ref()
        .map(|WithOwner { credential, owner }| {
            let DeviceGrant { grant, poll, .. } = credential;
            let state = |owner: &Owner| -> OwnerState { server.tokens.owner_state(owner, grant) };
            DeviceCode {
                client_id: &grant.client_id,
                status: poll.status(),
                redeemed: grant.redeemed_at.is_some(),
                revoked: grant.revoked_at.is_some(),
                expires_at: grant.expires_at,
                next_poll_at: poll.next_at(),
                scopes: grant.scopes.0.iter().collect(),
                resources: &grant.resources.0,
                owner: owner.as_ref().map(state),
            }
        });
    let entitlement = server.tokens.entitlement(&loaded.client);
    Ok(decide(
        entitlement,
        code.as_ref(),
        request,
        server.clock.now(),
    )?)
}

/// Notes the request of a device that has to wait on, and returns what it is told.
async fn wait(server: &Server, poll: Poll) -> Result<OAuthError, Failure> {
    let tables = server.store.tables();
    let note = |db| device_grants::note_poll(db, tables, poll);
    if server.store.run(note).await? {
        return Ok(OAuthError::of(DeviceRefusal::Pending));
    }
    slow_down(server, poll).await
}

/// DV-03: makes the interval longer.
async fn slow_down(server: &Server, poll: Poll) -> Result<OAuthError, Failure> {
    let tables = server.store.tables();
    let slower = |db| device_grants::slow_down(db, tables, poll);
    server.store.run(slower).await?;
    Ok(OAuthError::of(DeviceRefusal::TooFast))
}
