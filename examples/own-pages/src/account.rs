//! GET, POST /login and /signup: pages of this app. With an interaction they take part in an
//! authorization, without one they are the app's own.

use accounts::{
    oauth_server::OAuth,
    users::{self, NewUser},
};
use axum::{
    extract::{FromRequestParts, RawQuery},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use loco_oauth_server::{OAuthInteraction, SignIn, resource_owner::ResourceOwner};
use loco_rs::prelude::*;
use serde::Deserialize;
use serde_json::json;

/// Shortest password of a new account.
const PASSWORD_MIN_LENGTH: usize = 8;

#[derive(Default, Deserialize)]
struct Entered {
    #[serde(default)]
    name: String,
    email: String,
    password: String,
    /// There is one when the page belongs to an authorization.
    #[serde(default)]
    csrf_token: String,
}

/// What a page needs besides the form.
#[derive(FromRequestParts)]
#[from_request(state(AppContext))]
struct Visit {
    interaction: Option<OAuthInteraction>,
    /// Kept in the links between the two pages, so that they lead on.
    query: RawQuery,
    #[from_request(via(ViewEngine))]
    view: TeraView,
}

impl Visit {
    fn show(&self, page: &str, entered: &Entered, error: &str) -> Result<Response> {
        let interaction = self.interaction.as_ref();
        let hint = interaction.and_then(|interaction| interaction.login_hint.as_deref());
        let email = [entered.email.as_str(), hint.unwrap_or_default()];
        format::render().view(
            &self.view,
            page,
            json!({
                "client": interaction.and_then(|interaction| interaction.client.name.as_deref()),
                "csrf_token": interaction.map(|interaction| interaction.csrf_token.as_str()),
                "query": self.query.0,
                "name": entered.name,
                "email": email.into_iter().find(|email| !email.is_empty()),
                "error": error,
            }),
        )
    }

    fn refuse(&self, page: &str, entered: &Entered, error: &str) -> Result<Response> {
        Ok((StatusCode::BAD_REQUEST, self.show(page, entered, error)?).into_response())
    }

    /// Whether the form was filled in on our page.
    fn is_ours(&self, entered: &Entered) -> bool {
        let token = &entered.csrf_token;
        let interaction = self.interaction.as_ref();
        interaction.is_none_or(|interaction| interaction.check_csrf(token).is_some())
    }

    /// Back to the client, or to this app's first page.
    async fn enter(
        self,
        ctx: &AppContext,
        headers: &HeaderMap,
        user: &users::Model,
    ) -> Result<Response> {
        if let Some(interaction) = self.interaction {
            let answer = interaction.sign_in(user, SignIn::default()).await;
            return Ok(answer.into_response());
        }
        let cookies = OAuth::sign_in(ctx, headers, user, SignIn::default()).await?;
        Ok((cookies, format::redirect("/")?).into_response())
    }
}

const NOT_OURS: &str = "This page was open for too long. Please try again.";

async fn login_page(visit: Visit) -> Result<Response> {
    visit.show("login.html", &Entered::default(), "")
}

async fn login(
    State(ctx): State<AppContext>,
    visit: Visit,
    headers: HeaderMap,
    Form(entered): Form<Entered>,
) -> Result<Response> {
    if !visit.is_ours(&entered) {
        return visit.refuse("login.html", &entered, NOT_OURS);
    }
    match users::Model::authenticate(&ctx, &entered.email, &entered.password).await? {
        Some(user) => Box::pin(visit.enter(&ctx, &headers, &user)).await,
        None => visit.refuse(
            "login.html",
            &entered,
            "That address and password do not fit.",
        ),
    }
}

async fn signup_page(visit: Visit) -> Result<Response> {
    visit.show("signup.html", &Entered::default(), "")
}

async fn signup(
    State(ctx): State<AppContext>,
    visit: Visit,
    headers: HeaderMap,
    Form(entered): Form<Entered>,
) -> Result<Response> {
    if !visit.is_ours(&entered) {
        return visit.refuse("signup.html", &entered, NOT_OURS);
    }
    if entered.password.chars().count() < PASSWORD_MIN_LENGTH {
        let error = "The password needs at least 8 characters.";
        return visit.refuse("signup.html", &entered, error);
    }
    let new = NewUser {
        name: &entered.name,
        email: &entered.email,
        password: &entered.password,
    };
    match users::Model::create(&ctx.db, &new).await {
        Ok(user) => Box::pin(visit.enter(&ctx, &headers, &user)).await,
        Err(ModelError::EntityAlreadyExists) => {
            let error = "No account was made. Do you have one already?";
            visit.refuse("signup.html", &entered, error)
        }
        Err(error) => Err(error.into()),
    }
}

async fn home(ViewEngine(view): ViewEngine<TeraView>) -> Result<Response> {
    format::render().view(&view, "home.html", json!({}))
}

/// The pages.
pub fn routes() -> Routes {
    Routes::new()
        .add("/", get(home))
        .add("/login", get(login_page).post(login))
        .add("/signup", get(signup_page).post(signup))
}
