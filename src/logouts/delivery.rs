//! One attempt to tell a client that a session ended.

use std::sync::Arc;

use super::LogoutService;
use crate::{
    events::{AuditEvent, EventName, Outcome},
    protocol::logout_token::{LogoutSubject, LogoutTokenClaims, TYP, is_accepted, next_attempt},
    random,
    store::{
        StoreResult,
        logouts::{self, LogoutJob, LogoutNotice, PendingLogout},
    },
};

/// What is noted before the answer is there, and stays if this process stops.
const BEGUN: &str = "the attempt was interrupted";

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The client has heard.
    Delivered,
    /// The client has not heard.
    Failed,
    /// Another worker made this attempt, or there is nothing to tell any more.
    Taken,
}

impl Delivery {
    /// Whether the client has heard by this attempt.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Delivered)
    }
}

impl LogoutService {
    /// Makes one attempt, if nobody else has made it. After a failure the next attempt is made when it is due (BL-03).
    ///
    /// # Errors
    /// [`crate::store::StoreError`] when the database fails; an attempt that has begun is then repeated later.
    pub async fn deliver(self: &Arc<Self>, job: LogoutJob) -> StoreResult<Delivery> {
        // Never closed, so that this never fails.
        let _turn = self.turns.acquire().await;
        let tables = self.store.tables();
        let found = self.store.run(|db| logouts::find(db, tables, job)).await?;
        let Some(mut attempt) = found else {
            return Ok(Delivery::Taken);
        };
        let tries = job.tries.saturating_add(1);
        attempt.notice.next_at = next_attempt(tries, self.clock.now());
        attempt.notice.error = Some(BEGUN.to_owned());
        let take = |db| logouts::take(db, tables, &attempt);
        if !self.store.run(take).await? {
            return Ok(Delivery::Taken);
        }
        let told = self.tell(&attempt.notice).await;
        // From here on `attempt` is the next one.
        attempt.job.tries = tries;
        let Err(error) = told else {
            let forget = |db| logouts::delivered(db, tables, job.id);
            let forgotten = self.store.run(forget).await;
            forgotten.inspect_err(|_| self.again(&attempt))?;
            let event = event(EventName::LogoutDelivered, &attempt);
            self.events.emit_to_end(event).await;
            return Ok(Delivery::Delivered);
        };
        attempt.notice.error = Some(error.clone());
        self.again(&attempt);
        let note = |db| logouts::note_failure(db, tables, &attempt);
        self.store.run(note).await?;
        if attempt.notice.next_at.is_none() {
            let event = event(EventName::LogoutUndelivered, &attempt).outcome(Outcome::Error);
            self.events.emit_to_end(event.detail("error", error)).await;
        }
        Ok(Delivery::Failed)
    }

    /// Signs a logout token and sends it (OpenID Connect Back-Channel Logout §2.5).
    ///
    /// # Errors
    /// Why the client did not take it, for the operator.
    async fn tell(&self, notice: &LogoutNotice) -> Result<(), String> {
        let client = self.clients.find(&notice.client_id).await;
        let client = client.map_err(|error| error.to_string())?;
        let client = client.ok_or("the client is gone")?;
        let uri = client.backchannel_logout_uri.as_deref();
        let uri = uri.ok_or("the client has no backchannel_logout_uri any more")?;
        let now = self.clock.now();
        self.keys.up_to_date(now, Some(&self.events)).await;
        let subject = LogoutSubject {
            iss: self.urls.issuer.clone(),
            sub: notice.sub.clone(),
            client_id: client.client_id.clone(),
            sid: notice.sid.clone(),
        };
        let jti = random::identifier().map_err(|error| error.to_string())?;
        let claims = LogoutTokenClaims::new(subject, jti, now);
        let alg = self.clients.id_token_alg(&client);
        let token = self.keys.sign_aside(alg, TYP, &claims).await;
        let token = token.map_err(|error| error.to_string())?;
        // The characters of a JWT stand for themselves in a form.
        let form = format!("logout_token={token}");
        match self.fetcher.post_form(uri, form).await {
            Ok(status) if is_accepted(status) => Ok(()),
            Ok(status) => Err(format!("the status is {status}")),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn event(name: EventName, attempt: &PendingLogout) -> AuditEvent {
    AuditEvent::new(name)
        .client_id(&attempt.notice.client_id)
        .sid(&attempt.notice.sid)
        .detail("tries", attempt.job.tries)
}
