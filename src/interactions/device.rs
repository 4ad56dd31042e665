//! Requests of devices (RFC 8628): stored without a browser, taken up by the person who enters the user code,
//! and decided by that person alone (DV-06).
//!
//! From there on they are interactions like others: the app's hooks and steps count for them, too.

use std::sync::Arc;

use axum::http::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{
    Interaction, InteractionOutcome, InteractionService,
    interaction::DEVICE_KIND,
    transaction::{ConsentBasis, ConsumedInteraction, IssueCode, IssueOutcome},
};
use crate::{
    error::{Failure, PageError},
    events::{AuditEvent, EventName, request},
    protocol::{
        authorize::{Prompt, RequestedAccess},
        client::Client,
        device_authorization::{DeviceStatus, UserCode, interaction_id},
        error::OAuthError,
        interaction::Step,
        refusals::DeviceRefusal,
        route::Route,
        row_id::{GrantId, InteractionId},
        rule::rule,
        scope::Scopes,
        secret::{Purpose, SealKey, Secret},
        time::{Seconds, UnixTime},
    },
    random,
    sessions::{Browser, SignedIn},
    store::{
        StoreError, StoreResult,
        authorization_codes::GrantRow,
        authorization_states::{self, Completion, DeviceBinding, InteractionRow, InteractionUser},
        device_grants::{self, DeviceClaim, DeviceRequestRow},
        lookups,
        record::Strings,
        schema::TableNames,
    },
};

/// How often another user code is tried, where one is in use already.
const ATTEMPTS: usize = 5;
/// Names under which the row keeps where the request came from.
const NETWORK: &str = "device_network";
const AGENT: &str = "device_agent";

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

/// Where the request of a device came from, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceOrigin {
    /// Network of the device: IPv4 /24, IPv6 /48.
    pub network: Option<String>,
    /// Browser or program, and system, of the device.
    pub agent: Option<String>,
    /// How long ago the device asked.
    pub age: Seconds,
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

    /// Gives the request with this user code to the person who entered it (DV-06), and binds it to their
    /// browser. Returns the interaction id; `None` for a code that is unknown, over or somebody else's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_device(
        &self,
        browser: &mut Browser,
        current: &SignedIn,
        user_code: &UserCode,
    ) -> Result<Option<String>, Failure> {
        let Some(keys) = &self.user_codes else {
            return Ok(None);
        };
        let (tables, now) = (self.store.tables(), self.clock.now());
        let state = interaction_id(&keys.hash(user_code));
        let find = |db| lookups::interaction(db, tables, &state);
        let found = self.store.run(find).await?.map(|found| found.interaction);
        let waits = |row: &InteractionRow| row.consumed_at.is_none() && row.expires_at > now;
        let Some(row) = found.filter(waits) else {
            return Ok(None);
        };
        let Some(id) = row.device_grant_id else {
            return Ok(None);
        };
        let binding = browser.bind()?;
        let code = user_code.shown();
        let binding = DeviceBinding {
            id: row.id,
            browser: binding.hash(Purpose::Browser),
            person: InteractionUser {
                user_id: current.owner.key(),
                session_id: current.session.id,
            },
            sealed_code: seal_key(&binding, &state).seal(random::bytes()?, code.as_bytes())?,
        };
        let claim = DeviceClaim {
            id,
            user: current.owner.key(),
            now,
        };
        let claimed = self.store.write(move |txn, tables| {
            let binding = binding.clone();
            Box::pin(async move {
                let claimed = device_grants::claim(txn, tables, claim).await?;
                if claimed {
                    authorization_states::bind_device(txn, tables, binding).await?;
                }
                Ok(claimed)
            })
        });
        Ok(claimed.await?.then_some(state))
    }

    /// Gives a request back, so that its user code can be entered for another account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_device(
        &self,
        interaction: &Interaction,
        current: &SignedIn,
    ) -> Result<(), Failure> {
        let (Some(row), Some(claim)) = (&interaction.row, self.claim_of(interaction, current))
        else {
            return Ok(());
        };
        let id = row.id;
        self.store
            .write(move |txn, tables| {
                Box::pin(async move {
                    if device_grants::release(txn, tables, claim).await? {
                        authorization_states::release_device(txn, tables, id).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }

    /// Approves a device for the scopes that the person has just agreed to.
    ///
    /// # Errors
    /// When the database fails; nothing is stored then.
    pub(super) async fn approve_device(
        &self,
        interaction: &Interaction,
        current: &SignedIn,
        scopes: &Scopes,
    ) -> Result<InteractionOutcome, PageError> {
        let consent = ConsentBasis::Given(self.approval(interaction, current, scopes));
        let approve = IssueCode {
            interaction: interaction.row.as_ref().map(|row| ConsumedInteraction {
                id: row.id,
                sealed: Vec::new(),
            }),
            basis: self.basis(interaction, current, &consent),
            app: Arc::clone(&self.people.app),
            now: self.clock.now(),
            grant: self.approved_row(interaction, current, scopes),
            device: self.claim_of(interaction, current),
            consent,
        };
        let grant = approve.grant.clone();
        let finished = self.store.write(move |txn, tables| {
            let approve = approve.clone();
            Box::pin(async move { approve.run(txn, tables).await })
        });
        let IssueOutcome::Issued(id) = finished.await? else {
            return Ok(InteractionOutcome::Again);
        };
        let grant = GrantRow { id, ..grant };
        self.consented(interaction, current, &grant);
        self.clients.touch_last_used(&interaction.client);
        let event = AuditEvent::new(EventName::DeviceApproved).client(&interaction.client);
        let event = event.about(&current.owner).about(&current.session);
        self.events.emit(event.about(&grant));
        Ok(self.decided(interaction))
    }

    /// Refuses a device, for the person or because the app allows nothing.
    ///
    /// # Errors
    /// When the database fails; the request waits on then.
    pub(super) async fn deny_device(
        &self,
        interaction: &Interaction,
        browser: &mut Browser,
    ) -> Result<InteractionOutcome, PageError> {
        let (Some(row), Some(device)) = (&interaction.row, interaction.device()) else {
            return Ok(InteractionOutcome::Again);
        };
        let (id, now) = (row.id, self.clock.now());
        let denied = self.store.write(move |txn, tables| {
            Box::pin(async move {
                let denied = device_grants::deny(txn, tables, device, now).await?;
                if denied {
                    let done = Completion {
                        id,
                        now,
                        sealed_result: None,
                        intent: "denied",
                    };
                    authorization_states::consume(txn, tables, done).await?;
                }
                Ok(denied)
            })
        });
        if !denied.await? {
            return self.finished_elsewhere(browser, &row.state).await;
        }
        let event = AuditEvent::new(EventName::DeviceDenied).denied(rule!("DV-04"));
        let event = event.client(&interaction.client);
        self.events.emit(match &row.grant {
            Some(grant) => event.about(grant),
            None => event.grant_id(device),
        });
        Ok(self.decided(interaction))
    }

    fn decided(&self, interaction: &Interaction) -> InteractionOutcome {
        let page = self.device_page(interaction);
        page.map_or(InteractionOutcome::Completed, InteractionOutcome::Redirect)
    }

    fn claim_of(&self, interaction: &Interaction, current: &SignedIn) -> Option<DeviceClaim> {
        interaction.device().map(|id| DeviceClaim {
            id,
            user: current.owner.key(),
            now: self.clock.now(),
        })
    }

    /// The page on which the request of a device is decided, and which tells how; `None` for authorization
    /// requests.
    pub fn device_page(&self, interaction: &Interaction) -> Option<String> {
        let state = interaction
            .state()
            .filter(|_| interaction.device().is_some())?;
        Some(format!(
            "{}?interaction={state}",
            self.urls.of(Route::Device)
        ))
    }

    /// Where the request of a device came from, and how long ago.
    pub fn device_origin(&self, interaction: &Interaction) -> DeviceOrigin {
        let param = |name: &str| {
            let mut params = interaction.request.params.iter();
            let found = params.find(|(key, _)| key == name);
            found.map(|(_, value)| value.clone())
        };
        DeviceOrigin {
            network: param(NETWORK),
            agent: param(AGENT),
            age: self.clock.now() - interaction.started_at,
        }
    }
}

/// Checks that this browser is the one in which the user code was entered (DV-06). To all others there is no
/// such request.
pub(super) fn check_binding(row: &InteractionRow, browser: &Browser) -> Result<(), PageError> {
    let own = browser.hash();
    let bound = row.browser_hash.as_deref();
    if own.is_some_and(|own| bound == Some(own.0.as_slice())) {
        return Ok(());
    }
    Err(not_yours())
}

/// Checks that this person entered the user code (DV-06).
///
/// # Errors
/// 404 for everybody else.
pub fn check_person(interaction: &Interaction, current: &SignedIn) -> Result<(), PageError> {
    let grant = interaction.row.as_ref().and_then(|row| row.grant.as_ref());
    let user = grant.and_then(|grant| grant.user_id);
    if user == Some(current.owner.key()) {
        return Ok(());
    }
    Err(not_yours())
}

fn not_yours() -> PageError {
    let error = OAuthError::of(DeviceRefusal::OfOtherPerson);
    Failure::transport(StatusCode::NOT_FOUND, error).into()
}

/// Whether a finished request ended in an approval.
pub fn is_approved(interaction: &Interaction) -> bool {
    let grant = interaction.row.as_ref().and_then(|row| row.grant.as_ref());
    // The time of the login is stored with the approval.
    grant.is_some_and(|grant| grant.auth_time.is_some() && grant.revoked_at.is_none())
}

/// The user code of the request, for the browser in which it was entered.
pub fn user_code(interaction: &Interaction, browser: &Browser) -> Option<String> {
    let row = interaction.row.as_ref()?;
    let sealed = row.result_sealed.as_deref()?;
    let clear = seal_key(browser.binding()?, &row.state).open(sealed).ok()?;
    String::from_utf8(clear).ok()
}

fn seal_key<'a>(binding: &'a Secret, state: &'a str) -> SealKey<'a> {
    SealKey {
        secret: binding.expose(),
        salt: state,
        info: b"device-user-code",
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

/// When an interaction of a device ends: with its code, of whose end the device was told.
pub(super) fn fixed_end(interaction: &Interaction) -> Option<UnixTime> {
    let row = interaction.row.as_ref()?;
    row.device.map(|_| row.expires_at)
}
