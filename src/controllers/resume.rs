//! GET `{prefix}/continue` — resumes an interaction.
//!
//! Safe and repeatable: it changes nothing but the binding to the browser (IX-04), except where nothing
//! is left to do, or the app's own step was done (`done=post_login`).

use axum::{debug_handler, response::Response};

use super::page;
use crate::{
    controllers::outcome::{NavigationKind, respond},
    error::PageError,
    http::{
        browser::with_cookies,
        extract::{QueryParams, ServerState},
    },
    protocol::{
        error::OAuthError, interaction::Step, params::Params, refusals::InteractionRefusal,
    },
    server::Server,
    sessions::Browser,
};

/// Determines the next step anew, and leads to its page or back to the client.
#[debug_handler(state = crate::http::extract::SharedContext)]
pub async fn get(
    server: ServerState,
    mut browser: Browser,
    QueryParams(params): QueryParams,
) -> Result<Response, PageError> {
    let answer = resume(&server, &mut browser, &params).await?;
    Ok(with_cookies(browser, answer)?)
}

async fn resume(
    server: &Server,
    browser: &mut Browser,
    params: &Params,
) -> Result<Response, PageError> {
    let id = interaction_id(params)?.ok_or_else(no_interaction)?;
    let mut interaction = server.interactions.find(id, browser).await?;
    let interactions = &server.interactions;
    if interaction.is_finished() {
        let outcome = interactions.repeat(&interaction, browser);
        return respond(server, browser, &interaction, outcome, NavigationKind::Link);
    }
    let client_id = &interaction.client.client_id;
    let current = server.sessions.current(browser, client_id).await?;
    if page::field(params, "done")? == Some(Step::PostLogin.as_str()) {
        interactions
            .post_login_done(&mut interaction, current.as_ref())
            .await?;
    }
    let advanced = interactions.advance(&mut interaction, browser, current.as_ref());
    let outcome = advanced.await?;
    respond(server, browser, &interaction, outcome, NavigationKind::Link)
}

/// The id of the interaction that a page or form belongs to.
///
/// # Errors
/// An error page (400) when the parameter was sent twice.
pub fn interaction_id(params: &Params) -> Result<Option<&str>, PageError> {
    let twice = |_| OAuthError::of(InteractionRefusal::Repeated);
    Ok(params.one("interaction").map_err(twice)?)
}

/// The error page (400) of a request that names no interaction.
pub fn no_interaction() -> PageError {
    OAuthError::of(InteractionRefusal::Missing).into()
}
