//! From the outcome of an interaction to an answer: a redirect, or a page where a redirect would not
//! get through (AR-05).

use axum::{http::StatusCode, response::Response};

use crate::{
    error::PageError,
    http::{answer::see_other, pages},
    interactions::{Outcome, Pending},
    protocol::{end_session::PostLogoutRedirect, redirect_uri},
    server::Server,
    sessions::Browser,
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
}

/// The answer to an outcome.
///
/// # Errors
/// When a page cannot be rendered.
pub fn respond(
    server: &Server,
    browser: &Browser,
    pending: &Pending,
    outcome: Outcome,
    arrival: Arrival,
) -> Result<Response, PageError> {
    match outcome {
        Outcome::Step(step) => Ok(see_other(
            &server.interactions.step_url(Some(pending), step),
        )?),
        Outcome::Again => to_continue(server, pending),
        Outcome::Redirect(location) => leave(server, browser, pending, &location, arrival),
        Outcome::Completed => {
            let page = CompletedPage {
                common: Common::default(),
            };
            pages::page(
                server,
                browser,
                Some(pending),
                StatusCode::BAD_REQUEST,
                page,
            )
        }
    }
}

/// 303 to `continue`.
///
/// # Errors
/// When the URL of the settings cannot be a header.
pub fn to_continue(server: &Server, pending: &Pending) -> Result<Response, PageError> {
    let id = pending.state().unwrap_or_default();
    Ok(see_other(&server.interactions.continue_url(id))?)
}

/// The last hop: a redirect, or the hand-off page where Chromium would apply `form-action` to
/// everything the client does next (AR-05).
fn leave(
    server: &Server,
    browser: &Browser,
    pending: &Pending,
    location: &str,
    arrival: Arrival,
) -> Result<Response, PageError> {
    let by_form = match arrival {
        // Never a page here: `prompt=none` may run in a frame.
        Arrival::Request => false,
        Arrival::Form => browser.is_navigating(),
        Arrival::Link => browser.comes_from_own_page(),
    };
    if !(by_form && pending.request.callback.is_web()) {
        return Ok(see_other(location)?);
    }
    hand_off(server, browser, location, Some(pending))
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
    arrival: Arrival,
) -> Result<Response, PageError> {
    let location = to.location();
    if arrival == Arrival::Form && browser.is_navigating() && to.is_web() {
        return hand_off(server, browser, &location, None);
    }
    Ok(see_other(&location)?)
}

/// The page that sends the browser on without a redirect.
fn hand_off(
    server: &Server,
    browser: &Browser,
    location: &str,
    pending: Option<&Pending>,
) -> Result<Response, PageError> {
    let page = HandoffPage {
        common: Common::default(),
        target: location.to_owned(),
        target_host: redirect_uri::host(location).unwrap_or_default(),
    };
    pages::page(server, browser, pending, StatusCode::OK, page)
}
