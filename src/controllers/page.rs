//! What the pages share: how they find their interaction, and what their forms need.

use axum::{
    http::{StatusCode, header},
    response::Response,
};

pub use super::{
    form_action::FormAction,
    form_state::{FormState, check_csrf},
};
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
        display_name, error::OAuthError, interaction::Step, params::Params, refusals::PageRefusal,
        route::Route, time::Seconds,
    },
    server::Server,
    sessions::{Browser, CsrfForm, SignedIn},
    views::{PageVariables, pages::CheckMailPage},
};

/// Whether the requested page is the one to show now; `T` is what the page is loaded with.
pub enum PageOutcome<T> {
    /// The requested page is shown; `None` = it was opened without a request of a client.
    Here(Option<Box<T>>),
    /// Another page or the client comes next; this is the answer.
    Elsewhere(Response),
}

/// The interaction of a page, and the accounts that the page is for.
pub struct PageVisit {
    /// The interaction.
    pub interaction: Interaction,
    /// On the account chooser all accounts of the browser, the current one first; on other pages the current
    /// one alone.
    pub accounts: Vec<SignedIn>,
}

impl PageVisit {
    /// The current account.
    pub fn current(&self) -> Option<&SignedIn> {
        self.accounts.first()
    }
}

/// Loads the page of `step` for a GET. It is shown if `step` is the next step; else the answer is a redirect
/// (303) to `continue` (IX-04).
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
/// Those of [`load_page`].
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

/// The value of one field of a form.
///
/// # Errors
/// An error page (400) when the field was sent twice.
pub fn field<'a>(params: &'a Params, name: &str) -> Result<Option<&'a str>, PageError> {
    let twice = |_| OAuthError::of(PageRefusal::FieldRepeated);
    Ok(params.one(name).map_err(twice)?)
}

/// Checks the rate limit of a posted form. `Some` = the limit is reached, and the page is shown again
/// (PG-08).
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

/// Seconds until a form may be sent again.
#[derive(Clone, Copy, Debug)]
pub struct RetryAfter(Seconds);

impl RetryAfter {
    /// Puts the header `Retry-After` on the page that is shown again.
    pub fn on(self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, self.0.get().into());
        response
    }
}

/// A form of a page: where it posts, and the account that it decides for (CO-05).
#[derive(Clone, Copy)]
pub struct FormTarget<'a> {
    /// The route to which the form posts.
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

/// The template variables of a form that belongs to an authorization request, or to none.
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

/// The template variables of a form; `interaction` is the id of an interaction of any kind.
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

/// The page after a sign-in or sign-up without a verified address (`require_verified_email`); no session is
/// made.
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
