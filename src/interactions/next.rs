//! What comes next for a request, with what the app says about it (NX-01 to NX-10).

use super::Pending;
use crate::{
    error::Failure,
    people::hooks::{ClientFacts, SessionFacts},
    protocol::{
        error::{ErrorCode, OAuthError},
        interaction::{AppSays, Asked, SessionView, Situation, Step, next_step},
        scope::{OPENID, Scopes},
    },
    server::Server,
    sessions::SignedIn,
    store::consents::ConsentRow,
};

/// The outcome of [`Server::next_step`].
pub type NextStep = Result<Step, OAuthError>;

impl Server {
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
        let next = self.decide(pending, current, &AppSays::default())?;
        let asks = match &next {
            Ok(step) => !matches!(step, Step::Create | Step::Login),
            Err(error) => error.code != ErrorCode::LoginRequired,
        };
        match current {
            // The app is asked about a person who stands, not about one who must sign in first.
            Some(current) if asks => {
                let app = self.ask_app(pending, current).await?;
                self.decide(pending, Some(current), &app)
            }
            _ => Ok(next),
        }
    }

    fn decide(
        &self,
        pending: &Pending,
        current: Option<&SignedIn>,
        app: &AppSays,
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
                subject: self.subject_for(client, &current.owner)?,
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
            now: self.now(),
        }))
    }

    /// The hooks `select_account`, `authorize_scopes` and `post_login`.
    async fn ask_app(&self, pending: &mut Pending, current: &SignedIn) -> Result<AppSays, Failure> {
        let (owner, client) = (&current.owner, ClientFacts::of(&pending.client));
        let asked = pending.request.scopes.as_slice();
        let wants_choice = if pending.progress.selected {
            false
        } else {
            let session = SessionFacts::of(&current.session);
            let hook = self.owners.select_account(owner, &client, &session, asked);
            hook.await?
        };
        let allowed = self.owners.authorize_scopes(owner, &client, asked).await?;
        let allowed: Scopes = allowed.iter().collect();
        let requested = &pending.request.scopes;
        pending.grantable = requested.filtered(|scope| allowed.contains(scope));
        let post_login = self.owners.post_login(owner, &client).await?;
        if let (Some(step), None) = (&post_login, &self.urls.post_login_page) {
            return Err(Failure::internal(format!(
                "hook post_login: it asks for the step `{step}`, and post_login_url is not set"
            )));
        }
        let done = &pending.progress.post_login;
        pending.post_login = post_login.clone().filter(|step| !done.contains(step));
        Ok(AppSays {
            wants_choice,
            post_login,
            allows_nothing: pending.grantable.is_empty(),
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
        let next = self.next_step(pending, current).await?;
        let open = pending.post_login.clone();
        let Some(step) = open.filter(|_| next == Ok(Step::PostLogin)) else {
            return Ok(());
        };
        // A hook that looks at what the app stored names the following step already.
        let sent_to = pending.sent_to.as_ref();
        if sent_to.is_none_or(|sent_to| *sent_to == step) {
            pending.progress.post_login.push(step);
        }
        self.record_step(pending, current).await
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
