//! The app's own login and consent pages, as a developer would write them with `OAuthInteraction`.

use axum::http::HeaderMap;
use loco_oauth_server::{Csrf, OAuthInteraction, SignIn, resource_owner::ResourceOwner};
use loco_rs::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::{oauth_server::OAuth, users};

#[derive(Deserialize)]
struct Login {
    email: String,
    password: String,
    acr: Option<String>,
}

#[derive(Deserialize)]
struct Decision {
    csrf_token: String,
    #[serde(rename = "decision")]
    action: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    claim: String,
    #[serde(default)]
    sid: String,
    /// The name that the person takes on the same page.
    #[serde(default)]
    name: String,
}

/// What the page would show, as JSON.
async fn show(interaction: Option<OAuthInteraction>) -> Result<Response> {
    let Some(interaction) = interaction else {
        return format::json(json!({ "interaction": null }));
    };
    format::json(json!({
        "interaction": interaction.state,
        "intent": interaction.intent,
        "prompt": interaction.prompt,
        "client": { "id": interaction.client.id, "name": interaction.client.name },
        "lang": interaction.lang,
        "warnings": interaction.warnings,
        "accounts": interaction.accounts,
        "words": interaction.scopes.iter().map(|scope| &scope.description).collect::<Vec<_>>(),
        "access_until": interaction.access_until,
        "acr_values": interaction.acr_values,
        "max_age": interaction.max_age,
        "display": interaction.display,
        "scopes": interaction.scopes.iter().map(|scope| &scope.name).collect::<Vec<_>>(),
        "claims": interaction.claims.iter().map(|claim| &claim.name).collect::<Vec<_>>(),
        "login_hint": interaction.login_hint,
        "params": interaction.params,
        "post_login": interaction.post_login,
        "user": interaction.user::<users::Model>().map(|user| &user.email),
        "return_to": interaction.return_to,
        "csrf_token": interaction.csrf_token,
    }))
}

async fn log_in(
    interaction: OAuthInteraction,
    State(ctx): State<AppContext>,
    Form(form): Form<Login>,
) -> Result<Response> {
    let user = users::Model::authenticate(&ctx, &form.email, &form.password).await?;
    let Some(user) = user else {
        return unauthorized("wrong");
    };
    let sign_in = SignIn {
        acr: form.acr,
        ..SignIn::default()
    };
    Ok(interaction.sign_in(&user, sign_in).await.into_response())
}

async fn decide(
    interaction: OAuthInteraction,
    State(ctx): State<AppContext>,
    Form(form): Form<Decision>,
) -> Result<Response> {
    let Some(csrf) = interaction.check_csrf(&form.csrf_token) else {
        return unauthorized("not from here");
    };
    let csrf: Csrf = csrf;
    if let Some(user) = interaction
        .user::<users::Model>()
        .filter(|_| !form.name.is_empty())
    {
        let mut user: users::ActiveModel = user.clone().into();
        user.name = Set(form.name.clone());
        user.update(&ctx.db).await?;
    }
    let scopes: Vec<String> = form.scope.split(' ').map(str::to_owned).collect();
    let answer = match form.action.as_str() {
        "allow" if !form.claim.is_empty() => {
            let claims = [form.claim];
            interaction.accept_with_claims(&scopes, &claims, csrf).await
        }
        "allow" => interaction.accept(&scopes, csrf).await,
        "cancel" => interaction.cancel(csrf).await,
        "select" => interaction.choose(&form.sid, csrf).await,
        "use_another" => interaction.use_another(csrf).await,
        _ => interaction.deny(csrf).await,
    };
    Ok(answer.into_response())
}

async fn step_done(interaction: OAuthInteraction) -> Response {
    interaction.post_login_done().await.into_response()
}

/// The app's own login without a client.
async fn sign_in(
    State(ctx): State<AppContext>,
    headers: HeaderMap,
    Form(form): Form<Login>,
) -> Result<Response> {
    let user = users::Model::authenticate(&ctx, &form.email, &form.password).await?;
    let Some(user) = user else {
        return unauthorized("wrong");
    };
    let cookies = OAuth::sign_in(&ctx, &headers, &user, SignIn::default()).await?;
    Ok((cookies, format::redirect("/")?).into_response())
}

async fn sign_out(State(ctx): State<AppContext>, headers: HeaderMap) -> Result<Response> {
    let cookies = OAuth::sign_out(&ctx, &headers).await?;
    Ok((cookies, format::redirect("/")?).into_response())
}

pub fn routes() -> Routes {
    Routes::at("/own")
        .add("/login", get(show).post(log_in))
        .add("/consent", get(show).post(decide))
        .add("/who", get(show).post(decide))
        .add("/step", get(show).post(step_done))
        .add("/session", post(sign_in).delete(sign_out))
}
