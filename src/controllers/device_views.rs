//! What the page of devices looks like: the form for the code, the question, the end.

use axum::{http::StatusCode, response::Response};

use super::{
    next_page::{NextPage, USER_CODE},
    page::{self, FormState, FormTarget},
};
use crate::{
    error::PageError,
    http::pages,
    interactions::{
        Interaction,
        device::{self, is_approved},
    },
    protocol::route::Route,
    server::Server,
    sessions::{Browser, SignedIn},
    views::{
        ErrorLine, PageVariables,
        pages::{DeviceDonePage, DevicePage, DeviceStep},
    },
};

const ROUTE: Route = Route::Device;

/// The form with the code as it was typed.
pub fn form_state(next: &NextPage) -> FormState {
    let mut form_state = FormState::default();
    if let Some(code) = next.user_code() {
        let values = &mut form_state.values;
        values.insert(USER_CODE.to_owned(), code.to_owned());
    }
    form_state
}

/// The form once more (400), with an error of its field.
///
/// # Errors
/// When the page cannot be rendered, or the random generator fails.
pub fn again(
    server: &Server,
    browser: &mut Browser,
    current: &SignedIn,
    mut form_state: FormState,
    error: &str,
) -> Result<Response, PageError> {
    form_state.errors.push(ErrorLine::field(USER_CODE, error));
    let form_state = form_state.with_status(StatusCode::BAD_REQUEST);
    enter(server, browser, current, form_state)
}

/// The form for the code.
///
/// # Errors
/// When the page cannot be rendered, or the random generator fails.
pub fn enter(
    server: &Server,
    browser: &mut Browser,
    current: &SignedIn,
    form_state: FormState,
) -> Result<Response, PageError> {
    let status = form_state.status;
    let form_target = FormTarget {
        route: ROUTE,
        current: Some(current),
    };
    let common = page::form(server, browser, form_target, None)?;
    let page = DevicePage::enter(common.with(form_state));
    pages::page(server, browser, None, status, page)
}

/// The question whether the device may have what it asks for.
///
/// # Errors
/// When the page cannot be rendered, or the random generator fails.
pub fn confirm(
    server: &Server,
    browser: &mut Browser,
    interaction: &Interaction,
    current: &SignedIn,
    form_state: FormState,
) -> Result<Response, PageError> {
    let status = form_state.status;
    let form_target = FormTarget {
        route: ROUTE,
        current: Some(current),
    };
    let common = page::common(server, browser, form_target, Some(interaction))?;
    let mut prompt = server
        .interactions
        .consent_prompt(interaction, Some(current));
    prompt.common = common.with(form_state);
    let origin = server.interactions.device_origin(interaction);
    let page = DevicePage {
        step: DeviceStep::Confirm,
        user_code: device::user_code(interaction, browser).unwrap_or_default(),
        asked: String::new(),
        asked_before: Some(origin.age),
        network: origin.network,
        agent: origin.agent,
        prompt,
    };
    pages::page(server, browser, Some(interaction), status, page)
}

/// How the question was answered.
///
/// # Errors
/// When the page cannot be rendered, or the random generator fails.
pub fn done(
    server: &Server,
    browser: &Browser,
    interaction: &Interaction,
) -> Result<Response, PageError> {
    let page = DeviceDonePage {
        common: PageVariables::default(),
        step: if is_approved(interaction) {
            DeviceStep::Approved
        } else {
            DeviceStep::Denied
        },
        apps_url: server.urls.of(Route::Apps).to_owned(),
        device_url: server.urls.of(ROUTE).to_owned(),
    };
    pages::page(server, browser, Some(interaction), StatusCode::OK, page)
}
