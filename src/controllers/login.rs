//! GET, POST `{prefix}/login` — the login page.

use std::sync::Arc;

use axum::{debug_handler, extract::State, http::StatusCode, response::Response};

use super::page::{self, Entered, OwnForm, Visit, field};
use crate::{
    config::RateLimitEntry,
    controllers::outcome::{Arrival, respond},
    error::{Failure, PageError},
    events::{AuditEvent, EventName, Outcome},
    http::{
        answer::see_other,
        browser::with_cookies,
        extract::{PageForm, QueryParams, SharedContext, TheServer},
        pages,
    },
    interactions::Pending,
    limits::Of,
    people::{Owner, equal_time::Work, hashing::Place},
    protocol::{authorize::Prompt, display_name, interaction::Step, params::Params, route::Route},
    server::Server,
    sessions::{Browser, SignIn},
    store::{StoreResult, transaction::retry},
    views::{FormError, pages::LoginPage},
};

const ROUTE: Route = Route::Login;
/// Field that names a page to go on with; nothing but these words is ever looked at (C046).
const NEXT: &str = "next";
const APPS: &str = "apps";
/// Longest password that is hashed, bytes.
const MAX_PASSWORD: usize = 1024;

/// The form.
#[debug_handler(state = SharedContext)]
pub async fn get(
    server: TheServer,
    mut browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    let answer = show(&server, &mut browser, &params).await?;
    Ok(with_cookies(browser, answer)?)
}

async fn show(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    match page::visit(server, browser, params, Step::Login).await? {
        Visit::Elsewhere(answer) => Ok(answer),
        Visit::Here(visited) => {
            let entered = Entered::of(params, &[NEXT])?;
            let pending = visited.as_ref().map(|visited| &visited.pending);
            form(server, browser, pending, entered).await
        }
    }
}

/// The credentials.
#[debug_handler(state = SharedContext)]
pub async fn post(
    State(app): State<SharedContext>,
    server: TheServer,
    mut browser: Browser,
    PageForm(params): PageForm,
) -> Result<Response, PageError> {
    let answer = submit(&app, &server, &mut browser, &params).await?;
    Ok(with_cookies(browser, answer)?)
}

async fn submit(
    app: &SharedContext,
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    let pending = match page::posted(server, browser, params).await? {
        Visit::Elsewhere(answer) => return Ok(answer),
        Visit::Here(pending) => pending,
    };
    let request = pending.as_deref();
    let mut entered = Entered::of(params, &["login", "remember", NEXT])?;
    if let Some(refused) = page::check_csrf(server, browser, params, OwnForm::at(ROUTE))? {
        return form(server, browser, request, entered.refused(refused)).await;
    }
    if let (Some("cancel"), Some(pending)) = (field(params, "action")?, &pending) {
        let outcome = server.interactions.deny(pending, browser).await?;
        return respond(server, browser, pending, outcome, Arrival::Form);
    }
    let credentials = EnteredCredentials {
        login: field(params, "login")?,
        password: field(params, "password")?,
    };
    let remember = field(params, "remember")?.is_some();
    // Before anything is counted: a flood that finds no place costs no statement (C264).
    let Ok(place) = server.people.hashing.place() else {
        return form(server, browser, request, entered.unavailable()).await;
    };
    let keys = Of::entry(RateLimitEntry::Login).login(credentials.login.unwrap_or_default());
    let keys = keys.address().failures().network().failures();
    let keys = keys.server().failures().first_last();
    if let Some(wait) = page::check_limit(server, keys.clone()).await? {
        let answer = form(server, browser, request, entered.limited()).await?;
        return Ok(wait.on(answer));
    }
    let owner = match authenticate(app, server, credentials, place).await {
        Ok(owner) => owner,
        Err(failure) if failure.status == StatusCode::SERVICE_UNAVAILABLE => {
            return form(server, browser, request, entered.unavailable()).await;
        }
        Err(failure) => return Err(failure.into()),
    };
    let Some(owner) = owner else {
        server.limits.record_failure(keys).await?;
        login_failed(server, pending.as_deref(), credentials.login);
        entered.errors.push(FormError::Credentials.into());
        let entered = entered.with_status(StatusCode::BAD_REQUEST);
        return form(server, browser, request, entered).await;
    };
    if server.people.waits_for_mail(&owner) {
        let login = owner.login_name();
        if server.limits.may_send_verification(owner.key()).await? {
            owner.send_verification_later(app);
        }
        return page::check_mail(server, browser, pending.as_deref(), &login);
    }
    let sign_in = SignIn {
        remember,
        ..SignIn::default()
    };
    let to_apps = pending.is_none() && field(params, NEXT)? == Some(APPS);
    let pending = pending.map(|pending| *pending);
    let authenticated = Authenticated { owner, sign_in };
    let answer = enter(server, browser, pending, authenticated).await?;
    if to_apps {
        return Ok(see_other(server.urls.of(Route::Apps))?);
    }
    Ok(answer)
}

/// Who was authenticated, and how.
pub struct Authenticated {
    /// The user.
    pub owner: Owner,
    /// How.
    pub sign_in: SignIn,
}

/// The person is who they say: session, step, next page.
///
/// # Errors
/// When the database fails or the user may not sign in.
pub async fn enter(
    server: &Server,
    browser: &mut Browser,
    pending: Option<Pending>,
    authenticated: Authenticated,
) -> Result<Response, PageError> {
    let Authenticated { owner, sign_in } = authenticated;
    let Some(mut pending) = pending else {
        server.sessions.sign_in(browser, &owner, sign_in).await?;
        return Ok(see_other(&server.urls.after_login)?);
    };
    let interactions = &server.interactions;
    let entered = interactions.enter(&mut pending, browser, &owner, sign_in);
    let current = entered.await?;
    let advanced = interactions.advance(&mut pending, browser, Some(&current));
    let outcome = advanced.await?;
    respond(server, browser, &pending, outcome, Arrival::Form)
}

/// The login is masked: people type passwords into the wrong field.
fn login_failed(server: &Server, pending: Option<&Pending>, login: Option<&str>) {
    let mut event = AuditEvent::new(EventName::LoginFailed).outcome(Outcome::Denied);
    if let Some(pending) = pending {
        event = event.client(&pending.client);
    }
    server
        .events
        .emit(event.detail("login", display_name::masked(login.unwrap_or_default())));
}

/// What was typed into the form.
#[derive(Clone, Copy)]
struct EnteredCredentials<'a> {
    login: Option<&'a str>,
    password: Option<&'a str>,
}

/// `ResourceOwner::authenticate`, on all cores but one (FA-04). Unknown, wrong and
/// inactive look alike and take the same time, whatever the app's model does.
async fn authenticate(
    app: &SharedContext,
    server: &Server,
    credentials: EnteredCredentials<'_>,
    place: Place,
) -> Result<Option<Owner>, Failure> {
    let (Some(login), Some(password)) = (credentials.login, credentials.password) else {
        return Ok(None);
    };
    if login.len() > MAX_PASSWORD || password.len() > MAX_PASSWORD {
        return Ok(None);
    }
    let (app, owners) = (app.clone(), Arc::clone(&server.people.app));
    let (login, password) = (login.to_owned(), password.to_owned());
    let times = server.people.hashing.logins.clone();
    let attempt = async move {
        let work = retry(|| async { Ok(owners.authenticate(&app, &login, &password).await?) });
        let judge = |found: &StoreResult<Option<Owner>>| match found {
            Ok(Some(_)) => Work::Whole,
            Ok(None) => Work::Hidden,
            Err(_) => Work::Told,
        };
        times.attempt(work, judge).await
    };
    let attempt = server.people.hashing.run_from(place, attempt).await?;
    let owner = attempt.outcome().await?;
    Ok(owner.filter(|owner| owner.is_active()))
}

async fn form(
    server: &Server,
    browser: &mut Browser,
    pending: Option<&Pending>,
    entered: Entered,
) -> Result<Response, PageError> {
    let signup_url = server
        .policy
        .signup
        .then(|| server.interactions.step_url(pending, Step::Create));
    let asked_again = |pending: &Pending| {
        pending.request.prompts.contains(&Prompt::Login) || pending.request.max_age.is_some()
    };
    let status = entered.status;
    let facts = pending.and_then(|pending| server.interactions.facts(pending));
    let external = server.people.app.external_logins(facts.as_ref()).await?;
    let locked_login = match pending {
        Some(pending) => locked_login(server, browser, pending).await?,
        None => None,
    };
    let next = entered
        .values
        .get(NEXT)
        .filter(|next| *next == APPS)
        .cloned();
    let page = LoginPage {
        next,
        common: page::common(server, browser, OwnForm::at(ROUTE), pending)?.with(entered),
        login_hint: pending.and_then(|pending| pending.request.login_hint.clone()),
        locked_login,
        reauthenticate: pending.is_some_and(asked_again),
        remember_allowed: true,
        signup_url,
        forgot_url: server
            .password_reset
            .is_offered()
            .then(|| server.urls.of(Route::ForgotPassword).to_owned()),
        external,
    };
    pages::page(server, browser, pending, status, page)
}

/// The account of this browser that `id_token_hint` names: a login of anybody else ends with
/// `login_required` (NX-04). Names of accounts that are not signed in here are nobody's business.
async fn locked_login(
    server: &Server,
    browser: &Browser,
    pending: &Pending,
) -> Result<Option<String>, Failure> {
    let Some(hint) = &pending.request.hint_subject else {
        return Ok(None);
    };
    for account in server.sessions.accounts(browser, "").await? {
        if server
            .clients
            .subject_for(&pending.client, &account.owner.subject())?
            == *hint
        {
            return Ok(Some(account.owner.login_name()));
        }
    }
    Ok(None)
}
