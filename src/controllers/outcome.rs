//! From the outcome of an interaction to an answer: a redirect, or a page where a redirect would not
//! get through (AR-05).

use axum::{http::StatusCode, response::Response};

use crate::{
    error::PageError,
    http::{
        answer::see_other,
        pages::{self, PagePolicy},
    },
    interactions::{Interaction, InteractionOutcome},
    protocol::{
        callback::{ClientResponse, ResponseForm},
        end_session::PostLogoutRedirect,
        redirect_uri,
    },
    server::Server,
    sessions::Browser,
    views::{
        PageVariables,
        pages::{CompletedPage, FormPostPage, HandoffPage},
    },
};

/// How the browser came to the request that is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NavigationKind {
    /// The client sent the browser to the authorization endpoint.
    Request,
    /// A link or redirect to `continue` or a page.
    Link,
    /// A form of a page was sent.
    Form,
}

/// Turns the outcome of an interaction into an answer.
///
/// # Errors
/// When a page cannot be rendered.
pub fn respond(
    server: &Server,
    browser: &Browser,
    interaction: &Interaction,
    outcome: InteractionOutcome,
    arrival: NavigationKind,
) -> Result<Response, PageError> {
    match outcome {
        InteractionOutcome::Step(step) => Ok(see_other(
            &server.interactions.step_url(Some(interaction), step),
        )?),
        InteractionOutcome::Again => to_continue(server, interaction),
        InteractionOutcome::Answer(ClientResponse::Redirect(location)) => {
            leave(server, browser, interaction, &location, arrival)
        }
        InteractionOutcome::Answer(ClientResponse::Form(form)) => {
            post_form(server, browser, Some(interaction), form)
        }
        InteractionOutcome::DeviceDecided(page) => Ok(see_other(&page)?),
        InteractionOutcome::Completed => {
            let page = CompletedPage {
                common: PageVariables::default(),
            };
            pages::page(
                server,
                browser,
                Some(interaction),
                StatusCode::BAD_REQUEST,
                page,
            )
        }
    }
}

/// Redirects (303) to `continue`, which determines the next step anew.
///
/// # Errors
/// When the URL has a character that no header may have.
pub fn to_continue(server: &Server, interaction: &Interaction) -> Result<Response, PageError> {
    let id = interaction.state().unwrap_or_default();
    Ok(see_other(&server.interactions.continue_url(id))?)
}

/// Sends the answer to a request that did not become an interaction: by a redirect, or by a form.
///
/// # Errors
/// When the page cannot be rendered.
pub fn answer(
    server: &Server,
    browser: &Browser,
    response: ClientResponse,
) -> Result<Response, PageError> {
    match response {
        ClientResponse::Redirect(location) => Ok(see_other(&location)?),
        ClientResponse::Form(form) => post_form(server, browser, None, form),
    }
}

/// AR-03: the page whose form the browser posts to the client. Its script is the only one that may run.
fn post_form(
    server: &Server,
    browser: &Browser,
    interaction: Option<&Interaction>,
    form: ResponseForm,
) -> Result<Response, PageError> {
    let ResponseForm { action, fields } = form;
    let policy = PagePolicy {
        script: Some(FormPostPage::script_source()),
        ..PagePolicy::posting(&action)
    };
    let host = redirect_uri::host(&action).unwrap_or_default();
    let page = FormPostPage::new(action, host, fields);
    let mut response = pages::page(server, browser, interaction, StatusCode::OK, page)?;
    response.extensions_mut().insert(policy);
    Ok(response)
}

/// Sends the browser to the client: by a redirect, or by the hand-off page where Chromium would apply
/// `form-action` to every redirect that follows (AR-05).
fn leave(
    server: &Server,
    browser: &Browser,
    interaction: &Interaction,
    location: &str,
    arrival: NavigationKind,
) -> Result<Response, PageError> {
    let by_form = match arrival {
        // Always a redirect: a request with `prompt=none` may run in a frame, where no page is shown.
        NavigationKind::Request => false,
        NavigationKind::Form => browser.is_navigating(),
        NavigationKind::Link => browser.is_same_origin_navigation(),
    };
    if !(by_form && interaction.request.callback.is_web()) {
        return Ok(see_other(location)?);
    }
    hand_off(server, browser, location, Some(interaction))
}

/// The way to the client after a logout (ES-08): a redirect, or the hand-off page where Chromium
/// would apply `form-action` to it (AR-05).
///
/// # Errors
/// When the page cannot be rendered.
pub fn leave_signed_out(
    server: &Server,
    browser: &Browser,
    to: &PostLogoutRedirect,
    arrival: NavigationKind,
) -> Result<Response, PageError> {
    let location = to.location();
    if arrival == NavigationKind::Form && browser.is_navigating() && to.is_web() {
        return hand_off(server, browser, &location, None);
    }
    Ok(see_other(&location)?)
}

/// The page that sends the browser on without a redirect.
fn hand_off(
    server: &Server,
    browser: &Browser,
    location: &str,
    interaction: Option<&Interaction>,
) -> Result<Response, PageError> {
    let page = HandoffPage {
        common: PageVariables::default(),
        target: location.to_owned(),
        target_host: redirect_uri::host(location).unwrap_or_default(),
    };
    pages::page(server, browser, interaction, StatusCode::OK, page)
}
