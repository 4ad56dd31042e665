//! The app's own API, as Loco's client-side starter has it, and the files of the script.

use accounts::users::{self, NewUser};
use axum::{http::header, response::IntoResponse};
use loco_oauth_server::resource_owner::ResourceOwner;
use loco_rs::{auth::jwt::JWT, prelude::*};
use serde::Deserialize;
use serde_json::{Map, json};

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

#[derive(Deserialize)]
struct Registration {
    name: String,
    email: String,
    password: String,
}

/// POST /api/auth/login: a JWT for an address and a password.
async fn login(
    State(ctx): State<AppContext>,
    Json(entered): Json<Credentials>,
) -> Result<Response> {
    let user = users::Model::authenticate(&ctx, &entered.email, &entered.password).await?;
    let Some(user) = user else {
        return unauthorized("unauthorized!");
    };
    let config = ctx.config.get_jwt_config()?;
    let token = JWT::new(&config.secret)
        .generate_token(config.expiration, user.pid.to_string(), Map::new())
        .or_else(|_| unauthorized("unauthorized!"))?;
    format::json(json!({ "token": token, "name": user.name }))
}

/// POST /api/auth/register: an account. A taken address is not told.
async fn register(
    State(ctx): State<AppContext>,
    Json(entered): Json<Registration>,
) -> Result<Response> {
    let new = NewUser {
        name: &entered.name,
        email: &entered.email,
        password: &entered.password,
    };
    match users::Model::create(&ctx.db, &new).await {
        Ok(_) | Err(ModelError::EntityAlreadyExists) => format::json(json!({})),
        Err(error) => Err(error.into()),
    }
}

/// The one page; the script looks at the address.
async fn page() -> Response {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                  frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, include_str!("../static/index.html")).into_response()
}

async fn script() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (headers, include_str!("../static/app.js")).into_response()
}

async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (headers, include_str!("../static/app.css")).into_response()
}

/// The API and the files.
pub fn routes() -> Routes {
    Routes::new()
        .add("/api/auth/login", post(login))
        .add("/api/auth/register", post(register))
        .add("/", get(page))
        .add("/login", get(page))
        .add("/signup", get(page))
        .add("/consent", get(page))
        .add("/static/app.js", get(script))
        .add("/static/app.css", get(style))
}
