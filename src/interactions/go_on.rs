//! From a decision to the next page, or to the client (AR-05).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{Finished, Pending};
use crate::{
    error::{
        Failure, PageError, Refused,
        audit::{self, OfClient},
    },
    events::{AuditEvent, EventName},
    protocol::{error::OAuthError, interaction::Step, redirect_uri, refusals, scope::Scopes},
    server::Server,
    sessions::{Browser, SignedIn},
    views::{
        Common,
        pages::{CompletedPage, HandoffPage},
    },
};

/// How the request that is being answered arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The client sent the browser to the authorization endpoint.
    Request,
    /// A link or redirect to `continue` or a page.
    Link,
    /// A form of one of our pages.
    Form,
    /// A script, which sends the browser on by itself.
    Script,
}

/// What a person agreed to.
#[derive(Clone, Copy)]
pub struct Agreement<'a> {
    /// The person, who is signed in.
    pub person: &'a SignedIn,
    /// The scopes that they left ticked.
    pub ticked: &'a Scopes,
}

impl Server {
    /// Looks at the situation anew and answers with the next page, or finishes.
    ///
    /// # Errors
    /// When the database, a hook or a page fails.
    pub async fn go_on(
        &self,
        pending: &mut Pending,
        browser: &mut Browser,
        current: Option<&SignedIn>,
        arrival: Arrival,
    ) -> Result<Response, PageError> {
        let finished = match (self.next_step(pending, current).await?, current) {
            (Err(error), _) => {
                let finished = self.refuse(pending, browser, &error).await?;
                tell(error, pending);
                finished
            }
            (Ok(Step::Issue), Some(current)) => {
                self.issue_code(pending, browser, current, None).await?
            }
            (Ok(step), _) => {
                self.note_person(pending, current).await?;
                return Ok(self.redirect_to_step(pending, step));
            }
        };
        self.after(finished, pending, browser, arrival)
    }

    /// The answer to a finished interaction.
    ///
    /// # Errors
    /// When a page cannot be rendered.
    pub fn after(
        &self,
        finished: Finished,
        pending: &Pending,
        browser: &Browser,
        arrival: Arrival,
    ) -> Result<Response, PageError> {
        match finished {
            Finished::At(location) => self.leave(&location, pending, browser, arrival),
            Finished::Again => Ok(self.redirect_to_continue(pending)),
            Finished::Completed => {
                let page = CompletedPage {
                    common: Common::default(),
                };
                self.page(browser, Some(pending), StatusCode::BAD_REQUEST, page)
            }
        }
    }

    /// The person allows what they left ticked (CO-04); nothing left is a refusal.
    ///
    /// # Errors
    /// When the database or a page fails.
    pub async fn accept(
        &self,
        pending: &mut Pending,
        browser: &mut Browser,
        agreement: Agreement<'_>,
        arrival: Arrival,
    ) -> Result<Response, PageError> {
        let current = agreement.person;
        if pending.has_changed_client() {
            self.adopt_client_version(pending).await?;
            return Ok(self.redirect_to_continue(pending));
        }
        // For this decision only: a hook that steps back clears what was consented, and the person
        // is asked again when it lets them go on (CO-03).
        pending.progress.consented = true;
        let next = self.next_step(pending, Some(current)).await?;
        pending.progress.consented = false;
        match next {
            Ok(Step::Issue) => {}
            Ok(step) => return Ok(self.redirect_to_step(pending, step)),
            Err(error) => {
                let finished = self.refuse(pending, browser, &error).await?;
                return self.after(finished, pending, browser, arrival);
            }
        }
        let scopes = self.accepted(pending, agreement.ticked);
        if scopes.is_empty() {
            return self.deny(pending, browser, arrival).await;
        }
        let finished = self
            .issue_code(pending, browser, current, Some(scopes))
            .await?;
        self.after(finished, pending, browser, arrival)
    }

    /// Ends the interaction because the person refused or cancelled.
    ///
    /// # Errors
    /// When the database or a page fails.
    pub async fn deny(
        &self,
        pending: &Pending,
        browser: &mut Browser,
        arrival: Arrival,
    ) -> Result<Response, PageError> {
        let error = OAuthError::of(&refusals::PERSON_REFUSED);
        let finished = self.refuse(pending, browser, &error).await?;
        let event = AuditEvent::new(EventName::ConsentDenied).denied("IX-05");
        let event = event.client(&pending.client);
        self.events
            .emit(event.scopes(pending.request.scopes.as_slice()));
        self.after(finished, pending, browser, arrival)
    }

    /// The last hop: a redirect, or the hand-off page where Chromium would apply `form-action` to
    /// everything the client does next (AR-05).
    ///
    /// # Errors
    /// When the page cannot be rendered.
    fn leave(
        &self,
        location: &str,
        pending: &Pending,
        browser: &Browser,
        arrival: Arrival,
    ) -> Result<Response, PageError> {
        let by_form = match arrival {
            // Never a page here: `prompt=none` may run in a frame, and a script wants an address.
            Arrival::Request | Arrival::Script => false,
            Arrival::Form => browser.is_navigating(),
            Arrival::Link => browser.comes_from_own_page(),
        };
        if !(by_form && pending.request.callback.is_web()) {
            return Ok(see_other(location)?);
        }
        self.hand_off(location, browser, Some(pending))
    }

    /// The page that sends the browser on without a redirect (AR-05).
    ///
    /// # Errors
    /// When the page cannot be rendered.
    pub fn hand_off(
        &self,
        location: &str,
        browser: &Browser,
        pending: Option<&Pending>,
    ) -> Result<Response, PageError> {
        let page = HandoffPage {
            common: Common::default(),
            target: location.to_owned(),
            target_host: redirect_uri::host(location).unwrap_or_default(),
        };
        self.page(browser, pending, StatusCode::OK, page)
    }

    /// 303 to the page of a step: the app's own, or ours.
    pub fn redirect_to_step(&self, pending: &Pending, step: Step) -> Response {
        see_other(&self.step_url(Some(pending), step)).unwrap_or_else(|_| broken())
    }

    /// The URL of the page of a step, for an interaction or for itself.
    pub fn step_url(&self, pending: Option<&Pending>, step: Step) -> String {
        let urls = &self.urls;
        let page = match step {
            // An app that makes no accounts has no built-in page either.
            Step::Create if urls.signup_page == urls.signup && !self.has_signup() => {
                &urls.login_page
            }
            Step::Create => &urls.signup_page,
            Step::Login => &urls.login_page,
            Step::SelectAccount => &urls.select_account_page,
            // The hook that asks for this step is refused without the setting.
            Step::PostLogin => urls.post_login_page.as_ref().unwrap_or(&urls.resume),
            Step::Consent => &urls.consent_page,
            Step::Issue => &urls.resume,
        };
        let Some(state) = pending.and_then(Pending::state) else {
            return page.clone();
        };
        let query = if urls.is_own_endpoint(page) {
            format!("interaction={state}")
        } else {
            let return_to = self.continue_url(state);
            let return_to = crate::protocol::params::encode(&return_to).into_owned();
            format!(
                "interaction={state}&intent={}&return_to={return_to}",
                step.as_str()
            )
        };
        let separator = if page.contains('?') { '&' } else { '?' };
        format!("{page}{separator}{query}")
    }

    /// 303 to `continue`.
    pub fn redirect_to_continue(&self, pending: &Pending) -> Response {
        let url = self.continue_url(pending.state().unwrap_or_default());
        see_other(&url).unwrap_or_else(|_| broken())
    }

    /// The URL that resumes an interaction.
    pub fn continue_url(&self, state: &str) -> String {
        format!("{}?interaction={state}", self.urls.resume)
    }
}

/// A refusal that goes to the client with the next redirect, which no layer sees.
fn tell(error: OAuthError, pending: &Pending) {
    let sent_back = Refused::sent_back(error, &pending.client.client_id);
    audit::refused(&sent_back, OfClient::Page);
}

/// 303 (GE-08).
///
/// # Errors
/// When the location has a character that no header may have.
pub fn see_other(location: &str) -> Result<Response, Failure> {
    let location = HeaderValue::from_str(location).map_err(Failure::internal)?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

fn broken() -> Response {
    PageError::from(Failure::internal(
        "a URL of the settings cannot be a header",
    ))
    .into_response()
}
