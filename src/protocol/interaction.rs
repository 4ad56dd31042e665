//! The one state machine: what a person still has to do before a code may be issued (NX-01 to
//! NX-10).

use serde::{Deserialize, Serialize};

use super::{
    acr,
    authorize::Prompt,
    client::Client,
    consent::{ConsentAsk, ConsentView},
    error::OAuthError,
    received::Received,
    refusals::InteractionRefusal,
    scope::Scopes,
};
use crate::protocol::time::{Seconds, UnixTime};

/// The next step of an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Sign-up page.
    Create,
    /// Login page.
    Login,
    /// Account chooser.
    SelectAccount,
    /// The app's own step between login and consent.
    PostLogin,
    /// Consent page.
    Consent,
    /// Nothing is left to do.
    Issue,
}

impl Step {
    /// The value of the column `intent` and of the query parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Login => "login",
            Self::SelectAccount => "select_account",
            Self::PostLogin => "post_login",
            Self::Consent => "consent",
            Self::Issue => "issue",
        }
    }
}

/// The part of a live session that the decision needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Subject of the user, as this client sees it.
    pub subject: String,
    /// When the person last authenticated.
    pub auth_time: UnixTime,
    /// Authentication context class of that login.
    pub acr: Option<String>,
}

/// Steps that the person completed in this interaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Time of a login inside this interaction.
    pub authenticated_at: Option<UnixTime>,
    /// A sign-up, or a login on the page that `create` led to.
    pub created: bool,
    /// An account was chosen, or a fresh login counts as the choice.
    pub selected: bool,
    /// Steps of the app that were done.
    pub post_login: Vec<String>,
    /// Consent was given.
    pub consented: bool,
}

/// The part of a request that decides about the next step.
#[derive(Clone, Debug)]
pub struct PromptRequest<'a> {
    /// Values of `prompt`.
    pub prompts: &'a [Prompt],
    /// Whether the request has `prompt=none`.
    pub silent: bool,
    /// Requested `max_age`.
    pub max_age: Option<Seconds>,
    /// `sub` of the `id_token_hint`.
    pub hint_subject: Option<&'a str>,
    /// Subjects of which the person must be one, as the parameter `claims` names them; `None` = anybody.
    pub subjects: Option<&'a [String]>,
    /// Requested authentication context classes, any of which is enough; of the request or the
    /// client.
    pub acr_values: &'a [String],
    /// Whether the request fails without one of these classes.
    pub acr_is_essential: bool,
    /// Requested scopes, as far as the app lets this person grant them.
    pub scopes: &'a Scopes,
    /// Requested resources.
    pub resources: &'a [String],
    /// Requested claims that no requested scope covers.
    pub claims: &'a [String],
    /// Where the response is sent.
    pub redirect_uri: &'a str,
    /// When the interaction began.
    pub started_at: UnixTime,
}

/// Results of the app's hooks for a request of the signed-in person.
#[derive(Clone, Debug, Default)]
pub struct HookOutcome {
    /// `select_account`: an account must be chosen.
    pub wants_choice: bool,
    /// `post_login`: the step that the app wants.
    pub post_login: Option<String>,
    /// `authorize_scopes` leaves nothing of the request.
    pub allows_nothing: bool,
}

/// Everything that [`next_step`] needs.
#[derive(Clone, Debug)]
pub struct PromptContext<'a> {
    /// The request.
    pub request: PromptRequest<'a>,
    /// Steps that the person completed in this interaction.
    pub progress: &'a Progress,
    /// The live session of the browser's current account.
    pub session: Option<&'a SessionView>,
    /// The stored consent of that user for this client.
    pub consent: Option<&'a ConsentView>,
    /// The client.
    pub client: &'a Client,
    /// Scopes that need consent every time.
    pub sensitive_scopes: &'a Scopes,
    /// Authentication context classes of the settings, weakest first.
    pub acr_order: &'a [String],
    /// Results of the app's hooks.
    pub app: &'a HookOutcome,
    /// The present time.
    pub now: UnixTime,
}

/// Returns the next step, or why it cannot be taken without a page.
///
/// # Errors
/// For `prompt=none`, the code of OpenID Connect Core §3.1.2.6; also an error when a hint names
/// another person than the one who signed in.
pub fn next_step(context: &PromptContext<'_>) -> Result<Step, OAuthError> {
    let PromptContext {
        request, progress, ..
    } = context;
    let ask = |step, error| if request.silent { Err(error) } else { Ok(step) };
    let open = |prompt| request.prompts.contains(&prompt);
    // NX-01
    if open(Prompt::Create) && !progress.created {
        return Ok(Step::Create);
    }
    // NX-02
    if open(Prompt::Login) && !logged_in_here(context) {
        return Ok(Step::Login);
    }
    // NX-03
    let Some(session) = context.session else {
        return ask(
            Step::Login,
            OAuthError::of(InteractionRefusal::NobodySignedIn),
        );
    };
    // NX-04
    if let Some(refusal) = wrong_person(request, session) {
        let error = OAuthError::of(refusal);
        return if progress.authenticated_at.is_some() {
            Err(error)
        } else {
            ask(Step::Login, error)
        };
    }
    // NX-05
    if too_old(context, session) {
        let age = context.now - session.auth_time;
        let age = format!("a login {age} seconds ago");
        return ask(
            Step::Login,
            OAuthError::of(InteractionRefusal::LoginTooOld).received(Received::Public(&age)),
        );
    }
    // NX-06: a login here was the attempt; what is asked as a wish is no reason to refuse.
    if acr_too_weak(context, session) {
        let refused = |why: InteractionRefusal| {
            OAuthError::of(why).expected(
                format!("one of: {}", request.acr_values.join(" ")),
                Received::Public(session.acr.as_deref().unwrap_or("a login of no class")),
            )
        };
        if !logged_in_here(context) {
            return ask(Step::Login, refused(InteractionRefusal::LoginTooWeak));
        }
        if request.acr_is_essential {
            return Err(refused(InteractionRefusal::AcrNotReached));
        }
    }
    // NX-07
    if (open(Prompt::SelectAccount) || context.app.wants_choice) && !progress.selected {
        return ask(
            Step::SelectAccount,
            OAuthError::of(InteractionRefusal::AccountNotChosen),
        );
    }
    // NX-08
    let step = context.app.post_login.as_ref();
    if step.is_some_and(|step| !progress.post_login.contains(step)) {
        return ask(
            Step::PostLogin,
            OAuthError::of(InteractionRefusal::StepOfAppOpen),
        );
    }
    // CO-04: nothing left is a refusal.
    if context.app.allows_nothing {
        return Err(OAuthError::of(InteractionRefusal::AppGrantsNothing));
    }
    // NX-09
    if consent_needed(context) {
        return ask(
            Step::Consent,
            OAuthError::of(InteractionRefusal::ConsentMissing),
        );
    }
    Ok(Step::Issue)
}

/// NX-04: how the request names another person than the one who is signed in.
fn wrong_person(request: &PromptRequest<'_>, session: &SessionView) -> Option<InteractionRefusal> {
    if request
        .hint_subject
        .is_some_and(|hint| hint != session.subject)
    {
        return Some(InteractionRefusal::SomebodyElseSignedIn);
    }
    let other = |subjects: &[String]| !subjects.contains(&session.subject);
    let is_other = request.subjects.is_some_and(other);
    is_other.then_some(InteractionRefusal::SubjectNotWanted)
}

/// A login of this interaction, by the session that is current now.
fn logged_in_here(context: &PromptContext<'_>) -> bool {
    context
        .progress
        .authenticated_at
        .is_some_and(|at| at >= context.request.started_at)
        && context
            .session
            .is_some_and(|session| session.auth_time >= context.request.started_at)
}

fn too_old(context: &PromptContext<'_>, session: &SessionView) -> bool {
    let Some(max_age) = context.request.max_age.or(context.client.default_max_age) else {
        return false;
    };
    // OpenID Connect Core §3.1.2.1: max_age=0 is prompt=login; a login made for this request is
    // never too old, or a slow reader of the consent page would never get through.
    let age = context.now - session.auth_time;
    (max_age == Seconds::ZERO || age > max_age) && !logged_in_here(context)
}

/// Whether a class is wanted that this server knows, and the session's is weaker than every one of
/// them. A class that is wanted by name is never too weak.
fn acr_too_weak(context: &PromptContext<'_>, session: &SessionView) -> bool {
    let PromptContext {
        request, acr_order, ..
    } = context;
    let is_known = |acr: &String| acr_order.contains(acr);
    request.acr_values.iter().any(is_known)
        && !acr::reaches(acr_order, request.acr_values, session.acr.as_deref())
}

/// CO-01, CO-02: whether the person must be asked for consent.
fn consent_needed(context: &PromptContext<'_>) -> bool {
    let PromptContext {
        request,
        progress,
        client,
        ..
    } = context;
    if progress.consented {
        return false;
    }
    let sensitive = request
        .scopes
        .iter()
        .any(|scope| context.sensitive_scopes.contains(scope));
    if request.prompts.contains(&Prompt::Consent) || sensitive {
        return true;
    }
    if skips_consent(client, request.redirect_uri) {
        return false;
    }
    let ask = ConsentAsk {
        scopes: request.scopes,
        resources: request.resources,
        claims: request.claims,
        client_version: client.version,
        now: context.now,
    };
    let covered = context.consent.is_some_and(|consent| consent.covers(&ask));
    !(client.may_remember_consent(request.redirect_uri) && covered)
}

/// CO-01: whether the operator decided that no consent is asked for this client.
pub fn skips_consent(client: &Client, redirect_uri: &str) -> bool {
    client.skip_consent && client.is_trusted() && client.may_remember_consent(redirect_uri)
}

#[cfg(test)]
pub(super) mod tests;
