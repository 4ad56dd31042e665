//! An authorization request on its way to a code: just received, or stored because a person has
//! something to do.

use std::sync::Arc;

use serde_json::json;

use super::next::HookAnswers;
use crate::{
    protocol::{
        authorize::{AuthorizationRequest, Prompt},
        callback::{Callback, ResponseMode, StoredRedirect},
        client::Client,
        interaction::{Progress, Step},
        row_id::{GrantId, InteractionId},
        scope::Scopes,
        time::{Seconds, UnixTime},
    },
    store::{
        authorization_codes::GrantRow,
        authorization_states::{BROWSER, InteractionRow},
        record::Strings,
        user_key::UserKey,
    },
};

/// Value of the column `kind` for authorization requests.
pub const KIND: &str = BROWSER;
/// Value of the column `kind` for requests of devices.
pub const DEVICE_KIND: &str = "device";
const HANDLED_CREATE: &str = "create";
const HANDLED_SELECT: &str = "select_account";
/// Prefix for a finished step of the app in the column `handled`; the name of the step follows.
const HANDLED_POST_LOGIN: &str = "post_login:";
/// Prefix for the open step of the app in the column `handled`; the name of the step follows.
const SENT_TO: &str = "post_login_open:";

/// An authorization request with what the person has done for it so far.
#[derive(Clone)]
pub struct Interaction {
    /// The client.
    pub client: Arc<Client>,
    /// The validated request.
    pub request: AuthorizationRequest,
    /// The steps that the person has done.
    pub progress: Progress,
    /// Of the requested scopes, those that the app lets the current person grant.
    pub grantable: Scopes,
    /// Name of the app's step (hook `post_login`) that has to be done now.
    pub post_login: Option<String>,
    /// Name of the app's step that the person was sent to last.
    pub sent_to: Option<String>,
    /// The stored row; `None` while the request is not stored.
    pub row: Option<StoredInteraction>,
    /// When the request arrived.
    pub started_at: UnixTime,
    /// Answers of the app's hooks, each of which is called once per HTTP request, until code of the app
    /// has run ([`Self::forget_hook_answers`]).
    pub(super) hooks: Option<HookAnswers>,
}

/// The stored row of an interaction.
#[derive(Clone)]
pub struct StoredInteraction {
    /// Primary key.
    pub id: InteractionId,
    /// Interaction id.
    pub state: String,
    /// Version of the client that the person was shown.
    pub client_version: i32,
    /// Hash of the secret in the binding cookie; `None` until a browser is bound (IX-03).
    pub browser_hash: Option<Vec<u8>>,
    /// The user who was signed in when the interaction was last looked at.
    pub user_id: Option<UserKey>,
    /// When the interaction expires (IX-06).
    pub expires_at: UnixTime,
    /// When the interaction was finished.
    pub consumed_at: Option<UnixTime>,
    /// The final location, encrypted under the secret of the binding cookie.
    pub result_sealed: Option<Vec<u8>>,
    /// The request of a device that is decided; `None` for authorization requests.
    pub device: Option<GrantId>,
    /// The grant that the interaction led to, or that of the device.
    pub grant: Option<GrantRow>,
}

impl Interaction {
    /// Creates the interaction of a request that was validated just now.
    pub fn new(client: Arc<Client>, request: AuthorizationRequest, now: UnixTime) -> Self {
        Self {
            client,
            grantable: request.scopes.clone(),
            request,
            progress: Progress::default(),
            post_login: None,
            sent_to: None,
            row: None,
            started_at: now,
            hooks: None,
        }
    }

    /// Restores the interaction of a row. `iss` is the issuer of this server.
    pub fn stored(
        client: Arc<Client>,
        row: InteractionRow,
        grant: Option<GrantRow>,
        iss: &str,
    ) -> Self {
        let handled = |step: &str| row.handled.0.iter().any(|done| done == step);
        let done = row.handled.0.iter();
        let done = done.filter_map(|step| step.strip_prefix(HANDLED_POST_LOGIN));
        let progress = Progress {
            authenticated_at: row.authenticated_at,
            created: handled(HANDLED_CREATE),
            selected: handled(HANDLED_SELECT),
            post_login: done.map(str::to_owned).collect(),
            // An approval ends the interaction, or counts for nothing (CO-03): it is never stored.
            consented: false,
        };
        let mut sent_to = row.handled.0.iter();
        let sent_to = sent_to.find_map(|step| step.strip_prefix(SENT_TO));
        let sent_to = sent_to.map(str::to_owned);
        let words = |json: Option<serde_json::Value>| {
            json.and_then(|json| serde_json::from_value(json).ok())
                .unwrap_or_default()
        };
        let prompts = row
            .prompts
            .0
            .iter()
            .filter_map(|word| serde_json::from_value::<Prompt>(json!(word)).ok());
        let params = row
            .params
            .and_then(|params| serde_json::from_value(params).ok());
        let claims = row
            .claims
            .and_then(|claims| serde_json::from_value(claims).ok());
        let request = AuthorizationRequest {
            client_id: row.client_id,
            callback: Callback::stored(
                StoredRedirect {
                    uri: row.redirect_uri,
                    explicit: row.redirect_uri_explicit,
                    mode: ResponseMode::parse(&row.response_mode).unwrap_or_default(),
                },
                row.client_state,
                iss,
            ),
            nonce: row.nonce,
            code_challenge: row.code_challenge,
            dpop_jkt: row.dpop_jkt,
            scopes: row.scopes.0.into(),
            resources: row.resources.0,
            prompts: prompts.collect(),
            silent: row
                .prompts
                .0
                .iter()
                .any(|word| word == Prompt::None.as_str()),
            max_age: row.max_age.map(Into::into),
            login_hint: row.login_hint,
            ui_locales: row.ui_locales,
            display: row.display,
            acr_values: words(row.acr_values),
            claims: claims.unwrap_or_default(),
            hint_subject: row.hint_subject,
            params: params.unwrap_or_default(),
        };
        let stored = StoredInteraction {
            id: row.id,
            state: row.state,
            client_version: row.client_version,
            browser_hash: row.browser_hash,
            user_id: row.user_id,
            expires_at: row.expires_at,
            consumed_at: row.consumed_at,
            result_sealed: row.result_sealed,
            device: row.device_grant_id,
            grant,
        };
        Self {
            client,
            grantable: request.scopes.clone(),
            request,
            progress,
            post_login: None,
            sent_to,
            row: Some(stored),
            started_at: row.started_at,
            hooks: None,
        }
    }

    /// Returns the row that stores this interaction for `ttl` seconds.
    pub fn to_row(&self, state: String, ttl: Seconds, intent: Step) -> InteractionRow {
        let request = &self.request;
        InteractionRow {
            id: InteractionId::UNSAVED,
            state,
            kind: KIND.to_owned(),
            intent: intent.as_str().to_owned(),
            client_id: request.client_id.clone(),
            client_version: self.client.version,
            redirect_uri: request.callback.redirect_uri().to_owned(),
            redirect_uri_explicit: request.callback.is_explicit(),
            response_mode: request.callback.mode().as_str().to_owned(),
            client_state: request.callback.state().map(str::to_owned),
            nonce: request.nonce.clone(),
            code_challenge: request.code_challenge.clone(),
            dpop_jkt: request.dpop_jkt.clone(),
            login_hint: request.login_hint.clone(),
            ui_locales: request.ui_locales.clone(),
            display: request.display.clone(),
            hint_subject: request.hint_subject.clone(),
            scopes: request.scopes.as_slice().to_vec().into(),
            resources: request.resources.clone().into(),
            prompts: self.prompts().into(),
            handled: self.handled(),
            claims: (!request.claims.is_empty()).then(|| json!(request.claims)),
            acr_values: Some(json!(request.acr_values)),
            params: Some(json!(request.params)),
            max_age: request.max_age.and_then(|age| age.try_into().ok()),
            browser_hash: None,
            session_id: None,
            user_id: None,
            authenticated_at: None,
            consumed_at: None,
            request_uri_hash: None,
            device_grant_id: None,
            grant_id: None,
            result_sealed: None,
            started_at: self.started_at,
            expires_at: self.started_at + ttl,
        }
    }

    /// Returns the words of `prompt` for the column `prompts`.
    pub fn prompts(&self) -> Vec<String> {
        let silent = self.request.silent.then_some(Prompt::None);
        let prompts = self.request.prompts.iter().copied().chain(silent);
        prompts.map(|prompt| prompt.as_str().to_owned()).collect()
    }

    /// Returns the requested claims that the person is asked for by themselves, because none of the
    /// grantable scopes covers them (OpenID Connect Core §5.5).
    pub fn single_claims(&self) -> Vec<String> {
        self.request.claims.beyond(&self.grantable)
    }

    /// Whether the client changed since it was shown to the person.
    pub fn has_changed_client(&self) -> bool {
        self.row
            .as_ref()
            .is_some_and(|row| row.client_version != self.client.version)
    }

    /// Returns the finished steps, and the open step of the app, for the column `handled`.
    pub fn handled(&self) -> Strings {
        let Progress {
            created, selected, ..
        } = &self.progress;
        let steps = [(*created, HANDLED_CREATE), (*selected, HANDLED_SELECT)];
        let own = steps.iter().filter(|(done, _)| *done);
        let own = own.map(|(_, step)| (*step).to_owned());
        let of_app = self.progress.post_login.iter();
        let open = self.post_login.iter();
        own.chain(of_app.map(|step| format!("{HANDLED_POST_LOGIN}{step}")))
            .chain(open.map(|step| format!("{SENT_TO}{step}")))
            .collect::<Vec<_>>()
            .into()
    }

    /// Forgets what the app's hooks answered, because code of the app has run since and may have changed
    /// what they read: the next decision asks them anew.
    pub fn forget_hook_answers(&mut self) {
        self.hooks = None;
    }

    /// Whether the interaction has ended, in a code or in a refusal.
    pub fn is_finished(&self) -> bool {
        let row = self.row.as_ref();
        row.is_some_and(|row| row.consumed_at.is_some())
    }

    /// The request of a device that this interaction decides; `None` for authorization requests.
    pub fn device(&self) -> Option<GrantId> {
        self.row.as_ref().and_then(|row| row.device)
    }

    /// Returns the interaction id; `None` while the request is not stored.
    pub fn state(&self) -> Option<&str> {
        self.row.as_ref().map(|row| row.state.as_str())
    }

    /// Notes that somebody signed in for this interaction who authenticated at `at`.
    pub fn signed_in(&mut self, at: UnixTime) {
        self.progress.authenticated_at = Some(at);
        if at >= self.started_at {
            // A new login fulfils `prompt=create`, and counts as the choice of an account.
            self.progress.created = true;
            self.progress.selected = true;
        }
        self.person_changed();
    }

    /// Forgets the finished steps of the app, because another account may be the current one now.
    pub fn person_changed(&mut self) {
        self.progress.post_login.clear();
    }
}
