//! GET `{prefix}/continue` — resumes an interaction. Safe and repeatable: it changes nothing but
//! the binding to the browser (IX-04), except where nothing is left to do, or the app's own step was
//! done (`done=post_login`).

use axum::{debug_handler, response::Response};

use super::page;
use crate::{
    error::PageError,
    http::extract::{QueryParams, SharedContext, TheServer},
    interactions::go_on::Arrival,
    protocol::{error::OAuthError, interaction::Step, params::Params, refusals},
    server::Server,
    sessions::Browser,
};

/// Looks at the situation anew: the next page, or the end.
#[debug_handler(state = SharedContext)]
pub async fn get(
    server: TheServer,
    mut browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    let answer = resume(&server, &mut browser, &params).await?;
    Ok(browser.answer(answer)?)
}

async fn resume(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    let id = interaction_id(params)?.ok_or_else(no_interaction)?;
    let mut pending = server.find_pending(id, browser).await?;
    if pending.is_finished() {
        let finished = server.repeat(&pending, browser);
        return server.after(finished, &pending, browser, Arrival::Link);
    }
    let current = server.current(browser, &pending.client.client_id).await?;
    if page::field(params, "done")? == Some(Step::PostLogin.as_str()) {
        server
            .post_login_done(&mut pending, current.as_ref())
            .await?;
    }
    server
        .go_on(&mut pending, browser, current.as_ref(), Arrival::Link)
        .await
}

/// The interaction that a page or form belongs to.
///
/// # Errors
/// PAGE(400) when it is named twice.
pub fn interaction_id(params: &Params) -> Result<Option<&str>, PageError> {
    let twice = |_| OAuthError::of(&refusals::INTERACTION_REPEATED);
    Ok(params.one("interaction").map_err(twice)?)
}

/// PAGE(400): nothing to resume.
pub fn no_interaction() -> PageError {
    OAuthError::of(&refusals::INTERACTION_MISSING).into()
}
