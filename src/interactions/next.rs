//! The next step of a request, as the protocol rules and the app's hooks decide it (NX-01 to NX-10).

use super::{Interaction, InteractionService};
use crate::{
    error::Failure,
    people::hooks::{ClientInfo, SessionInfo},
    protocol::{
        consent::Choices,
        error::{ErrorCode, OAuthError},
        interaction::{HookOutcome, PromptContext, PromptRequest, SessionView, Step, next_step},
        row_id::SessionId,
        scope::{OPENID, Scopes},
    },
    sessions::SignedIn,
    store::{consents::ConsentRow, user_key::UserKey},
};

/// The outcome of [`InteractionService::next_step`].
pub type NextStep = Result<Step, OAuthError>;

impl InteractionService {
    /// Determines the next step of a request (NX-01 to NX-10). The outer error is a fault, the inner one is
    /// the error response for the client.
    ///
    /// Sets `grantable` and `post_login` of the interaction by the answers of the app's hooks.
    ///
    /// # Errors
    /// When a hook or the user's subject fails.
    pub async fn next_step(
        &self,
        interaction: &mut Interaction,
        current: Option<&SignedIn>,
    ) -> Result<NextStep, Failure> {
        interaction
            .grantable
            .clone_from(&interaction.request.scopes);
        interaction.post_login = None;
        let next = self.decide(interaction, current, &HookOutcome::default())?;
        match current {
            Some(current) if asks_app(&next) => {
                let app = self.ask_hooks(interaction, current).await?;
                self.decide(interaction, Some(current), &app)
            }
            _ => Ok(next),
        }
    }

    fn decide(
        &self,
        interaction: &Interaction,
        current: Option<&SignedIn>,
        app: &HookOutcome,
    ) -> Result<NextStep, Failure> {
        let Interaction {
            client,
            request,
            progress,
            ..
        } = interaction;
        let session = match current {
            None => None,
            Some(current) => Some(SessionView {
                subject: self.clients.subject_for(client, &current.owner.subject())?,
                auth_time: current.session.auth_time,
                acr: current.acr.clone(),
            }),
        };
        let consent = current.and_then(|current| current.consent.as_ref());
        let consent = consent.map(ConsentRow::view);
        let (wanted, claims) = (interaction.wanted_acr(), interaction.single_claims());
        Ok(next_step(&PromptContext {
            request: PromptRequest {
                prompts: &request.prompts,
                silent: request.silent,
                max_age: request.max_age,
                hint_subject: request.hint_subject.as_deref(),
                subjects: request.claims.subjects.as_deref(),
                acr_values: wanted.values,
                acr_is_essential: wanted.essential,
                scopes: &interaction.grantable,
                resources: &request.resources,
                claims: &claims,
                redirect_uri: request.callback.redirect_uri(),
                started_at: interaction.started_at,
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

    /// Returns what the hooks `select_account`, `authorize_scopes` and `post_login` decide. They are called
    /// once per HTTP request and person.
    async fn ask_hooks(
        &self,
        interaction: &mut Interaction,
        current: &SignedIn,
    ) -> Result<HookOutcome, Failure> {
        let cached = interaction
            .hooks
            .take()
            .filter(|cached| cached.is_of(current));
        let answers = match cached {
            Some(cached) => cached,
            None => self.hook_answers(interaction, current).await?,
        };
        let requested = &interaction.request.scopes;
        interaction.grantable = requested.filtered(|scope| answers.allowed.contains(scope));
        let done = &interaction.progress.post_login;
        let step = answers.post_login.clone();
        interaction.post_login = step.clone().filter(|step| !done.contains(step));
        let outcome = HookOutcome {
            wants_choice: answers.wants_choice,
            post_login: step,
            allows_nothing: interaction.grantable.is_empty(),
        };
        interaction.hooks = Some(answers);
        Ok(outcome)
    }

    async fn hook_answers(
        &self,
        interaction: &Interaction,
        current: &SignedIn,
    ) -> Result<HookAnswers, Failure> {
        let (owner, client) = (&current.owner, ClientInfo::of(&interaction.client));
        let (app, requested) = (&self.people.app, interaction.request.scopes.as_slice());
        let wants_choice = if interaction.progress.selected {
            false
        } else {
            let session = SessionInfo::of(&current.session);
            app.select_account(owner, &client, &session, requested)
                .await?
        };
        let allowed = app.authorize_scopes(owner, &client, requested).await?;
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

    /// Notes that the person did the app's step (`continue?done=post_login`). If no step of the app is
    /// open, nothing changes.
    ///
    /// # Errors
    /// When the database or a hook fails.
    pub async fn post_login_done(
        &self,
        interaction: &mut Interaction,
        current: Option<&SignedIn>,
    ) -> Result<(), Failure> {
        let Some(current) = current else {
            return Ok(());
        };
        let before_app = self.decide(interaction, Some(current), &HookOutcome::default())?;
        if !asks_app(&before_app) {
            return Ok(());
        }
        // The step that the person was sent to is done, before the hook is called: a hook that reads
        // what the app stored names the following step already.
        let step = if let Some(step) = interaction.sent_to.take() {
            Some(step)
        } else {
            let next = self.next_step(interaction, Some(current)).await?;
            let open = interaction.post_login.clone();
            open.filter(|_| next == Ok(Step::PostLogin))
        };
        let Some(step) = step else {
            return Ok(());
        };
        interaction.progress.post_login.push(step);
        self.record_step(interaction, Some(current)).await
    }

    /// Returns what the person agreed to (CO-04): the ticked scopes where `consent_allows_narrowing` is on,
    /// otherwise all grantable ones, and the claims that the form names, because a page that shows no claims
    /// has no consent for them.
    pub fn accepted(&self, interaction: &Interaction, ticked: &Choices) -> Choices {
        let mut claims = interaction.single_claims();
        claims.retain(|claim| ticked.claims.contains(claim));
        if !self.settings.consent_allows_narrowing {
            return Choices {
                scopes: interaction.grantable.clone(),
                claims,
            };
        }
        let kept = |scope: &str| scope == OPENID || ticked.scopes.contains(scope);
        Choices {
            scopes: interaction.grantable.filtered(kept),
            claims,
        }
    }
}

/// Whether the app's hooks are called: not while the person still has to sign in or make an account.
fn asks_app(next: &NextStep) -> bool {
    match next {
        Ok(step) => !matches!(step, Step::Create | Step::Login),
        Err(error) => !matches!(
            error.code,
            ErrorCode::LoginRequired | ErrorCode::UnmetAuthenticationRequirements
        ),
    }
}

/// The authentication context classes that a request wants.
#[derive(Clone, Copy, Debug)]
pub struct WantedAcr<'a> {
    /// The classes, any of which is enough; none = every login will do.
    pub values: &'a [String],
    /// Whether the request fails without one of them.
    pub essential: bool,
}

/// Answers of the app's hooks about one person, for the rest of the HTTP request.
#[derive(Clone)]
pub(super) struct HookAnswers {
    session_id: SessionId,
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

impl Interaction {
    /// Returns the wanted authentication context classes: essential ones of the parameter `claims`, or else
    /// `acr_values` of the request, or else what `claims` wishes for, or else `default_acr_values` of the
    /// client.
    pub fn wanted_acr(&self) -> WantedAcr<'_> {
        let request = &self.request;
        let of_claims = request.claims.acr.as_ref();
        let values = match of_claims {
            Some(acr) if acr.essential || request.acr_values.is_empty() => &acr.values,
            _ if !request.acr_values.is_empty() => &request.acr_values,
            _ => &self.client.default_acr_values,
        };
        WantedAcr {
            values,
            essential: of_claims.is_some_and(|acr| acr.essential),
        }
    }
}
