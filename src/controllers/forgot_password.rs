//! GET, POST `{prefix}/forgot-password` — asks for a link to a new password.

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
    protocol::{params::Params, route::Route},
    server::Server,
    sessions::Browser,
    views::{form::FieldError, pages::ForgotPasswordPage},
};

const ROUTE: Route = Route::ForgotPassword;
/// Longest login that is looked for, bytes.
const MAX_LOGIN: usize = 1024;

/// Shows the form or, after it was sent, the notice that a mail is on its way.
#[debug_handler(state = SharedContext)]
pub async fn get(
    server: ServerState,
    mut browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    server.password_reset.check()?;
    let shown = match field(&params, "sent")? {
        Some(_) => Shown::Sent,
        None => Shown::Form(FormState::default()),
    };
    let answer = show(&server, &mut browser, shown)?;
    Ok(with_cookies(browser, answer)?)
}

/// Takes a login name and sends the mail. Known and unknown names get one and the same answer, which is
/// given before the name is looked up.
#[debug_handler(state = SharedContext)]
pub async fn post(
    State(app): State<SharedContext>,
    server: ServerState,
    mut browser: Browser,
    PageForm(params): PageForm,
) -> Result<Response, PageError> {
    server.password_reset.check()?;
    let answer = match requested_login(&server, &browser, &params)? {
        Ok(login) => {
            let keys = RateLimitKeys::entry(RateLimitEntry::PasswordReset);
            let keys = keys.login(&login).address().first_last();
            if let Some(wait) = page::check_limit(&server, keys).await? {
                let form_state = FormState::of(&params, &["login"])?.limited();
                let answer = show(&server, &mut browser, Shown::Form(form_state))?;
                return Ok(with_cookies(browser, wait.on(answer))?);
            }
            server
                .events
                .emit(AuditEvent::new(EventName::PasswordResetRequested));
            let lang = pages::language(&server, &browser, None);
            server.password_reset.send_link(&app, login, lang);
            see_other(&format!("{}?sent=1", server.urls.of(Route::ForgotPassword)))?
        }
        Err(form_state) => show(&server, &mut browser, Shown::Form(form_state))?,
    };
    Ok(with_cookies(browser, answer)?)
}

fn requested_login(
    server: &Server,
    browser: &Browser,
    params: &Params,
) -> Result<Result<String, FormState>, PageError> {
    let mut form_state = FormState::of(params, &["login"])?;
    if let Some(refused) = page::check_csrf(server, browser, params, FormTarget::at(ROUTE))? {
        return Ok(Err(form_state.refused(refused)));
    }
    let problem = match field(params, "login")? {
        Some(login) if login.len() <= MAX_LOGIN => return Ok(Ok(login.to_owned())),
        Some(_) => FieldError::too_long("login", MAX_LOGIN),
        None => FieldError::new("login", "error-field-required"),
    };
    form_state.errors.push(problem.into());
    Ok(Err(form_state.with_status(StatusCode::BAD_REQUEST)))
}

/// What the page shows.
enum Shown {
    /// The form for the login name.
    Form(FormState),
    /// The notice that a mail is on its way.
    Sent,
}

fn show(server: &Server, browser: &mut Browser, shown: Shown) -> Result<Response, PageError> {
    let sent = matches!(shown, Shown::Sent);
    let form_state = match shown {
        Shown::Form(form_state) => form_state,
        Shown::Sent => FormState::default(),
    };
    let status = form_state.status;
    let page = ForgotPasswordPage {
        common: page::form(server, browser, FormTarget::at(ROUTE), None)?.with(form_state),
        sent,
        login_url: server.urls.login_page.clone(),
    };
    pages::page(server, browser, None, status, page)
}
