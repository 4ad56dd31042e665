//! What the pages share: which interaction they belong to, their token, what was entered.

use axum::{
    http::{StatusCode, header},
    response::Response,
};

pub use super::form_state::{FormState, check_csrf};
use super::{
    outcome::{NavigationKind, respond, to_continue},
    resume::interaction_id,
};
use crate::{
    error::{Failure, PageError},
    http::pages,
    interactions::Interaction,
    limits::RateLimitKeySet,
    protocol::{
        display_name, error::OAuthError, interaction::Step, params::Params, refusals, route::Route,
    },
    server::Server,
    sessions::{Browser, CsrfForm, SignedIn},
    views::{PageVariables, pages::CheckMailPage},
};

/// Whether a page is the right one now; `T` is what it is about.
pub enum PageOutcome<T> {
    /// It is; with what it is about, if a client asked for something.
    Here(Option<Box<T>>),
    /// Another page or the client is next.
    Elsewhere(Response),
}

/// The interaction of a page, and who is at it.
pub struct PageVisit {
    /// The interaction.
    pub interaction: Interaction,
    /// The accounts of the browser, the current one first; on other pages than the chooser that one
    /// alone.
    pub accounts: Vec<SignedIn>,
}

impl PageVisit {
    /// The current account.
    pub fn current(&self) -> Option<&SignedIn> {
        self.accounts.first()
    }
}

/// A GET of the page of `step`: shown if it is the next step, else 303 to `continue` (IX-04).
///
/// # Errors
/// When the interaction is not this browser's, or the database fails.
pub async fn load_page(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
    step: Step,
) -> Result<PageOutcome<PageVisit>, PageError> {
    let mut interaction = match find(server, browser, params, NavigationKind::Link).await? {
        PageOutcome::Here(Some(interaction)) => *interaction,
        PageOutcome::Here(None) => return Ok(PageOutcome::Here(None)),
        PageOutcome::Elsewhere(answer) => return Ok(PageOutcome::Elsewhere(answer)),
    };
    let (sessions, client_id) = (&server.sessions, &interaction.client.client_id);
    let accounts = match step {
        Step::SelectAccount => sessions.accounts_for(browser, client_id).await?,
        _ => { sessions.current(browser, client_id).await? }
            .into_iter()
            .collect(),
    };
    let interactions = &server.interactions;
    let next = interactions
        .next_step(&mut interaction, accounts.first())
        .await?;
    // A person at the login page may sign up instead, and the other way round.
    let shown = match next {
        Ok(Step::Login | Step::Create) => matches!(step, Step::Login | Step::Create),
        Ok(next) => next == step,
        Err(_) => false,
    };
    if !shown {
        return Ok(PageOutcome::Elsewhere(to_continue(server, &interaction)?));
    }
    interactions
        .note_person(&interaction, accounts.first())
        .await?;
    Ok(PageOutcome::Here(Some(Box::new(PageVisit {
        interaction,
        accounts,
    }))))
}

/// The interaction of a posted form; a finished one is answered at once.
///
/// # Errors
/// As [`visit`].
pub async fn load_form(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<PageOutcome<Interaction>, PageError> {
    find(server, browser, params, NavigationKind::Form).await
}

async fn find(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
    arrival: NavigationKind,
) -> Result<PageOutcome<Interaction>, PageError> {
    let Some(id) = interaction_id(params)? else {
        return Ok(PageOutcome::Here(None));
    };
    let interaction = server.interactions.find(id, browser).await?;
    if !interaction.is_finished() {
        return Ok(PageOutcome::Here(Some(Box::new(interaction))));
    }
    let outcome = server.interactions.repeat(&interaction, browser);
    let answer = respond(server, browser, &interaction, outcome, arrival)?;
    Ok(PageOutcome::Elsewhere(answer))
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
    keys: impl Into<RateLimitKeySet>,
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
pub struct FormTarget<'a> {
    /// Where it posts.
    pub route: Route,
    /// The account, where the form decides for one.
    pub current: Option<&'a SignedIn>,
}

impl<'a> FormTarget<'a> {
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
    form_target: FormTarget<'_>,
    interaction: Option<&Interaction>,
) -> Result<PageVariables, PageError> {
    let state = interaction.and_then(Interaction::state);
    let mut common = form(server, browser, form_target, state)?;
    common.cancel_action = interaction.map(|_| common.form_action.clone());
    Ok(common)
}

/// The same for a form of another kind of interaction, or of none.
///
/// # Errors
/// When the random generator fails.
pub fn form(
    server: &Server,
    browser: &mut Browser,
    form_target: FormTarget<'_>,
    interaction: Option<&str>,
) -> Result<PageVariables, PageError> {
    let FormTarget { route, current } = form_target;
    let token = CsrfForm {
        route,
        interaction,
        sid: form_target.sid(),
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
pub fn verify_email_page(
    server: &Server,
    browser: &Browser,
    interaction: Option<&Interaction>,
    address: &str,
) -> Result<Response, PageError> {
    let page = CheckMailPage {
        common: PageVariables::default(),
        address_hint: display_name::masked(address),
    };
    pages::page(server, browser, interaction, StatusCode::OK, page)
}
