//! What the pages share: which interaction they belong to, their token, what was entered.

use std::collections::BTreeMap;

use axum::{
    http::{StatusCode, header},
    response::Response,
};

use super::resume::interaction_id;
use crate::{
    browser::{Browser, CsrfCheck, Form, SignedIn},
    error::{Failure, PageError},
    interaction::{Pending, go_on::Arrival},
    limits::Keys,
    pages,
    protocol::{display_name, error::OAuthError, interaction::Step, params::Params, refusals},
    server::Server,
    urls::Urls,
    views::{Common, ErrorLine, FormError, pages::CheckMailPage},
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
    (params, step): (&Params, Step),
) -> Result<Visit, PageError> {
    let Some(id) = interaction_id(params)? else {
        return Ok(Visit::Here(None));
    };
    let mut pending = server.find_pending(id, browser).await?;
    if pending.is_finished() {
        let finished = server.repeat(&pending, browser);
        return Ok(Visit::Elsewhere(server.after(
            finished,
            (&pending, browser),
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
        return Ok(Visit::Here(Some(Box::new(pending))));
    }
    Ok(Visit::Elsewhere(server.redirect_to_continue(&pending)))
}

/// The interaction of a posted form; a finished one is answered at once (§8.5).
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
            (&pending, browser),
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

/// CS-01 to CS-03: what to say when the form did not come from here.
///
/// # Errors
/// PAGE(400) when the token was sent twice.
pub fn check_csrf(
    server: &Server,
    browser: &Browser,
    (params, route, sid): (&Params, &str, Option<&str>),
) -> Result<Option<CsrfCheck>, PageError> {
    let form = Form {
        route,
        interaction: interaction_id(params)?,
        sid,
    };
    let verdict = browser.check_csrf(form, field(params, "csrf_token")?, &server.urls);
    Ok(Some(verdict).filter(|verdict| *verdict != CsrfCheck::Good))
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

/// What goes back into a form that is shown again.
pub struct Entered {
    /// HTTP status.
    pub status: StatusCode,
    /// Entered values, never passwords.
    pub values: BTreeMap<String, String>,
    /// What is wrong.
    pub errors: Vec<ErrorLine>,
}

impl Default for Entered {
    fn default() -> Self {
        Self {
            status: StatusCode::OK,
            values: BTreeMap::new(),
            errors: Vec::new(),
        }
    }
}

impl Entered {
    /// The values of these fields.
    ///
    /// # Errors
    /// PAGE(400) when one was sent twice.
    pub fn of(params: &Params, fields: &[&str]) -> Result<Self, PageError> {
        let mut entered = Self::default();
        for name in fields {
            if let Some(value) = field(params, name)? {
                entered.values.insert((*name).to_owned(), value.to_owned());
            }
        }
        Ok(entered)
    }

    /// With another status.
    pub const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// With an error of the form as a whole.
    pub fn with_error(mut self, error: FormError) -> Self {
        self.errors.push(error.into());
        self
    }

    /// The form did not come from here (CS-03), or is for another account (CO-05).
    pub fn refused(self, verdict: CsrfCheck) -> Self {
        match verdict {
            CsrfCheck::OtherAccount => self
                .with_error(FormError::AccountChanged)
                .with_status(StatusCode::BAD_REQUEST),
            _ => self
                .with_error(FormError::FormExpired)
                .with_status(StatusCode::FORBIDDEN),
        }
    }

    /// Too many of these; the same form works later.
    pub fn limited(self) -> Self {
        self.with_error(FormError::RateLimited)
            .with_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// The storage or the cores are busy; the same form works later (FA-01).
    pub fn unavailable(self) -> Self {
        self.with_error(FormError::Unavailable)
            .with_status(StatusCode::SERVICE_UNAVAILABLE)
    }
}

/// The variables of a form of ours.
///
/// # Errors
/// When the random generator fails.
pub fn common(
    server: &Server,
    browser: &mut Browser,
    (route, pending, current): (&str, Option<&Pending>, Option<&SignedIn>),
) -> Result<Common, PageError> {
    let state = pending.and_then(Pending::state);
    let mut common = form(server, browser, (route, state, current))?;
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
    (route, interaction, current): (&str, Option<&str>, Option<&SignedIn>),
) -> Result<Common, PageError> {
    let sid = current.map(|current| current.session.sid.as_str());
    let token = Form {
        route,
        interaction,
        sid,
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

impl Common {
    /// With what was entered.
    #[must_use]
    pub fn with(mut self, entered: Entered) -> Self {
        self.values = entered.values;
        self.errors = entered.errors;
        self
    }
}

/// The end of a sign-in or sign-up with `require_verified_email`: no session.
///
/// # Errors
/// When the page cannot be rendered.
pub fn check_mail(
    server: &Server,
    browser: &Browser,
    (pending, address): (Option<&Pending>, &str),
) -> Result<Response, PageError> {
    let page = CheckMailPage {
        common: Common::default(),
        address_hint: display_name::masked(address),
    };
    server.page((browser, pending), StatusCode::OK, page)
}
