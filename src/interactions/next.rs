//! What comes next for a request, with what the app says about it (NX-01 to NX-10).

use super::{InteractionService, Pending};
use crate::{
    error::Failure,
    people::hooks::{ClientFacts, SessionFacts},
    protocol::{
        error::{ErrorCode, OAuthError},
        interaction::{Asked, HookOutcome, SessionView, Situation, Step, next_step},
        scope::{OPENID, Scopes},
    },
    sessions::SignedIn,
    store::{consents::ConsentRow, user_key::UserKey},
};

/// The outcome of [`InteractionService::next_step`].
pub type NextStep = Result<Step, OAuthError>;

impl InteractionService {
    /// What comes next for a request (NX-01 to NX-10). The outer error is a fault, the inner one
    /// the answer for the client. What the app lets the current person do is noted on the request.
    ///
    /// # Errors
    /// When a hook or the user's subject fails.
    pub async fn next_step(
        &self,
        pending: &mut Pending,
        current: Option<&SignedIn>,
    ) -> Result<NextStep, Failure> {
        pending.grantable.clone_from(&pending.request.scopes);
        pending.post_login = None;
        let next = self.decide(pending, current, &HookOutcome::default())?;
        match current {
            Some(current) if asks_app(&next) => {
                let app = self.ask_hooks(pending, current).await?;
                self.decide(pending, Some(current), &app)
            }
            _ => Ok(next),
        }
    }

    fn decide(
        &self,
        pending: &Pending,
        current: Option<&SignedIn>,
        app: &HookOutcome,
    ) -> Result<NextStep, Failure> {
        let Pending {
            client,
            request,
            progress,
            ..
        } = pending;
        let session = match current {
            None => None,
            Some(current) => Some(SessionView {
                subject: self.clients.subject_for(client, &current.owner.subject())?,
                auth_time: current.session.auth_time,
                acr: current.session.acr.clone(),
            }),
        };
        let consent = current.and_then(|current| current.consent.as_ref());
        let consent = consent.map(ConsentRow::view);
        Ok(next_step(&Situation {
            asked: Asked {
                prompts: &request.prompts,
                silent: request.silent,
                max_age: request.max_age,
                hint_subject: request.hint_subject.as_deref(),
                acr_values: pending.wanted_acr(),
                scopes: &pending.grantable,
                resources: &request.resources,
                redirect_uri: request.callback.redirect_uri(),
                started_at: pending.started_at,
            },
            progress,
            session: session.as_ref(),
            consent: consent.as_ref(),
            client,
            sensitive_scopes: &self.policy.sensitive_scopes,
            acr_order: &self.settings.acr_values,
            app,
            now: self.clock.now(),
        }))
    }

    /// What the hooks `select_account`, `authorize_scopes` and `post_login` say, asked once per
    /// request and person.
    async fn ask_hooks(
        &self,
        pending: &mut Pending,
        current: &SignedIn,
    ) -> Result<HookOutcome, Failure> {
        let known = pending.hooks.take().filter(|known| known.is_of(current));
        let answers = match known {
            Some(known) => known,
            None => self.hook_answers(pending, current).await?,
        };
        let requested = &pending.request.scopes;
        pending.grantable = requested.filtered(|scope| answers.allowed.contains(scope));
        let done = &pending.progress.post_login;
        let step = answers.post_login.clone();
        pending.post_login = step.clone().filter(|step| !done.contains(step));
        let outcome = HookOutcome {
            wants_choice: answers.wants_choice,
            post_login: step,
            allows_nothing: pending.grantable.is_empty(),
        };
        pending.hooks = Some(answers);
        Ok(outcome)
    }

    async fn hook_answers(
        &self,
        pending: &Pending,
        current: &SignedIn,
    ) -> Result<HookAnswers, Failure> {
        let (owner, client) = (&current.owner, ClientFacts::of(&pending.client));
        let (app, asked) = (&self.people.app, pending.request.scopes.as_slice());
        let wants_choice = if pending.progress.selected {
            false
        } else {
            let session = SessionFacts::of(&current.session);
            app.select_account(owner, &client, &session, asked).await?
        };
        let allowed = app.authorize_scopes(owner, &client, asked).await?;
        let post_login = app.post_login(owner, &client).await?;
        if let (Some(step), None) = (&post_login, &self.urls.post_login_page) {
            return Err(Failure::internal(format!(
                "hook post_login: it asks for the step `{step}`, and post_login_url is not set"
            )));
        }
        Ok(HookAnswers {
            session_id: current.session.id,
            user: owner.key(),
            wants_choice,
            allowed: allowed.iter().collect(),
            post_login,
        })
    }

    /// The person did the app's step (`continue?done=post_login`). In every other state this means
    /// nothing.
    ///
    /// # Errors
    /// When the database or a hook fails.
    pub async fn post_login_done(
        &self,
        pending: &mut Pending,
        current: Option<&SignedIn>,
    ) -> Result<(), Failure> {
        let Some(current) = current else {
            return Ok(());
        };
        let before_app = self.decide(pending, Some(current), &HookOutcome::default())?;
        if !asks_app(&before_app) {
            return Ok(());
        }
        // The step that the person was sent to is done before the app is asked: a hook that looks at
        // what the app stored names the following step already.
        let step = match pending.sent_to.take() {
            Some(step) => Some(step),
            None => {
                let next = self.next_step(pending, Some(current)).await?;
                let open = pending.post_login.clone();
                open.filter(|_| next == Ok(Step::PostLogin))
            }
        };
        let Some(step) = step else {
            return Ok(());
        };
        pending.progress.post_login.push(step);
        self.record_step(pending, Some(current)).await
    }

    /// The scopes that the person agreed to: all that they may grant, or those ticked (CO-04).
    pub fn accepted(&self, pending: &Pending, ticked: &Scopes) -> Scopes {
        if !self.settings.consent_allows_narrowing {
            return pending.grantable.clone();
        }
        let kept = |scope: &str| scope == OPENID || ticked.contains(scope);
        pending.grantable.filtered(kept)
    }
}

/// The app is asked about a person who stands, not about one who must sign in first.
fn asks_app(next: &NextStep) -> bool {
    match next {
        Ok(step) => !matches!(step, Step::Create | Step::Login),
        Err(error) => error.code != ErrorCode::LoginRequired,
    }
}

/// What the hooks said about a person in this request.
#[derive(Clone)]
pub(super) struct HookAnswers {
    session_id: i64,
    user: UserKey,
    wants_choice: bool,
    allowed: Scopes,
    post_login: Option<String>,
}

impl HookAnswers {
    fn is_of(&self, current: &SignedIn) -> bool {
        (self.session_id, self.user) == (current.session.id, current.owner.key())
    }
}

impl Pending {
    /// Wanted authentication context classes: of the request, else of the client's registration.
    pub fn wanted_acr(&self) -> &[String] {
        if self.request.acr_values.is_empty() {
            &self.client.default_acr_values
        } else {
            &self.request.acr_values
        }
    }
}
