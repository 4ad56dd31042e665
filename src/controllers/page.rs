//! What the pages share: which interaction they belong to, their token, what was entered.

use axum::{
    http::{StatusCode, header},
    response::Response,
};

pub use super::entered::{Entered, check_csrf};
use super::{
    outcome::{Arrival, respond, to_continue},
    resume::interaction_id,
};
use crate::{
    error::{Failure, PageError},
    http::pages,
    interactions::Pending,
    limits::Keys,
    protocol::{
        display_name, error::OAuthError, interaction::Step, params::Params, refusals, route::Route,
    },
    server::Server,
    sessions::{Browser, Form, SignedIn},
    views::{Common, pages::CheckMailPage},
};

/// Whether a page is the right one now; `T` is what it is about.
pub enum Visit<T> {
    /// It is; with what it is about, if a client asked for something.
    Here(Option<Box<T>>),
    /// Another page or the client is next.
    Elsewhere(Response),
}

/// The interaction of a page, and who is at it.
pub struct Visited {
    /// The interaction.
    pub pending: Pending,
    /// The accounts of the browser, the current one first; on other pages than the chooser that one
    /// alone.
    pub accounts: Vec<SignedIn>,
}

impl Visited {
    /// The current account.
    pub fn current(&self) -> Option<&SignedIn> {
        self.accounts.first()
    }
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
) -> Result<Visit<Visited>, PageError> {
    let mut pending = match find(server, browser, params, Arrival::Link).await? {
        Visit::Here(Some(pending)) => *pending,
        Visit::Here(None) => return Ok(Visit::Here(None)),
        Visit::Elsewhere(answer) => return Ok(Visit::Elsewhere(answer)),
    };
    let (sessions, client_id) = (&server.sessions, &pending.client.client_id);
    let accounts = match step {
        Step::SelectAccount => sessions.accounts_for(browser, client_id).await?,
        _ => { sessions.current(browser, client_id).await? }
            .into_iter()
            .collect(),
    };
    let interactions = &server.interactions;
    let next = interactions
        .next_step(&mut pending, accounts.first())
        .await?;
    // A person at the login page may sign up instead, and the other way round.
    let shown = match next {
        Ok(Step::Login | Step::Create) => matches!(step, Step::Login | Step::Create),
        Ok(next) => next == step,
        Err(_) => false,
    };
    if !shown {
        return Ok(Visit::Elsewhere(to_continue(server, &pending)?));
    }
    interactions.note_person(&pending, accounts.first()).await?;
    Ok(Visit::Here(Some(Box::new(Visited { pending, accounts }))))
}

/// The interaction of a posted form; a finished one is answered at once.
///
/// # Errors
/// As [`visit`].
pub async fn posted(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Visit<Pending>, PageError> {
    find(server, browser, params, Arrival::Form).await
}

async fn find(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
    arrival: Arrival,
) -> Result<Visit<Pending>, PageError> {
    let Some(id) = interaction_id(params)? else {
        return Ok(Visit::Here(None));
    };
    let pending = server.interactions.find(id, browser).await?;
    if !pending.is_finished() {
        return Ok(Visit::Here(Some(Box::new(pending))));
    }
    let outcome = server.interactions.repeat(&pending, browser);
    let answer = respond(server, browser, &pending, outcome, arrival)?;
    Ok(Visit::Elsewhere(answer))
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
    match server.limits.check(keys).await {
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
    pub route: Route,
    /// The account, where the form decides for one.
    pub current: Option<&'a SignedIn>,
}

impl<'a> OwnForm<'a> {
    /// A form that decides for no account.
    pub const fn at(route: Route) -> Self {
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
    let mut common = pages::form(server.urls.of(route), token, current);
    common.interaction = interaction.map(str::to_owned);
    Ok(common)
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
    pages::page(server, browser, pending, StatusCode::OK, page)
}
