//! GET, POST `{prefix}/signup` — the sign-up page (Initiating User Registration 1.0).

use axum::{debug_handler, extract::State, http::StatusCode, response::Response};

use super::{
    login::{self, Authenticated},
    next_page::{NEXT, NextPage, USER_CODE},
    page::{self, FormAction, FormState, FormTarget, PageOutcome, field},
};
use crate::{
    config::RateLimitEntry,
    controllers::outcome::{NavigationKind, respond},
    error::PageError,
    events::{AuditEvent, EventName},
    http::{
        answer::see_other,
        browser::with_cookies,
        extract::{PageForm, QueryParams, ServerState, SharedContext},
        pages,
    },
    interactions::Interaction,
    limits::RateLimitKeys,
    people::{
        Owner,
        capabilities::SignUpForm,
        equal_time::WorkDone,
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

/// Shows the sign-up form.
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
    offered(server)?;
    match page::load_page(server, browser, params, Step::Create).await? {
        PageOutcome::Elsewhere(answer) => Ok(answer),
        PageOutcome::Here(visited) => {
            let interaction = visited.as_ref().map(|visited| &visited.interaction);
            let form_state = FormState::of(params, &[NEXT, USER_CODE])?;
            form(server, browser, interaction, form_state)
        }
    }
}

/// Makes the account and signs the person in.
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

#[allow(
    clippy::too_many_lines,
    reason = "the steps of one form in their order"
)]
async fn submit(
    app: &SharedContext,
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    let offered = offered(server)?;
    let interaction = match page::load_form(server, browser, params).await? {
        PageOutcome::Elsewhere(answer) => return Ok(answer),
        PageOutcome::Here(interaction) => interaction,
    };
    let form_state = form_state(offered, params)?;
    if let Some(refused) = page::check_csrf(server, browser, params, FormTarget::at(ROUTE))? {
        return form(
            server,
            browser,
            interaction.as_deref(),
            form_state.refused(refused),
        );
    }
    if let (Some(FormAction::Cancel), Some(interaction)) = (FormAction::of(params)?, &interaction) {
        let outcome = server.interactions.deny(interaction, browser).await?;
        return respond(server, browser, interaction, outcome, NavigationKind::Form);
    }
    let values = match values(offered, params)? {
        Ok(values) => values,
        Err(errors) => {
            return form(
                server,
                browser,
                interaction.as_deref(),
                with_errors(form_state, errors),
            );
        }
    };
    if let Some(wait) = page::check_limit(
        server,
        RateLimitKeys::entry(RateLimitEntry::Signup).address(),
    )
    .await?
    {
        let answer = form(
            server,
            browser,
            interaction.as_deref(),
            form_state.limited(),
        )?;
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
            Ok(_) => WorkDone::Whole,
            Err(SignUpError::Taken) if alike => WorkDone::Hidden,
            Err(_) => WorkDone::Revealed,
        };
        times.attempt(offered.sign_up(&ctx, values), judge).await
    };
    let signed_up = match server.people.hashing.run(attempt).await {
        Err(failure) if failure.status == StatusCode::SERVICE_UNAVAILABLE => {
            return form(
                server,
                browser,
                interaction.as_deref(),
                form_state.unavailable(),
            );
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
                interaction.as_deref(),
                with_errors(form_state, errors),
            );
        }
        // ASVS 6.3.8: a taken address gets the answer of a free one.
        Err(SignUpError::Taken) if server.settings.require_verified_email => {
            return page::verify_email_page(server, browser, interaction.as_deref(), &address);
        }
        Err(SignUpError::Taken) => {
            let form_state = form_state
                .with_error(FormError::SignUpFailed)
                .with_status(StatusCode::BAD_REQUEST);
            return form(server, browser, interaction.as_deref(), form_state);
        }
        Err(SignUpError::Other(error)) => {
            return Err(crate::store::StoreError::from(error).into());
        }
    };
    if server.people.must_verify_email(&owner) {
        return page::verify_email_page(server, browser, interaction.as_deref(), &address);
    }
    let authenticated = Authenticated {
        owner,
        sign_in: SignIn::default(),
    };
    let next = NextPage::read(params)?.filter(|_| interaction.is_none());
    let interaction = interaction.map(|interaction| *interaction);
    let answer = login::enter(server, browser, interaction, authenticated).await?;
    match next {
        Some(next) => Ok(see_other(&next.url(&server.urls))?),
        None => Ok(answer),
    }
}

/// The app's sign-up form; GE-11 with `enable_signup: false`, or in an app that makes no accounts.
fn offered(server: &Server) -> Result<SignUpForm, PageError> {
    let form = server.people.app.sign_up_form();
    form.filter(|_| server.policy.signup)
        .ok_or_else(|| PageError::switched_off(OFF))
}

/// The values of the declared fields, or the errors of those that are missing or too long.
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

/// The entered values, except passwords.
fn form_state(offered: SignUpForm, params: &Params) -> Result<FormState, PageError> {
    let fields = offered.fields();
    let shown = fields.iter().filter(|input| input.kind != "password");
    let shown = shown.map(|input| input.name).chain([NEXT, USER_CODE]);
    FormState::of(params, &shown.collect::<Vec<_>>())
}

fn with_errors(form_state: FormState, errors: Vec<FieldError>) -> FormState {
    let mut form_state = form_state.with_status(StatusCode::BAD_REQUEST);
    form_state
        .errors
        .extend(errors.into_iter().map(ErrorLine::from));
    form_state
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
    interaction: Option<&Interaction>,
    form_state: FormState,
) -> Result<Response, PageError> {
    let status = form_state.status;
    let next = NextPage::of_form(&form_state).filter(|_| interaction.is_none());
    let login_url = server.interactions.step_url(interaction, Step::Login);
    let page = SignUpPage {
        next: next.as_ref().map(|next| next.name().to_owned()),
        user_code: next
            .as_ref()
            .and_then(NextPage::user_code)
            .map(str::to_owned),
        common: page::common(server, browser, FormTarget::at(ROUTE), interaction)?.with(form_state),
        fields: offered(server)?.fields().iter().map(Into::into).collect(),
        login_url: match &next {
            Some(next) => next.by_way_of(&login_url, &server.urls),
            None => login_url,
        },
    };
    pages::page(server, browser, interaction, status, page)
}
