//! GET, POST `{prefix}/signup` — the sign-up page (Initiating User Registration 1.0).

use axum::{debug_handler, extract::State, http::StatusCode, response::Response};

use super::{
    login::{self, Authenticated},
    page::{self, Entered, OwnForm, Visit, field},
};
use crate::{
    config::RateLimitEntry,
    controllers::outcome::{Arrival, respond},
    error::PageError,
    events::{AuditEvent, EventName},
    http::{
        browser::with_cookies,
        extract::{PageForm, QueryParams, SharedContext, TheServer},
        pages,
    },
    interactions::Pending,
    limits::Of,
    people::{
        Owner,
        capabilities::SignUpForm,
        equal_time::Work,
        resource_owner::{SignUp, SignUpError},
    },
    protocol::{interaction::Step, params::Params, route::Route},
    server::Server,
    sessions::{Browser, SignIn},
    views::{ErrorLine, FormError, form::FieldError, pages::SignUpPage},
};

const ROUTE: Route = Route::Signup;
const OFF: &str = "enable_signup is off";
/// Longest value of a field, bytes.
const MAX_VALUE: usize = 1024;

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
    offered(server)?;
    match page::visit(server, browser, params, Step::Create).await? {
        Visit::Elsewhere(answer) => Ok(answer),
        Visit::Here(visited) => {
            let pending = visited.as_ref().map(|visited| &visited.pending);
            form(server, browser, pending, Entered::default())
        }
    }
}

/// The new account.
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
    let offered = offered(server)?;
    let pending = match page::posted(server, browser, params).await? {
        Visit::Elsewhere(answer) => return Ok(answer),
        Visit::Here(pending) => pending,
    };
    let entered = entered(offered, params)?;
    if let Some(refused) = page::check_csrf(server, browser, params, OwnForm::at(ROUTE))? {
        return form(
            server,
            browser,
            pending.as_deref(),
            entered.refused(refused),
        );
    }
    if let (Some("cancel"), Some(pending)) = (field(params, "action")?, &pending) {
        let outcome = server.interactions.deny(pending, browser).await?;
        return respond(server, browser, pending, outcome, Arrival::Form);
    }
    let values = match values(offered, params)? {
        Ok(values) => values,
        Err(errors) => {
            return form(
                server,
                browser,
                pending.as_deref(),
                with_errors(entered, errors),
            );
        }
    };
    if let Some(wait) =
        page::check_limit(server, Of::entry(RateLimitEntry::Signup).address()).await?
    {
        let answer = form(server, browser, pending.as_deref(), entered.limited())?;
        return Ok(wait.on(answer));
    }
    let address = login_value(offered, &values);
    let ctx = app.clone();
    let (times, alike) = (
        server.people.hashing.sign_ups.clone(),
        server.settings.require_verified_email,
    );
    let attempt = async move {
        let judge = |signed_up: &Result<Owner, SignUpError>| match signed_up {
            Ok(_) => Work::Whole,
            Err(SignUpError::Taken) if alike => Work::Hidden,
            Err(_) => Work::Told,
        };
        times.attempt(offered.sign_up(&ctx, values), judge).await
    };
    let signed_up = match server.people.hashing.run(attempt).await {
        Err(failure) if failure.status == StatusCode::SERVICE_UNAVAILABLE => {
            return form(server, browser, pending.as_deref(), entered.unavailable());
        }
        attempt => attempt?.outcome().await,
    };
    let owner = match signed_up {
        Ok(owner) => {
            server
                .events
                .emit(AuditEvent::new(EventName::Signup).about(&owner));
            if !owner.is_verified() {
                owner.clone().send_verification_later(app);
            }
            owner
        }
        Err(SignUpError::Invalid(errors)) => {
            return form(
                server,
                browser,
                pending.as_deref(),
                with_errors(entered, errors),
            );
        }
        // ASVS 6.3.8: a taken address looks like a free one.
        Err(SignUpError::Taken) if server.settings.require_verified_email => {
            return page::check_mail(server, browser, pending.as_deref(), &address);
        }
        Err(SignUpError::Taken) => {
            let entered = entered
                .with_error(FormError::SignUpFailed)
                .with_status(StatusCode::BAD_REQUEST);
            return form(server, browser, pending.as_deref(), entered);
        }
        Err(SignUpError::Other(error)) => {
            return Err(crate::store::StoreError::from(error).into());
        }
    };
    if server.people.waits_for_mail(&owner) {
        return page::check_mail(server, browser, pending.as_deref(), &address);
    }
    let authenticated = Authenticated {
        owner,
        sign_in: SignIn::default(),
    };
    login::enter(
        server,
        browser,
        pending.map(|pending| *pending),
        authenticated,
    )
    .await
}

/// GE-11: `enable_signup: false`, or an app that makes no accounts.
fn offered(server: &Server) -> Result<SignUpForm, PageError> {
    let form = server.people.app.sign_up_form();
    form.filter(|_| server.policy.signup)
        .ok_or_else(|| PageError::switched_off(OFF))
}

/// The declared fields, no others; required ones filled in.
fn values(
    offered: SignUpForm,
    params: &Params,
) -> Result<Result<SignUp, Vec<FieldError>>, PageError> {
    let (mut values, mut errors) = (std::collections::BTreeMap::new(), Vec::new());
    for input in offered.fields() {
        let value = field(params, input.name)?.unwrap_or_default();
        errors.extend(match value.len() {
            0 if input.required => Some(FieldError::new(input.name, "error-field-required")),
            length if length > MAX_VALUE => Some(FieldError::too_long(input.name, MAX_VALUE)),
            _ => None,
        });
        values.insert(input.name.to_owned(), value.to_owned());
    }
    Ok(if errors.is_empty() {
        Ok(SignUp::new(values))
    } else {
        Err(errors)
    })
}

/// What was entered, except passwords.
fn entered(offered: SignUpForm, params: &Params) -> Result<Entered, PageError> {
    let fields = offered.fields();
    let shown = fields.iter().filter(|input| input.kind != "password");
    Entered::of(params, &shown.map(|input| input.name).collect::<Vec<_>>())
}

fn with_errors(entered: Entered, errors: Vec<FieldError>) -> Entered {
    let mut entered = entered.with_status(StatusCode::BAD_REQUEST);
    entered
        .errors
        .extend(errors.into_iter().map(ErrorLine::from));
    entered
}

fn login_value(offered: SignUpForm, values: &SignUp) -> String {
    let fields = offered.fields();
    let address = fields.iter().find(|input| input.kind == "email");
    address
        .map(|input| values.get(input.name).to_owned())
        .unwrap_or_default()
}

fn form(
    server: &Server,
    browser: &mut Browser,
    pending: Option<&Pending>,
    entered: Entered,
) -> Result<Response, PageError> {
    let status = entered.status;
    let page = SignUpPage {
        common: page::common(server, browser, OwnForm::at(ROUTE), pending)?.with(entered),
        fields: offered(server)?.fields().iter().map(Into::into).collect(),
        login_url: server.interactions.step_url(pending, Step::Login),
    };
    pages::page(server, browser, pending, status, page)
}
