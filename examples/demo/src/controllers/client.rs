//! The pages of the demo's client: `/` and `/client/*`.

use axum::{
    http::{header, StatusCode},
    response::Redirect,
};
use loco_rs::prelude::{cookie::CookieJar, *};

use crate::{
    client::{
        login::{Callback, Login},
        provider::{Answer, ClientError, Provider, Tokens},
        sessions::{Session, Sessions},
        ClientSettings,
    },
    views::client as views,
};

/// Sends the browser back to the page.
type Back = (CookieJar, Redirect);

/// `GET /`: what this is, or the tokens.
#[debug_handler]
async fn home(State(ctx): State<AppContext>, jar: CookieJar) -> Result<Response> {
    let client = ClientSettings::of(&ctx)?;
    let session = Sessions::of(&ctx)?.find(&jar);
    let html = match &session.tokens {
        Some(tokens) => views::tokens(&client, tokens, &session.answers),
        None => views::welcome(&client),
    };
    page(StatusCode::OK, html)
}

/// `GET /client/login`: begins a login.
#[debug_handler]
async fn login(State(ctx): State<AppContext>, jar: CookieJar) -> Result<Response> {
    let client = ClientSettings::of(&ctx)?;
    let login = Login::begin();
    let url = match Provider::discover(client.clone()).await {
        Ok(server) => login.url(&client, &server.metadata),
        Err(error) => Err(error),
    };
    match url {
        Ok(url) => {
            let session = Session {
                login: Some(login),
                ..Session::default()
            };
            let jar = Sessions::of(&ctx)?.keep(jar, session);
            Ok((jar, Redirect::to(url.as_str())).into_response())
        }
        Err(error) => failed(&error),
    }
}

/// `GET /client/callback`: ends a login.
#[debug_handler]
async fn callback(
    State(ctx): State<AppContext>,
    jar: CookieJar,
    Query(callback): Query<Callback>,
) -> Result<Response> {
    let client = ClientSettings::of(&ctx)?;
    let sessions = Sessions::of(&ctx)?;
    // A login is good for one answer.
    let login = sessions.find(&jar).login;
    let jar = sessions.keep(jar, Session::default());
    match finish(client, login, callback).await {
        Ok(session) => Ok((sessions.keep(jar, session), Redirect::to("/")).into_response()),
        Err(error) => failed(&error),
    }
}

async fn finish(
    client: ClientSettings,
    login: Option<Login>,
    callback: Callback,
) -> Result<Session, ClientError> {
    let login = login.ok_or(ClientError::Callback("no login was begun in this browser"))?;
    let code = login.code(&client.issuer, callback)?;
    let server = Provider::discover(client).await?;
    let tokens = server
        .redeem(&code, &login.code_verifier, &login.nonce)
        .await?;
    let userinfo = server.userinfo(&tokens).await?;
    Ok(Session {
        login: None,
        tokens: Some(tokens),
        answers: vec![userinfo],
    })
}

/// `POST /client/refresh`
#[debug_handler]
async fn refresh(State(ctx): State<AppContext>, jar: CookieJar) -> Result<Response> {
    let Some((server, mut tokens)) = signed_in(&ctx, &jar).await? else {
        return home_again(jar);
    };
    let Some(refresh_token) = tokens.refresh_token.clone() else {
        return home_again(jar);
    };
    match server.refresh(&refresh_token).await {
        Ok(new) => {
            tokens = Tokens {
                refresh_token: new.refresh_token.or(Some(refresh_token)),
                id_token: new.id_token.or(tokens.id_token),
                ..new
            };
            let url = &server.metadata.token_endpoint;
            let answer = Answer {
                request: format!("POST {url} (grant_type=refresh_token)"),
                status: 200,
                body: data!({ "result": "new tokens, shown below" }),
            };
            Ok(keep(&ctx, jar, tokens, answer)?.into_response())
        }
        Err(error) => failed(&error),
    }
}

/// `POST /client/userinfo`
#[debug_handler]
async fn userinfo(State(ctx): State<AppContext>, jar: CookieJar) -> Result<Response> {
    let Some((server, tokens)) = signed_in(&ctx, &jar).await? else {
        return home_again(jar);
    };
    answered(&ctx, jar, server.userinfo(&tokens).await, tokens)
}

/// `POST /client/introspect`
#[debug_handler]
async fn introspect(State(ctx): State<AppContext>, jar: CookieJar) -> Result<Response> {
    let Some((server, tokens)) = signed_in(&ctx, &jar).await? else {
        return home_again(jar);
    };
    answered(&ctx, jar, server.introspect(&tokens).await, tokens)
}

/// `POST /client/revoke`
#[debug_handler]
async fn revoke(State(ctx): State<AppContext>, jar: CookieJar) -> Result<Response> {
    let Some((server, tokens)) = signed_in(&ctx, &jar).await? else {
        return home_again(jar);
    };
    answered(&ctx, jar, server.revoke(&tokens).await, tokens)
}

/// `POST /client/forget`: signs out of the client; the server still knows the person.
#[debug_handler]
async fn forget(State(ctx): State<AppContext>, jar: CookieJar) -> Result<Response> {
    let jar = Sessions::of(&ctx)?.keep(jar, Session::default());
    home_again(jar)
}

/// `GET /client/style.css`
#[debug_handler]
async fn style() -> Result<Response> {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    Ok((headers, views::STYLE).into_response())
}

pub fn routes() -> Routes {
    Routes::new()
        .add("/", get(home))
        .add("/client/login", get(login))
        .add("/client/callback", get(callback))
        .add("/client/refresh", post(refresh))
        .add("/client/userinfo", post(userinfo))
        .add("/client/introspect", post(introspect))
        .add("/client/revoke", post(revoke))
        .add("/client/forget", post(forget))
        .add("/client/style.css", get(style))
}

async fn signed_in(ctx: &AppContext, jar: &CookieJar) -> Result<Option<(Provider, Tokens)>> {
    let Some(tokens) = Sessions::of(ctx)?.find(jar).tokens else {
        return Ok(None);
    };
    let server = Provider::discover(ClientSettings::of(ctx)?).await;
    Ok(Some((server.map_err(Error::wrap)?, tokens)))
}

fn answered(
    ctx: &AppContext,
    jar: CookieJar,
    answer: Result<Answer, ClientError>,
    tokens: Tokens,
) -> Result<Response> {
    match answer {
        Ok(answer) => Ok(keep(ctx, jar, tokens, answer)?.into_response()),
        Err(error) => failed(&error),
    }
}

/// Keeps the tokens and shows an answer above the earlier ones.
fn keep(ctx: &AppContext, jar: CookieJar, tokens: Tokens, answer: Answer) -> Result<Back> {
    let sessions = Sessions::of(ctx)?;
    let mut session = sessions.find(&jar);
    session.tokens = Some(tokens);
    session.answers.insert(0, answer);
    session.answers.truncate(5);
    Ok((sessions.keep(jar, session), Redirect::to("/")))
}

fn home_again(jar: CookieJar) -> Result<Response> {
    Ok((jar, Redirect::to("/")).into_response())
}

fn failed(error: &ClientError) -> Result<Response> {
    tracing::warn!(%error, "the demo's client has no tokens");
    page(StatusCode::BAD_REQUEST, views::failed(&error.to_string()))
}

fn page(status: StatusCode, html: Result<String>) -> Result<Response> {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
        ),
    ];
    Ok((status, headers, html?).into_response())
}
