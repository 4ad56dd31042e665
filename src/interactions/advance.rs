//! Takes an interaction from one decision to the next: another step for the person, or the end.

use super::{Interaction, InteractionOutcome, InteractionService};
use crate::{
    error::{
        PageError, Refused,
        audit::{self, AuditSurface},
    },
    events::{AuditEvent, EventName},
    people::hooks::{ClientInfo, InteractionInfo},
    protocol::{
        consent::Choices, error::OAuthError, interaction::Step, params,
        refusals::InteractionRefusal, route::Route, rule::rule,
    },
    sessions::{Browser, SignedIn},
};

/// What a person agreed to on the consent page.
#[derive(Clone, Copy)]
pub struct ConsentDecision<'a> {
    /// The signed-in person who decided.
    pub person: &'a SignedIn,
    /// What the person left ticked.
    pub ticked: &'a Choices,
}

impl InteractionService {
    /// Determines the next step (NX-01 to NX-10), and takes it as far as no person is needed: issues the
    /// code, refuses the request, or returns the step that the person has to do.
    ///
    /// # Errors
    /// When the database or a hook fails.
    pub async fn advance(
        &self,
        interaction: &mut Interaction,
        browser: &mut Browser,
        current: Option<&SignedIn>,
    ) -> Result<InteractionOutcome, PageError> {
        match (self.next_step(interaction, current).await?, current) {
            (Err(error), _) => self.refuse_request(interaction, browser, error).await,
            (Ok(Step::Issue), Some(current)) => {
                self.issue_code(interaction, browser, current, None).await
            }
            (Ok(step), _) => {
                if step == Step::PostLogin && interaction.post_login != interaction.sent_to {
                    // The row keeps the name of this step: when the person comes back, this step is
                    // done, not one that follows it.
                    self.record_step(interaction, current).await?;
                }
                self.note_person(interaction, current).await?;
                Ok(InteractionOutcome::Step(step))
            }
        }
    }

    /// Handles an approval on the consent page: grants the ticked scopes (CO-04), or refuses the request
    /// if none is left.
    ///
    /// # Errors
    /// When the database or a hook fails.
    pub async fn accept(
        &self,
        interaction: &mut Interaction,
        browser: &mut Browser,
        agreement: ConsentDecision<'_>,
    ) -> Result<InteractionOutcome, PageError> {
        let current = agreement.person;
        if interaction.has_changed_client() {
            self.adopt_client_version(interaction).await?;
            return Ok(InteractionOutcome::Again);
        }
        // The approval holds for this decision only: if a hook demands another step first, the person
        // is asked again afterwards (CO-03).
        interaction.progress.consented = true;
        let next = self.next_step(interaction, Some(current)).await;
        interaction.progress.consented = false;
        match next? {
            Ok(Step::Issue) => {}
            Ok(step) => return Ok(InteractionOutcome::Step(step)),
            Err(error) => return self.refuse_request(interaction, browser, error).await,
        }
        let accepted = self.accepted(interaction, agreement.ticked);
        if accepted.scopes.is_empty() {
            return self.deny(interaction, browser).await;
        }
        self.issue_code(interaction, browser, current, Some(accepted))
            .await
    }

    /// Ends the interaction with an error that the client gets, and logs the refusal.
    async fn refuse_request(
        &self,
        interaction: &Interaction,
        browser: &mut Browser,
        error: OAuthError,
    ) -> Result<InteractionOutcome, PageError> {
        let outcome = self.refuse(interaction, browser, &error).await?;
        // The error leaves with a redirect, which the layer that logs refusals does not see.
        let refused = Refused::sent_back(error, &interaction.client.client_id);
        audit::refused(&refused, AuditSurface::Page);
        Ok(outcome)
    }

    /// Ends the interaction because the person refused or cancelled.
    ///
    /// # Errors
    /// When the database fails; the interaction goes on then.
    pub async fn deny(
        &self,
        interaction: &Interaction,
        browser: &mut Browser,
    ) -> Result<InteractionOutcome, PageError> {
        let error = OAuthError::of(InteractionRefusal::PersonRefused);
        let outcome = self.refuse(interaction, browser, &error).await?;
        let event = AuditEvent::new(EventName::ConsentDenied).denied(rule!("IX-05"));
        let event = event.client(&interaction.client);
        self.events
            .emit(event.scopes(interaction.request.scopes.as_slice()));
        Ok(outcome)
    }

    /// Returns the URL of a step's page. For a stored interaction it carries the interaction id, and for
    /// a page of the app also the step and the URL to return to.
    pub fn step_url(&self, interaction: Option<&Interaction>, step: Step) -> String {
        let urls = &self.urls;
        let is_device = interaction.is_some_and(|interaction| interaction.device().is_some());
        let page: &str = match step {
            // The page of devices has warnings that a consent page of the app may lack (DV-07).
            Step::Consent if is_device => urls.of(Route::Device),
            // Without sign-up there is no built-in page for it: the person signs in instead (NX-01).
            Step::Create if urls.signup_page == urls.of(Route::Signup) && !self.policy.signup => {
                &urls.login_page
            }
            Step::Create => &urls.signup_page,
            Step::Login => &urls.login_page,
            Step::SelectAccount => &urls.select_account_page,
            // Without the setting `post_login_url` a hook that asks for this step is an error.
            Step::PostLogin => match &urls.post_login_page {
                Some(page) => page,
                None => urls.of(Route::Continue),
            },
            Step::Consent => &urls.consent_page,
            Step::Issue => urls.of(Route::Continue),
        };
        let Some(state) = interaction.and_then(Interaction::state) else {
            return page.to_owned();
        };
        let query = if urls.is_own_endpoint(page) {
            format!("interaction={state}")
        } else {
            let return_to = self.continue_url(state);
            let return_to = params::encode(&return_to).into_owned();
            format!(
                "interaction={state}&intent={}&return_to={return_to}",
                step.as_str()
            )
        };
        let separator = if page.contains('?') { '&' } else { '?' };
        format!("{page}{separator}{query}")
    }

    /// Returns the URL that resumes the interaction with the id `state`.
    pub fn continue_url(&self, state: &str) -> String {
        format!("{}?interaction={state}", self.urls.of(Route::Continue))
    }

    /// Returns the facts about an interaction that hooks see; `None` while it is not stored.
    pub fn info(&self, interaction: &Interaction) -> Option<InteractionInfo> {
        let (state, request) = (interaction.state()?, &interaction.request);
        Some(InteractionInfo {
            state: state.to_owned(),
            client: ClientInfo::of(&interaction.client),
            login_hint: request.login_hint.clone(),
            ui_locales: request.ui_locales.clone(),
            params: request.params.clone(),
            return_to: self.continue_url(state),
        })
    }
}
