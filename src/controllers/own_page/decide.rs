//! Decisions of a person on a page of the app's own: consent, account, refusal.

use axum::response::Response;

use super::{InteractionError, OAuthInteraction};
use crate::{
    controllers::outcome::{NavigationKind, respond},
    error::PageError,
    interactions::{InteractionOutcome, advance::ConsentDecision},
    protocol::{
        consent::Choices, error::OAuthError, interaction::Step, received::Received,
        refusals::InteractionRefusal, route::Route,
    },
    sessions::{CsrfCheck, CsrfForm, SignedIn},
};

/// What a person decides on a page of the app.
pub enum Decision {
    /// Agrees to these scopes and claims.
    Allow(Choices),
    /// Refuses or cancels.
    Deny,
    /// Takes the account with this `sid`.
    Choose(String),
    /// Wants another account.
    UseAnother,
}

/// Proof that a posted form belongs to its interaction; [`OAuthInteraction::check_csrf`] gives it.
#[derive(Clone, Copy, Debug)]
pub struct Csrf(());

impl OAuthInteraction {
    /// Checks the token of a form, but not the origin of the request.
    pub(crate) fn judge_token(&self, token: &str) -> CsrfCheck {
        let form = form(self.intent, &self.state, self.current.as_ref());
        self.browser.check_token(form, token)
    }

    /// Checks that a posted token belongs to this interaction, step and account, and that the form came from
    /// this origin (CS-01, CS-02); `None` if not.
    pub fn check_csrf(&self, token: &str) -> Option<Csrf> {
        let form = form(self.intent, &self.state, self.current.as_ref());
        let verdict = self
            .browser
            .check_csrf(form, Some(token), &self.server.urls);
        (verdict == CsrfCheck::Valid).then_some(Csrf(()))
    }

    /// The person agrees to `scopes`; others of the request are not granted, and no single claims
    /// ([`Self::accept_with_claims`]).
    ///
    /// # Errors
    /// An error page when a hook or the database failed.
    pub async fn accept(self, scopes: &[String], csrf: Csrf) -> Result<Response, InteractionError> {
        self.accept_with_claims(scopes, &[], csrf).await
    }

    /// The person agrees to `scopes` and, of [`Self::claims`], to `claims`; others of the request are not
    /// granted.
    ///
    /// # Errors
    /// An error page when a hook or the database failed.
    pub async fn accept_with_claims(
        self,
        scopes: &[String],
        claims: &[String],
        _csrf: Csrf,
    ) -> Result<Response, InteractionError> {
        let choices = Choices {
            scopes: scopes.iter().collect(),
            claims: claims.to_vec(),
        };
        self.conclude(Decision::Allow(choices)).await
    }

    /// The person refuses: `access_denied` at the client.
    ///
    /// # Errors
    /// An error page when the database failed.
    pub async fn deny(self, _csrf: Csrf) -> Result<Response, InteractionError> {
        self.conclude(Decision::Deny).await
    }

    /// The person leaves the page: `access_denied` at the client.
    ///
    /// # Errors
    /// An error page when the database failed.
    pub async fn cancel(self, csrf: Csrf) -> Result<Response, InteractionError> {
        self.deny(csrf).await
    }

    /// The person chooses the account with this `sid` of [`Self::accounts`].
    ///
    /// # Errors
    /// An error page: the account is no longer signed in in this browser, or a hook or the database failed.
    pub async fn choose(self, sid: &str, _csrf: Csrf) -> Result<Response, InteractionError> {
        self.conclude(Decision::Choose(sid.to_owned())).await
    }

    /// The person wants to sign in with another account.
    ///
    /// # Errors
    /// An error page when a hook or the database failed.
    pub async fn use_another(self, _csrf: Csrf) -> Result<Response, InteractionError> {
        self.conclude(Decision::UseAnother).await
    }

    /// Carries a decision out and answers the request.
    async fn conclude(self, decision: Decision) -> Result<Response, InteractionError> {
        self.answer(async |this| {
            this.look_again().await?;
            let outcome = this.decide(decision).await?;
            respond(
                &this.server,
                &this.browser,
                &this.interaction,
                outcome,
                NavigationKind::Form,
            )
        })
        .await
    }

    /// Carries a decision out. One that does not fit the step changes nothing and leads to the next step.
    pub(crate) async fn decide(
        &mut self,
        decision: Decision,
    ) -> Result<InteractionOutcome, PageError> {
        let (interactions, intent) = (&self.server.interactions, self.intent);
        let (interaction, browser) = (&mut self.interaction, &mut self.browser);
        match (decision, intent, self.current.as_ref()) {
            (Decision::Deny, ..) => interactions.deny(interaction, browser).await,
            (Decision::Allow(ticked), Step::Consent, Some(current)) => {
                let agreement = ConsentDecision {
                    person: current,
                    ticked: &ticked,
                };
                interactions.accept(interaction, browser, agreement).await
            }
            (Decision::Choose(sid), Step::SelectAccount, _) => {
                let mut signed_in = self.signed_in.iter();
                let Some(chosen) = signed_in.find(|account| account.session.sid == sid) else {
                    let sid = Received::Identifier(&sid);
                    return Err(OAuthError::of(InteractionRefusal::AccountGone)
                        .received(sid)
                        .into());
                };
                interactions
                    .choose(interaction, browser, chosen.clone())
                    .await
            }
            (Decision::UseAnother, Step::SelectAccount | Step::Consent, current) => {
                interactions
                    .use_another(interaction, browser, current)
                    .await
            }
            _ => Ok(InteractionOutcome::Again),
        }
    }
}

/// The form of a step: a page of the app may post to this server's route of the same step.
pub(super) fn form<'a>(
    intent: Step,
    state: &'a str,
    current: Option<&'a SignedIn>,
) -> CsrfForm<'a> {
    let route = match intent {
        Step::Create => Route::Signup,
        Step::SelectAccount => Route::SelectAccount,
        Step::Consent => Route::Consent,
        Step::Login | Step::PostLogin | Step::Issue => Route::Login,
    };
    let sid = current.filter(|_| intent == Step::Consent);
    CsrfForm {
        route,
        interaction: Some(state),
        sid: sid.map(|current| current.session.sid.as_str()),
    }
}
