//! What the pages share: which interaction they belong to, their token, what was entered.

use axum::{
    http::{StatusCode, header},
    response::Response,
};

pub use super::entered::{Entered, check_csrf};
use super::resume::interaction_id;
use crate::{
    config::urls::Urls,
    error::{Failure, PageError},
    http::pages,
    interactions::{Pending, go_on::Arrival},
    limits::Keys,
    protocol::{display_name, error::OAuthError, interaction::Step, params::Params, refusals},
    server::Server,
    sessions::{Browser, Form, SignedIn},
    views::{Common, pages::CheckMailPage},
};

/// Whether a page is the right one now.
pub enum Visit {
    /// It is; with the interaction it belongs to, if any.
    Here(Option<Box<Pending>>),
    /// Another page or the client is next.
    Elsewhere(Response),
}

/// A GET of the page of `step`: shown if it is the next step, else 303 to `continue` (IX-04).
///
/// # Errors
/// When the interaction is not this browser's, or the database fails.
pub async fn visit(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
    step: Step,
) -> Result<Visit, PageError> {
    let Some(id) = interaction_id(params)? else {
        return Ok(Visit::Here(None));
    };
    let mut pending = server.find_pending(id, browser).await?;
    if pending.is_finished() {
        let finished = server.repeat(&pending, browser);
        return Ok(Visit::Elsewhere(server.after(
            finished,
            &pending,
            browser,
            Arrival::Link,
        )?));
    }
    let current = server.current(browser, &pending.client.client_id).await?;
    let next = server.next_step(&mut pending, current.as_ref()).await?;
    // A person at the login page may sign up instead, and the other way round.
    let shown = match next {
        Ok(Step::Login | Step::Create) => matches!(step, Step::Login | Step::Create),
        Ok(next) => next == step,
        Err(_) => false,
    };
    if shown {
        server.note_person(&pending, current.as_ref()).await?;
        return Ok(Visit::Here(Some(Box::new(pending))));
    }
    Ok(Visit::Elsewhere(server.redirect_to_continue(&pending)))
}

/// The interaction of a posted form; a finished one is answered at once.
///
/// # Errors
/// As [`visit`].
pub async fn posted(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Visit, PageError> {
    let Some(id) = interaction_id(params)? else {
        return Ok(Visit::Here(None));
    };
    let pending = server.find_pending(id, browser).await?;
    if pending.is_finished() {
        let finished = server.repeat(&pending, browser);
        return Ok(Visit::Elsewhere(server.after(
            finished,
            &pending,
            browser,
            Arrival::Form,
        )?));
    }
    Ok(Visit::Here(Some(Box::new(pending))))
}

/// One field of a form.
///
/// # Errors
/// PAGE(400) when it was sent twice.
pub fn field<'a>(params: &'a Params, name: &str) -> Result<Option<&'a str>, PageError> {
    let twice = |_| OAuthError::of(&refusals::FIELD_REPEATED);
    Ok(params.one(name).map_err(twice)?)
}

/// Whether a posted form is within its limit: `Some` = seconds until it may be sent again, and
/// the page is shown again (PG-08).
///
/// # Errors
/// When the counters cannot be reached.
pub async fn check_limit(
    server: &Server,
    keys: impl Into<Keys>,
) -> Result<Option<RetryAfter>, Failure> {
    match server.limit(keys).await {
        Ok(()) => Ok(None),
        Err(failure) => match failure.retry_after {
            Some(seconds) => Ok(Some(RetryAfter(seconds))),
            None => Err(failure),
        },
    }
}

/// Seconds until the same form may be sent again.
#[derive(Clone, Copy, Debug)]
pub struct RetryAfter(i64);

impl RetryAfter {
    /// Puts the header on the page that is shown again.
    pub fn on(self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, self.0.into());
        response
    }
}

/// A form of ours, and whose account it is for.
#[derive(Clone, Copy)]
pub struct OwnForm<'a> {
    /// Where it posts.
    pub route: &'a str,
    /// The account, where the form decides for one.
    pub current: Option<&'a SignedIn>,
}

impl<'a> OwnForm<'a> {
    /// A form that decides for no account.
    pub const fn at(route: &'a str) -> Self {
        let current = None;
        Self { route, current }
    }

    /// `sid` of the account.
    pub fn sid(self) -> Option<&'a str> {
        self.current.map(|current| current.session.sid.as_str())
    }
}

/// The variables of a form of ours.
///
/// # Errors
/// When the random generator fails.
pub fn common(
    server: &Server,
    browser: &mut Browser,
    own_form: OwnForm<'_>,
    pending: Option<&Pending>,
) -> Result<Common, PageError> {
    let state = pending.and_then(Pending::state);
    let mut common = form(server, browser, own_form, state)?;
    common.cancel_action = pending.map(|_| common.form_action.clone());
    Ok(common)
}

/// The same for a form of another kind of interaction, or of none.
///
/// # Errors
/// When the random generator fails.
pub fn form(
    server: &Server,
    browser: &mut Browser,
    own_form: OwnForm<'_>,
    interaction: Option<&str>,
) -> Result<Common, PageError> {
    let OwnForm { route, current } = own_form;
    let token = Form {
        route,
        interaction,
        sid: own_form.sid(),
    };
    let token = browser.csrf_token(token)?;
    let mut common = pages::form(action(&server.urls, route), token, current);
    common.interaction = interaction.map(str::to_owned);
    Ok(common)
}

fn action<'a>(urls: &'a Urls, route: &str) -> &'a str {
    match route {
        "signup" => &urls.signup,
        "select-account" => &urls.select_account,
        "consent" => &urls.consent,
        "logout" => &urls.logout,
        "apps" => &urls.apps,
        "forgot-password" => &urls.forgot_password,
        "reset-password" => &urls.reset_password,
        _ => &urls.login,
    }
}

/// The end of a sign-in or sign-up with `require_verified_email`: no session.
///
/// # Errors
/// When the page cannot be rendered.
pub fn check_mail(
    server: &Server,
    browser: &Browser,
    pending: Option<&Pending>,
    address: &str,
) -> Result<Response, PageError> {
    let page = CheckMailPage {
        common: Common::default(),
        address_hint: display_name::masked(address),
    };
    server.page(browser, pending, StatusCode::OK, page)
}
