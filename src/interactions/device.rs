//! Requests of devices (RFC 8628): stored without a browser, taken up by the person who enters the user code,
//! and decided by that person alone (DV-06).
//!
//! From there on they are interactions like others: the app's hooks and steps count for them, too.

use std::sync::Arc;

use super::{
    Interaction, InteractionOutcome, InteractionService,
    device_request::{AGENT, NETWORK},
    transaction::{ConsentBasis, ConsumedInteraction, IssueCode, IssueOutcome},
};
use crate::{
    error::{Failure, PageError},
    events::{AuditEvent, EventName},
    protocol::{
        consent::Choices,
        device_authorization::{UserCode, interaction_id},
        error::OAuthError,
        refusals::DeviceRefusal,
        route::Route,
        rule::rule,
        secret::{Purpose, SealKey, Secret},
        time::{Seconds, UnixTime},
    },
    random,
    sessions::{Browser, SignedIn},
    store::{
        authorization_codes::GrantRow,
        authorization_states::{self, Completion, DeviceBinding, InteractionRow, InteractionUser},
        device_grants::{self, DeviceClaim},
        lookups,
    },
};

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

impl InteractionService {
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

    /// Approves a device for what the person has just agreed to.
    ///
    /// # Errors
    /// When the database fails; nothing is stored then.
    pub(super) async fn approve_device(
        &self,
        interaction: &Interaction,
        current: &SignedIn,
        granted: &Choices,
    ) -> Result<InteractionOutcome, PageError> {
        let consent = ConsentBasis::Given(self.approval(interaction, current, granted));
        let approve = IssueCode {
            interaction: interaction.row.as_ref().map(|row| ConsumedInteraction {
                id: row.id,
                sealed: Vec::new(),
            }),
            basis: self.basis(interaction, current, &consent),
            app: Arc::clone(&self.people.app),
            now: self.clock.now(),
            grant: self.approved_row(interaction, current, granted),
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
        page.map_or(
            InteractionOutcome::Completed,
            InteractionOutcome::DeviceDecided,
        )
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
    Failure::not_found(error).into()
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

/// When an interaction of a device ends: with its code, of whose end the device was told.
pub(super) fn fixed_end(interaction: &Interaction) -> Option<UnixTime> {
    let row = interaction.row.as_ref()?;
    row.device.map(|_| row.expires_at)
}
