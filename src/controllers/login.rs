//! GET, POST `{prefix}/login` — the login page.

use std::sync::Arc;

use axum::{debug_handler, extract::State, http::StatusCode, response::Response};

use super::{
    next_page::{NEXT, NextPage, USER_CODE},
    page::{self, FormAction, FormState, FormTarget, PageOutcome, field},
};
use crate::{
    config::RateLimitEntry,
    controllers::outcome::{NavigationKind, respond},
    error::{Failure, PageError},
    events::{AuditEvent, EventName, Outcome},
    http::{
        answer::see_other,
        browser::with_cookies,
        extract::{PageForm, QueryParams, ServerState, SharedContext},
        pages,
    },
    interactions::Interaction,
    limits::RateLimitKeys,
    people::{Owner, equal_time::WorkDone, hashing::QueuePermit},
    protocol::{authorize::Prompt, display_name, interaction::Step, params::Params, route::Route},
    server::Server,
    sessions::{Browser, SignIn},
    store::{StoreResult, transaction::retry},
    views::{FormError, pages::LoginPage},
};

const ROUTE: Route = Route::Login;
/// Longest password that is hashed, bytes.
const MAX_PASSWORD: usize = 1024;

/// Shows the login form.
#[debug_handler(state = SharedContext)]
pub async fn get(
    server: ServerState,
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
    match page::load_page(server, browser, params, Step::Login).await? {
        PageOutcome::Elsewhere(answer) => Ok(answer),
        PageOutcome::Here(visited) => {
            let form_state = FormState::of(params, &[NEXT, USER_CODE])?;
            let interaction = visited.as_ref().map(|visited| &visited.interaction);
            form(server, browser, interaction, form_state).await
        }
    }
}

/// Takes the credentials.
#[debug_handler(state = SharedContext)]
pub async fn post(
    State(app): State<SharedContext>,
    server: ServerState,
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
    let interaction = match page::load_form(server, browser, params).await? {
        PageOutcome::Elsewhere(answer) => return Ok(answer),
        PageOutcome::Here(interaction) => interaction,
    };
    let request = interaction.as_deref();
    let mut form_state = FormState::of(params, &["login", "remember", NEXT, USER_CODE])?;
    if let Some(refused) = page::check_csrf(server, browser, params, FormTarget::at(ROUTE))? {
        return form(server, browser, request, form_state.refused(refused)).await;
    }
    if let (Some(FormAction::Cancel), Some(interaction)) = (FormAction::of(params)?, &interaction) {
        let outcome = server.interactions.deny(interaction, browser).await?;
        return respond(server, browser, interaction, outcome, NavigationKind::Form);
    }
    let credentials = EnteredCredentials {
        login: field(params, "login")?,
        password: field(params, "password")?,
    };
    let remember = field(params, "remember")?.is_some();
    // A place in the queue comes before the rate limits: a request without one costs no statement.
    let Ok(queue_permit) = server.people.hashing.queue_permit() else {
        return form(server, browser, request, form_state.unavailable()).await;
    };
    let keys =
        RateLimitKeys::entry(RateLimitEntry::Login).login(credentials.login.unwrap_or_default());
    let keys = keys.address().failures().network().failures();
    let keys = keys.server().failures().first_last();
    if let Some(wait) = page::check_limit(server, keys.clone()).await? {
        let answer = form(server, browser, request, form_state.limited()).await?;
        return Ok(wait.on(answer));
    }
    let owner = match authenticate(app, server, credentials, queue_permit).await {
        Ok(owner) => owner,
        Err(failure) if failure.status == StatusCode::SERVICE_UNAVAILABLE => {
            return form(server, browser, request, form_state.unavailable()).await;
        }
        Err(failure) => return Err(failure.into()),
    };
    let Some(owner) = owner else {
        server.limits.record_failure(keys).await?;
        login_failed(server, interaction.as_deref(), credentials.login);
        form_state.errors.push(FormError::Credentials.into());
        let form_state = form_state.with_status(StatusCode::BAD_REQUEST);
        return form(server, browser, request, form_state).await;
    };
    if server.people.must_verify_email(&owner) {
        let login = owner.login_name();
        if server.limits.may_send_verification(owner.key()).await? {
            owner.send_verification_later(app);
        }
        return page::verify_email_page(server, browser, interaction.as_deref(), &login);
    }
    let sign_in = SignIn {
        remember,
        ..SignIn::default()
    };
    let next = NextPage::read(params)?.filter(|_| interaction.is_none());
    let interaction = interaction.map(|interaction| *interaction);
    let authenticated = Authenticated { owner, sign_in };
    let answer = enter(server, browser, interaction, authenticated).await?;
    match next {
        Some(next) => Ok(see_other(&next.url(&server.urls))?),
        None => Ok(answer),
    }
}

/// Who was authenticated, and how.
pub struct Authenticated {
    /// The user.
    pub owner: Owner,
    /// Methods, class and time of the authentication.
    pub sign_in: SignIn,
}

/// Signs an authenticated person in, and leads to the next step of the interaction, or without one to the
/// page after a login.
///
/// # Errors
/// When the database fails or the user may not sign in.
pub async fn enter(
    server: &Server,
    browser: &mut Browser,
    interaction: Option<Interaction>,
    authenticated: Authenticated,
) -> Result<Response, PageError> {
    let Authenticated { owner, sign_in } = authenticated;
    let Some(mut interaction) = interaction else {
        server.sessions.sign_in(browser, &owner, sign_in).await?;
        return Ok(see_other(&server.urls.after_login)?);
    };
    let interactions = &server.interactions;
    let signing_in = interactions.enter(&mut interaction, browser, &owner, sign_in);
    let current = signing_in.await?;
    let advanced = interactions.advance(&mut interaction, browser, Some(&current));
    let outcome = advanced.await?;
    respond(server, browser, &interaction, outcome, NavigationKind::Form)
}

/// Emits the event of a failed login. The login name is masked: people type passwords into the wrong field.
fn login_failed(server: &Server, interaction: Option<&Interaction>, login: Option<&str>) {
    let mut event = AuditEvent::new(EventName::LoginFailed).outcome(Outcome::Denied);
    if let Some(interaction) = interaction {
        event = event.client(&interaction.client);
    }
    server
        .events
        .emit(event.detail("login", display_name::masked(login.unwrap_or_default())));
}

/// The credentials as they were entered.
#[derive(Clone, Copy)]
struct EnteredCredentials<'a> {
    login: Option<&'a str>,
    password: Option<&'a str>,
}

/// Runs `ResourceOwner::authenticate`, on all cores but one (FA-04). An unknown login name, a wrong password
/// and an inactive account look alike and take the same time, whatever the app's model does.
async fn authenticate(
    app: &SharedContext,
    server: &Server,
    credentials: EnteredCredentials<'_>,
    queue_permit: QueuePermit,
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
            Ok(Some(_)) => WorkDone::Whole,
            Ok(None) => WorkDone::Hidden,
            Err(_) => WorkDone::Revealed,
        };
        times.attempt(work, judge).await
    };
    let attempt = server
        .people
        .hashing
        .run_from(queue_permit, attempt)
        .await?;
    let owner = attempt.outcome().await?;
    Ok(owner.filter(|owner| owner.is_active()))
}

async fn form(
    server: &Server,
    browser: &mut Browser,
    interaction: Option<&Interaction>,
    form_state: FormState,
) -> Result<Response, PageError> {
    let next = NextPage::of_form(&form_state).filter(|_| interaction.is_none());
    let signup_url = server.policy.signup.then(|| {
        let page = server.interactions.step_url(interaction, Step::Create);
        match &next {
            Some(next) => next.by_way_of(&page, &server.urls),
            None => page,
        }
    });
    let asked_again = |interaction: &Interaction| {
        interaction.request.prompts.contains(&Prompt::Login)
            || interaction.request.max_age.is_some()
    };
    let status = form_state.status;
    let facts = interaction.and_then(|interaction| server.interactions.info(interaction));
    let external = server.people.app.external_logins(facts.as_ref()).await?;
    let locked_login = match interaction {
        Some(interaction) => locked_login(server, browser, interaction).await?,
        None => None,
    };
    let page = LoginPage {
        next: next.as_ref().map(|next| next.name().to_owned()),
        user_code: next
            .as_ref()
            .and_then(NextPage::user_code)
            .map(str::to_owned),
        common: page::common(server, browser, FormTarget::at(ROUTE), interaction)?.with(form_state),
        login_hint: interaction.and_then(|interaction| interaction.request.login_hint.clone()),
        locked_login,
        reauthenticate: interaction.is_some_and(asked_again),
        remember_allowed: true,
        signup_url,
        forgot_url: server
            .password_reset
            .is_offered()
            .then(|| server.urls.of(Route::ForgotPassword).to_owned()),
        external,
    };
    pages::page(server, browser, interaction, status, page)
}

/// Login name of the account that `id_token_hint` names: a login of anybody else ends with `login_required`
/// (NX-04). `None` for an account that is not signed in in this browser, because its name is not shown.
async fn locked_login(
    server: &Server,
    browser: &Browser,
    interaction: &Interaction,
) -> Result<Option<String>, Failure> {
    let Some(hint) = &interaction.request.hint_subject else {
        return Ok(None);
    };
    for account in server.sessions.accounts(browser, "").await? {
        if server
            .clients
            .subject_for(&interaction.client, &account.owner.subject())?
            == *hint
        {
            return Ok(Some(account.owner.login_name()));
        }
    }
    Ok(None)
}
