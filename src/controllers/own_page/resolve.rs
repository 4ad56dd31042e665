//! The extractor of [`OAuthInteraction`]: from a request to the interaction that it names.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
    response::IntoResponse,
};
use loco_rs::app::AppContext;

use super::{InteractionError, OAuthInteraction, decide::form, rendered};
use crate::{
    error::{Failure, PageError},
    events::request,
    http::{browser::of_request, extract::server_of, layers, pages},
    interactions::{Interaction, account_lines},
    protocol::{error::OAuthError, interaction::Step, refusals::InteractionRefusal, return_to},
    server::Server,
    sessions::Browser,
    views::PageContext,
};

impl OAuthInteraction {
    /// The interaction of a request, or `None` when it names none.
    ///
    /// # Errors
    /// An error page (400): the id is blank, unknown or expired, or another browser began the interaction.
    pub async fn try_resolve_login_context(
        server: &Arc<Server>,
        parts: &Parts,
    ) -> Result<Option<Self>, InteractionError> {
        let request_info = crate::http::request::info(&mut parts.clone());
        let find = Box::pin(async {
            let browser = of_request(server, parts);
            let found = Self::find(server, browser, parts).await;
            found.map_err(|error| rendered(server, error))
        });
        layers::on_route_of_app(server, request_info, find).await
    }

    /// The interaction of a request that has to name one.
    ///
    /// # Errors
    /// Those of [`Self::try_resolve_login_context`], and an error page (400) when the request names none.
    pub async fn resolve_login_context(
        server: &Arc<Server>,
        parts: &Parts,
    ) -> Result<Self, InteractionError> {
        if let Some(found) = Self::try_resolve_login_context(server, parts).await? {
            return Ok(found);
        }
        let error = PageError::from(OAuthError::of(InteractionRefusal::Missing));
        let request_info = crate::http::request::info(&mut parts.clone());
        let refuse = async { rendered(server, error) };
        Err(layers::on_route_of_app(server, request_info, refuse).await)
    }

    async fn find(
        server: &Arc<Server>,
        mut browser: Browser,
        parts: &Parts,
    ) -> Result<Option<Self>, PageError> {
        let Some(id) = interaction_of(parts)? else {
            return Ok(None);
        };
        let interaction = server.interactions.find(&id, &mut browser).await?;
        Self::open(server, browser, interaction).await.map(Some)
    }

    /// Loads what a page of the app needs of an interaction that is not finished.
    pub(crate) async fn open(
        server: &Arc<Server>,
        mut browser: Browser,
        mut interaction: Interaction,
    ) -> Result<Self, PageError> {
        let request_info = request::current();
        let request_info = request_info.ok_or_else(|| Failure::internal("outside of a request"))?;
        let Some(id) = interaction.state().map(str::to_owned) else {
            return Err(Failure::internal("an interaction that is not stored").into());
        };
        if interaction.is_finished() {
            return Err(OAuthError::of(InteractionRefusal::Completed).into());
        }
        let interactions = &server.interactions;
        let client_id = &interaction.client.client_id;
        let mut signed_in = server.sessions.accounts_for(&browser, client_id).await?;
        let next = interactions
            .next_step(&mut interaction, signed_in.first())
            .await?;
        let intent = next.unwrap_or(Step::Issue);
        interactions
            .note_person(&interaction, signed_in.first())
            .await?;
        let current = signed_in.first().cloned();
        if intent != Step::SelectAccount {
            signed_in.clear();
        }
        let csrf_token = browser.csrf_token(form(intent, &id, current.as_ref()))?;
        let lang = pages::language(server, &browser, interaction.request.ui_locales.as_deref());
        let mut asked = interactions.consent_prompt(&interaction, current.as_ref());
        asked.translate(&server.views.words(&lang).map_err(Failure::internal)?);
        let request = &interaction.request;
        Ok(Self {
            server: Arc::clone(server),
            return_to: interactions.continue_url(&id),
            state: id,
            intent,
            prompt: request.prompts.clone(),
            client: pages::client_card(&interaction),
            scopes: asked.scopes,
            claims: asked.claims,
            resources: asked.resources,
            access_until: asked.access_until,
            warnings: asked.warnings,
            accounts: account_lines(&signed_in),
            signed_in,
            post_login: interaction.post_login.clone(),
            lang,
            login_hint: request.login_hint.clone(),
            ui_locales: request.ui_locales.clone(),
            display: request.display.clone(),
            acr_values: interaction.wanted_acr().values.to_vec(),
            max_age: request.max_age.or(interaction.client.default_max_age),
            params: request.params.clone(),
            csrf_token,
            request_info,
            browser,
            current,
            interaction,
        })
    }
}

/// The id of the interaction that the query names.
fn interaction_of(parts: &Parts) -> Result<Option<String>, OAuthError> {
    return_to::interaction(parts.uri.query().unwrap_or_default())
        .map_err(|_| OAuthError::of(InteractionRefusal::Unreadable))
}

impl FromRequestParts<AppContext> for OAuthInteraction {
    type Rejection = InteractionError;

    async fn from_request_parts(
        parts: &mut Parts,
        ctx: &AppContext,
    ) -> Result<Self, Self::Rejection> {
        Self::resolve_login_context(&server(ctx)?, parts).await
    }
}

impl OptionalFromRequestParts<AppContext> for OAuthInteraction {
    type Rejection = InteractionError;

    async fn from_request_parts(
        parts: &mut Parts,
        ctx: &AppContext,
    ) -> Result<Option<Self>, Self::Rejection> {
        Self::try_resolve_login_context(&server(ctx)?, parts).await
    }
}

fn server(ctx: &AppContext) -> Result<Arc<Server>, InteractionError> {
    server_of(ctx).map_err(|failure: Failure| {
        tracing::error!(source = failure.source, "no server");
        InteractionError(Box::new(failure.status.into_response()))
    })
}
