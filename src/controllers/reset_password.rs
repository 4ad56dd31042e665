//! GET, POST `{prefix}/reset-password` — a new password by the link of a mail.

use axum::{debug_handler, extract::State, http::StatusCode, response::Response};

use super::page::{self, FormState, FormTarget, field};
use crate::{
    config::RateLimitEntry,
    error::PageError,
    events::{AuditEvent, EventName},
    http::{
        answer::see_other,
        browser::with_cookies,
        extract::{PageForm, QueryParams, ServerState, SharedContext},
        pages,
    },
    limits::RateLimitKeys,
    people::password_reset::Reset,
    protocol::{params::Params, route::Route},
    server::Server,
    sessions::Browser,
    views::{ErrorLine, form::FieldError, pages::ResetPasswordPage},
};

const ROUTE: Route = Route::ResetPassword;
/// Longest password that is hashed, bytes.
const MAX_PASSWORD: usize = 1024;

/// Shows the form; the link stays usable.
#[debug_handler(state = SharedContext)]
pub async fn get(
    server: ServerState,
    mut browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    server.password_reset.check()?;
    let answer = look(&server, &mut browser, &params).await?;
    Ok(with_cookies(browser, answer)?)
}

async fn look(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    if field(params, "done")?.is_some() {
        return show(server, browser, Shown::Done, FormState::default());
    }
    let Some(token) = field(params, "token")? else {
        return refused(server, browser);
    };
    if !server.password_reset.is_link(token).await? {
        return refused(server, browser);
    }
    show(server, browser, Shown::Form(token), FormState::default())
}

/// Takes the new password; the link is used up.
#[debug_handler(state = SharedContext)]
pub async fn post(
    State(app): State<SharedContext>,
    server: ServerState,
    mut browser: Browser,
    PageForm(params): PageForm,
) -> Result<Response, PageError> {
    server.password_reset.check()?;
    let answer = submit(&app, &server, &mut browser, &params).await?;
    Ok(with_cookies(browser, answer)?)
}

async fn submit(
    app: &SharedContext,
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    let Some(token) = field(params, "token")? else {
        return refused(server, browser);
    };
    let form = Shown::Form(token);
    if let Some(verdict) = page::check_csrf(server, browser, params, FormTarget::at(ROUTE))? {
        return show(server, browser, form, FormState::default().refused(verdict));
    }
    let password = match field(params, "password")? {
        Some(password) if password.len() <= MAX_PASSWORD => password,
        too_long_or_none => {
            let error = match too_long_or_none {
                Some(_) => FieldError::too_long("password", MAX_PASSWORD),
                None => FieldError::new("password", "error-field-required"),
            };
            let mut form_state = FormState::default().with_status(StatusCode::BAD_REQUEST);
            form_state.errors.push(error.into());
            return show(server, browser, form, form_state);
        }
    };
    // The limit comes before the lookup of the link: each try writes, and may hash a password.
    let keys = RateLimitKeys::entry(RateLimitEntry::PasswordReset)
        .login("")
        .address_for("new password")
        .without_first();
    if let Some(wait) = page::check_limit(server, keys).await? {
        let answer = show(server, browser, form, FormState::default().limited())?;
        return Ok(wait.on(answer));
    }
    match server.password_reset.reset(app, token, password).await {
        Ok(Reset::Done(jobs)) => {
            server.logouts.send(jobs);
            server
                .events
                .emit(AuditEvent::new(EventName::PasswordReset));
            let done = format!("{}?done=1", server.urls.of(Route::ResetPassword));
            Ok(see_other(&done)?)
        }
        Ok(Reset::Refused) => refused(server, browser),
        Ok(Reset::Invalid(errors)) => {
            let mut form_state = FormState::default().with_status(StatusCode::BAD_REQUEST);
            form_state
                .errors
                .extend(errors.into_iter().map(ErrorLine::from));
            show(server, browser, form, form_state)
        }
        Err(failure) if failure.status == StatusCode::SERVICE_UNAVAILABLE => {
            show(server, browser, form, FormState::default().unavailable())
        }
        Err(failure) => Err(failure.into()),
    }
}

/// What the page shows.
#[derive(Clone, Copy)]
enum Shown<'a> {
    /// The form, with the token of a link that can be used.
    Form(&'a str),
    /// The notice that the link cannot be used.
    Refused,
    /// The notice that the password was changed.
    Done,
}

/// One answer for links that are unknown, used, expired or too old.
fn refused(server: &Server, browser: &mut Browser) -> Result<Response, PageError> {
    let form_state = FormState::default().with_status(StatusCode::BAD_REQUEST);
    show(server, browser, Shown::Refused, form_state)
}

fn show(
    server: &Server,
    browser: &mut Browser,
    shown: Shown<'_>,
    form_state: FormState,
) -> Result<Response, PageError> {
    let status = form_state.status;
    let page = ResetPasswordPage {
        common: page::form(server, browser, FormTarget::at(ROUTE), None)?.with(form_state),
        token: match shown {
            Shown::Form(token) => Some(token.to_owned()),
            Shown::Refused | Shown::Done => None,
        },
        done: matches!(shown, Shown::Done),
        login_url: server.urls.login_page.clone(),
        forgot_url: server.urls.of(Route::ForgotPassword).to_owned(),
    };
    pages::page(server, browser, None, status, page)
}
