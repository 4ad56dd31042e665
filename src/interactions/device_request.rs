//! The request of a device as it is stored (RFC 8628 §3.1).

use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{InteractionService, interaction::DEVICE_KIND};
use crate::{
    error::Failure,
    events::{AuditEvent, EventName, request},
    protocol::{
        authorize::{Prompt, RequestedAccess},
        client::Client,
        device_authorization::{DeviceStatus, UserCode, interaction_id},
        interaction::Step,
        row_id::{GrantId, InteractionId},
        secret::{Purpose, Secret},
        time::Seconds,
    },
    random,
    store::{
        StoreError, StoreResult,
        authorization_states::{self, InteractionRow},
        device_grants::{self, DeviceRequestRow},
        record::Strings,
        schema::TableNames,
    },
};

/// How often another user code is tried, where one is in use already.
const ATTEMPTS: usize = 5;
/// Name under which the row keeps the network of the device.
pub(super) const NETWORK: &str = "device_network";
/// Name under which the row keeps the program and system of the device.
pub(super) const AGENT: &str = "device_agent";

/// What a device gets that asks for authorization (RFC 8628 §3.2).
pub struct DeviceCodes {
    /// The code with which the device asks for its tokens.
    pub device_code: Secret,
    /// The code that the person types.
    pub user_code: UserCode,
    /// Life of both.
    pub expires_in: Seconds,
    /// Seconds between two requests of the device.
    pub interval: Seconds,
}

/// The rows of a new request.
#[derive(Clone)]
struct NewDevice {
    grant: DeviceRequestRow,
    interaction: InteractionRow,
}

impl NewDevice {
    async fn insert(
        &self,
        txn: &impl ConnectionTrait,
        tables: &TableNames,
    ) -> StoreResult<GrantId> {
        let id = device_grants::insert(txn, tables, &self.grant).await?;
        let interaction = InteractionRow {
            device_grant_id: Some(id),
            grant_id: Some(id),
            ..self.interaction.clone()
        };
        authorization_states::insert(txn, tables, &interaction).await?;
        Ok(id)
    }
}

impl InteractionService {
    /// Stores the request of a device, and returns its codes.
    ///
    /// # Errors
    /// When the database or the random generator fails.
    pub async fn open_device(
        &self,
        client: &Client,
        access: &RequestedAccess,
    ) -> Result<DeviceCodes, Failure> {
        for _ in 0..ATTEMPTS {
            let Some(user_code) = UserCode::from_bytes(&random::bytes()?) else {
                continue;
            };
            let device_code = random::secret(&self.settings.token_prefixes.device_code)?;
            let new = self.new_device(client, access, &user_code)?;
            let code_hash = device_code.hash(Purpose::Device).0.to_vec();
            let new = NewDevice {
                grant: DeviceRequestRow {
                    code_hash: Some(code_hash),
                    ..new.grant
                },
                ..new
            };
            let insert = self.store.write(move |txn, tables| {
                let new = new.clone();
                Box::pin(async move { new.insert(txn, tables).await })
            });
            match insert.await {
                // The user code belongs to another request.
                Err(StoreError::Duplicate(_)) => {}
                Err(error) => return Err(error.into()),
                Ok(id) => {
                    let event = AuditEvent::new(EventName::DeviceRequested).client(client);
                    let event = event.grant_id(id).scopes(access.scopes.as_slice());
                    self.events.emit(event.resources(&access.resources));
                    return Ok(DeviceCodes {
                        device_code,
                        user_code,
                        expires_in: self.settings.device.ttl_seconds,
                        interval: self.settings.device.interval_seconds,
                    });
                }
            }
        }
        Err(Failure::internal("no user code was free"))
    }

    fn new_device(
        &self,
        client: &Client,
        access: &RequestedAccess,
        user_code: &UserCode,
    ) -> Result<NewDevice, Failure> {
        let keys = self.user_codes.as_ref();
        let keys = keys.ok_or_else(|| Failure::internal("devices are not served"))?;
        let (hmac, now) = (keys.hash(user_code), self.clock.now());
        let expires_at = now + self.settings.device.ttl_seconds;
        let interval = self.settings.device.interval_seconds;
        let scopes: Strings = access.scopes.as_slice().to_vec().into();
        let resources: Strings = access.resources.clone().into();
        let grant = DeviceRequestRow {
            id: GrantId::UNSAVED,
            kind: device_grants::KIND.to_owned(),
            client_id: client.client_id.clone(),
            code_hash: None,
            redirect_uri: String::new(),
            redirect_uri_explicit: false,
            scopes: scopes.clone(),
            resources: resources.clone(),
            issued_at: now,
            expires_at,
            retain_until: device_grants::retained_undecided(expires_at),
            user_code_hmac: Some(hmac.0.to_vec()),
            device_status: Some(DeviceStatus::Pending.as_str().to_owned()),
            poll_interval: interval.try_into().ok(),
        };
        let interaction = InteractionRow {
            id: InteractionId::UNSAVED,
            state: interaction_id(&hmac),
            kind: DEVICE_KIND.to_owned(),
            intent: Step::Login.as_str().to_owned(),
            client_id: client.client_id.clone(),
            client_version: client.version,
            redirect_uri: String::new(),
            redirect_uri_explicit: false,
            response_mode: "query".to_owned(),
            client_state: None,
            nonce: None,
            code_challenge: None,
            login_hint: None,
            ui_locales: None,
            display: None,
            hint_subject: None,
            scopes,
            resources,
            // RFC 8628 §5.4: the person is always asked.
            prompts: vec![Prompt::Consent.as_str().to_owned()].into(),
            handled: Strings::default(),
            acr_values: None,
            claims: None,
            dpop_jkt: None,
            request_uri_hash: None,
            params: Some(json!(origin())),
            max_age: None,
            browser_hash: None,
            session_id: None,
            user_id: None,
            authenticated_at: None,
            consumed_at: None,
            device_grant_id: None,
            grant_id: None,
            result_sealed: None,
            started_at: now,
            expires_at,
        };
        Ok(NewDevice { grant, interaction })
    }
}

/// Where the request that is being answered came from.
fn origin() -> Vec<(&'static str, String)> {
    let Some(request) = request::current() else {
        return Vec::new();
    };
    let agent = request.user_agent_family();
    let known = [
        (NETWORK, request.address.map(request::ip_prefix)),
        (AGENT, agent.filter(|agent| agent != "other")),
    ];
    let known = known.into_iter();
    known
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect()
}
