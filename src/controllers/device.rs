//! GET, POST `{prefix}/device` — where a person enters the code that a device shows, and decides about the
//! device (RFC 8628 §3.3).
//!
//! A code in the address only fills the field in (RFC 8628 §3.3.1): entering it and deciding are two forms,
//! each with a click of its own.

use axum::{debug_handler, http::StatusCode, response::Response};

use super::{
    consent::ticked,
    device_views::{again, confirm, done, enter, form_state},
    next_page::{NextPage, USER_CODE},
    page::{self, FormAction, FormState, FormTarget, field},
    resume::interaction_id,
};
use crate::{
    config::RateLimitEntry,
    controllers::outcome::{NavigationKind, respond, to_continue},
    error::PageError,
    http::{
        answer::see_other,
        browser::with_cookies,
        extract::{PageForm, QueryParams, ServerState},
    },
    interactions::{
        Interaction, InteractionOutcome,
        advance::ConsentDecision,
        device::{self, check_person},
    },
    limits::RateLimitKeys,
    protocol::{device_authorization::UserCode, interaction::Step, params::Params, route::Route},
    server::Server,
    sessions::Browser,
    views::FormError,
};

const ROUTE: Route = Route::Device;

/// GE-11: the answer where `grant_types` lacks the grant of devices.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn switched_off() -> PageError {
    PageError::switched_off("grant_types has no urn:ietf:params:oauth:grant-type:device_code")
}

/// Shows the form for the code, the question about a device, or how it was answered.
#[debug_handler(state = crate::http::extract::SharedContext)]
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
    let Some(id) = interaction_id(params)? else {
        let next = NextPage::device(field(params, USER_CODE)?);
        return match server.sessions.current(browser, "").await? {
            None => Ok(next.to_login(&server.urls)?),
            Some(current) => enter(server, browser, &current, form_state(&next)),
        };
    };
    let mut interaction = find(server, browser, id).await?;
    if interaction.is_finished() {
        return done(server, browser, &interaction);
    }
    let client_id = &interaction.client.client_id;
    let current = server.sessions.current(browser, client_id).await?;
    let interactions = &server.interactions;
    let next = interactions
        .next_step(&mut interaction, current.as_ref())
        .await?;
    match (&current, next) {
        (Some(current), Ok(Step::Consent)) => {
            check_person(&interaction, current)?;
            confirm(server, browser, &interaction, current, FormState::default())
        }
        _ => to_continue(server, &interaction),
    }
}

/// The request of a device with this id, for the browser in which its code was entered.
async fn find(server: &Server, browser: &mut Browser, id: &str) -> Result<Interaction, PageError> {
    let interaction = server.interactions.find(id, browser).await?;
    if interaction.device().is_none() {
        return Err(super::resume::no_interaction());
    }
    Ok(interaction)
}

/// Takes the code, or the person's decision about a device.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn post(
    server: ServerState,
    mut browser: Browser,
    PageForm(params): PageForm,
) -> Result<Response, PageError> {
    let answer = match interaction_id(&params)? {
        None => take_code(&server, &mut browser, &params).await?,
        Some(id) => decide(&server, &mut browser, &params, id).await?,
    };
    Ok(with_cookies(browser, answer)?)
}

async fn take_code(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    let next = NextPage::device(field(params, USER_CODE)?);
    let Some(current) = server.sessions.current(browser, "").await? else {
        return Ok(next.to_login(&server.urls)?);
    };
    let form_target = FormTarget {
        route: ROUTE,
        current: Some(&current),
    };
    if let Some(refused) = page::check_csrf(server, browser, params, form_target)? {
        return enter(
            server,
            browser,
            &current,
            form_state(&next).refused(refused),
        );
    }
    let Some(typed) = field(params, USER_CODE)? else {
        return again(
            server,
            browser,
            &current,
            form_state(&next),
            "error-field-required",
        );
    };
    let keys = RateLimitKeys::entry(RateLimitEntry::DeviceUserCode).session(form_target.sid());
    let keys = keys.address().server().failures();
    if let Some(wait) = page::check_limit(server, keys.clone()).await? {
        let answer = enter(server, browser, &current, form_state(&next).limited())?;
        return Ok(wait.on(answer));
    }
    let claimed = match UserCode::read(typed) {
        None => None,
        Some(code) => {
            let claim = server.interactions.claim_device(browser, &current, &code);
            claim.await?
        }
    };
    if let Some(id) = claimed {
        Ok(see_other(&server.interactions.continue_url(&id))?)
    } else {
        server.limits.record_failure(keys).await?;
        // One text for all: it tells nothing of codes that exist.
        again(
            server,
            browser,
            &current,
            form_state(&next),
            "error-field-user-code",
        )
    }
}

async fn decide(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
    id: &str,
) -> Result<Response, PageError> {
    let mut interaction = find(server, browser, id).await?;
    let interactions = &server.interactions;
    if interaction.is_finished() {
        let outcome = interactions.repeat(&interaction, browser);
        return respond(server, browser, &interaction, outcome, NavigationKind::Form);
    }
    let client_id = &interaction.client.client_id;
    let current = server.sessions.current(browser, client_id).await?;
    // The next step is determined first, because this also determines what the form may show.
    let next = interactions
        .next_step(&mut interaction, current.as_ref())
        .await?;
    let (Some(current), Ok(Step::Consent)) = (current, next) else {
        // A decision counts only while it is the next step.
        return to_continue(server, &interaction);
    };
    check_person(&interaction, &current)?;
    let form_target = FormTarget {
        route: ROUTE,
        current: Some(&current),
    };
    if let Some(refused) = page::check_csrf(server, browser, params, form_target)? {
        let form_state = FormState::default().refused(refused);
        return confirm(server, browser, &interaction, &current, form_state);
    }
    let keys = RateLimitKeys::entry(RateLimitEntry::Consent).session(form_target.sid());
    if let Some(wait) = page::check_limit(server, keys).await? {
        let form_state = FormState::default().limited();
        let answer = confirm(server, browser, &interaction, &current, form_state)?;
        return Ok(wait.on(answer));
    }
    let outcome = match FormAction::of(params)? {
        Some(FormAction::UseAnother) => {
            let code = device::user_code(&interaction, browser);
            interactions.release_device(&interaction, &current).await?;
            return Ok(NextPage::device(code.as_deref()).to_login(&server.urls)?);
        }
        Some(FormAction::Deny | FormAction::Cancel) => {
            interactions.deny(&interaction, browser).await?
        }
        Some(FormAction::Allow) => {
            let agreement = ConsentDecision {
                person: &current,
                ticked: &ticked(params)?,
            };
            let accepted = interactions.accept(&mut interaction, browser, agreement);
            accepted.await?
        }
        _ => {
            let form_state = FormState::default()
                .with_error(FormError::NoDecision)
                .with_status(StatusCode::BAD_REQUEST);
            return confirm(server, browser, &interaction, &current, form_state);
        }
    };
    if outcome == InteractionOutcome::Completed {
        return done(server, browser, &interaction);
    }
    respond(server, browser, &interaction, outcome, NavigationKind::Form)
}
