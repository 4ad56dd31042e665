//! Every URL in one list, in three groups: discovery, API, pages; each with its layers.

use std::{convert::Infallible, sync::Arc};

use axum::{
    http::{HeaderName, HeaderValue, Method, header, request::Parts},
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};
use loco_rs::{app::AppContext, controller::Routes};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, Any, CorsLayer},
};

use crate::{
    config::{Settings, urls::Urls},
    controllers::{
        apps, assets, authorize, client_configuration, consent, end_session, forgot_password,
        interaction, introspect, jwks, login, logout, metadata, register, reset_password,
        resource_metadata, resume, revoke, select_account, session, signup, token, userinfo,
    },
    error::{ApiError, Failure, PageError},
    http::{
        extract::SharedContext,
        layers::{self, LayerState, Seen},
    },
    protocol::{client::GrantType, host},
};

/// How long a preflight answer may be kept, seconds.
const PREFLIGHT: std::time::Duration = std::time::Duration::from_hours(1);

/// The routes of the plugin, for Loco's router or ours.
pub fn routes(ctx: &AppContext, settings: &Settings) -> Vec<Routes> {
    let urls = Urls::new(settings);
    let mount = Mount {
        app: SharedContext::new(ctx),
        seen: Arc::default(),
    };
    vec![
        discovery(&mount, &urls),
        api(&mount, &urls),
        open_api(&mount, &urls),
        registration(&mount, settings, &urls),
        scripts(&mount, settings, &urls),
        pages(&mount, settings, &urls),
    ]
}

/// What all routes have in common.
#[derive(Clone)]
struct Mount {
    app: SharedContext,
    seen: Arc<Seen>,
}

/// Routes of one group, before their layers.
struct Group {
    mount: Mount,
    routes: Routes,
}

impl Group {
    fn new(mount: &Mount) -> Self {
        Self {
            mount: mount.clone(),
            routes: Routes::new(),
        }
    }

    /// A route with the plugin's own state: for the app's router, no state is missing.
    fn add(mut self, uri: &str, methods: MethodRouter<SharedContext>) -> Self {
        let methods = methods.with_state(self.mount.app.clone());
        self.routes = self.routes.add(uri, methods);
        self
    }

    /// Puts layers around each route; the router's own 405 passes through them too.
    fn each(
        mut self,
        layered: impl Fn(MethodRouter<AppContext>, LayerState, &[Method]) -> MethodRouter<AppContext>,
    ) -> Routes {
        for handler in &mut self.routes.handlers {
            let state = layer_state(&self.mount, &handler.actions);
            let method = std::mem::take(&mut handler.method);
            handler.method = layered(method, state, &handler.actions);
        }
        self.routes
    }
}

/// Public documents: cacheable, readable from every origin.
fn discovery(mount: &Mount, urls: &Urls) -> Routes {
    let mut routes = Group::new(mount);
    for path in urls.metadata_routes() {
        routes = routes.add(path, get(metadata::get));
    }
    for path in urls.resource_metadata_routes() {
        routes = routes.add(&path, get(resource_metadata::get));
    }
    routes = routes.add(&urls.local("/jwks"), get(jwks::get));
    let routes = routes.each(|route, state, _| {
        discovery_layers(route, state).layer(cors(&[Method::GET, Method::HEAD]))
    });
    let assets = Group::new(mount).add(&urls.local("/assets/{file}"), get(assets::get));
    routes.merge(assets.each(|route, state, _| discovery_layers(route, state)))
}

/// Client endpoints that browsers may call from every origin (OAuth 2.1 §3.2).
fn open_api(mount: &Mount, urls: &Urls) -> Routes {
    let posts = Group::new(mount)
        .add(&urls.local("/token"), post(token::post))
        .add(&urls.local("/revoke"), post(revoke::post));
    let posts = posts.each(|route, state, _| api_layers(route, state).layer(cors(&[Method::POST])));
    let userinfo = get(userinfo::get_or_post).post(userinfo::get_or_post);
    let userinfo = Group::new(mount).add(&urls.local("/userinfo"), userinfo);
    posts.merge(
        userinfo.each(|route, state, _| {
            api_layers(route, state).layer(cors(&[Method::GET, Method::POST]))
        }),
    )
}

/// Registration of clients by themselves (RFC 7591, RFC 7592).
fn registration(mount: &Mount, settings: &Settings, urls: &Urls) -> Routes {
    let (register, client) = if settings.registration.enabled {
        let client = get(client_configuration::get).put(client_configuration::put);
        let client = client.delete(client_configuration::delete);
        (post(register::post), client)
    } else {
        let client = get(register::switched_off).put(register::switched_off);
        let client = client.delete(register::switched_off);
        (post(register::switched_off), client)
    };
    let register = Group::new(mount).add(&urls.local("/register"), register);
    let register =
        register.each(|route, state, _| api_layers(route, state).layer(cors(&[Method::POST])));
    let client = Group::new(mount).add(&urls.local("/register/{client_id}"), client);
    register.merge(client.each(|route, state, _| {
        let allowed = [Method::GET, Method::PUT, Method::DELETE];
        api_layers(route, state).layer(cors(&allowed))
    }))
}

/// Client endpoints for servers only.
fn api(mount: &Mount, urls: &Urls) -> Routes {
    let routes = Group::new(mount).add(&urls.local("/introspect"), post(introspect::post));
    routes.each(|route, state, _| api_layers(route, state))
}

/// For the app's own scripts: with cookies, so only for the origins that the app names.
fn scripts(mount: &Mount, settings: &Settings, urls: &Urls) -> Routes {
    let session = post(session::post)
        .get(session::get)
        .delete(session::delete);
    let routes = Group::new(mount).add(&urls.local("/session"), session).add(
        &urls.local("/interaction"),
        get(interaction::get).post(interaction::post),
    );
    routes.each(|route, state, methods| {
        let cors = cors(methods)
            .allow_origin(trusted(settings))
            .allow_credentials(true);
        api_layers(route, state).layer(cors)
    })
}

fn trusted(settings: &Settings) -> AllowOrigin {
    let trusted = settings.session_exchange_origins.clone();
    AllowOrigin::predicate(move |origin: &HeaderValue, _: &Parts| {
        let is_named = |own: &String| {
            let origin = origin.to_str();
            origin.is_ok_and(|origin| host::is_same_origin(own, origin))
        };
        trusted.iter().any(is_named)
    })
}

/// What people see, and the redirects between.
fn pages(mount: &Mount, settings: &Settings, urls: &Urls) -> Routes {
    let authorize = if settings.grant_types.contains(&GrantType::AuthorizationCode) {
        get(authorize::get).post(authorize::post)
    } else {
        get(authorize::switched_off).post(authorize::switched_off)
    };
    let end_session = if settings.enable_end_session {
        get(end_session::get).post(end_session::post)
    } else {
        get(end_session::switched_off).post(end_session::switched_off)
    };
    let routes = Group::new(mount)
        .add(&urls.local("/authorize"), authorize)
        .add(&urls.local("/end-session"), end_session)
        .add(&urls.local("/continue"), get(resume::get))
        .add(&urls.local("/login"), get(login::get).post(login::post))
        .add(&urls.local("/signup"), get(signup::get).post(signup::post))
        .add(
            &urls.local("/select-account"),
            get(select_account::get).post(select_account::post),
        )
        .add(
            &urls.local("/consent"),
            get(consent::get).post(consent::post),
        )
        .add(&urls.local("/logout"), get(logout::get).post(logout::post))
        .add(
            &urls.local("/forgot-password"),
            get(forgot_password::get).post(forgot_password::post),
        )
        .add(
            &urls.local("/reset-password"),
            get(reset_password::get).post(reset_password::post),
        )
        .add(&urls.local("/apps"), get(apps::get))
        .add(&urls.local("/apps/revoke-all"), post(apps::revoke_all))
        .add(&urls.local("/apps/{id}/revoke"), post(apps::revoke))
        .add(&urls.local("/sessions/{sid}/end"), post(apps::end_session));
    routes.each(|route, state, _| {
        route
            .layer::<_, Infallible>(CatchPanicLayer::custom(caught::<PageError>))
            .layer(from_fn_with_state(state, layers::page))
    })
}

fn discovery_layers(
    route: MethodRouter<AppContext>,
    state: LayerState,
) -> MethodRouter<AppContext> {
    route
        .layer::<_, Infallible>(CatchPanicLayer::custom(caught::<ApiError>))
        .layer(from_fn_with_state(state, layers::discovery))
}

fn api_layers(route: MethodRouter<AppContext>, state: LayerState) -> MethodRouter<AppContext> {
    route
        .layer::<_, Infallible>(CatchPanicLayer::custom(caught::<ApiError>))
        .layer(from_fn_with_state(state, layers::api))
}

fn layer_state(mount: &Mount, methods: &[Method]) -> LayerState {
    let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
    LayerState {
        app: mount.app.clone(),
        seen: Arc::clone(&mount.seen),
        // Names of methods are header text.
        allow: HeaderValue::from_str(&methods.join(", "))
            .unwrap_or_else(|_| HeaderValue::from_static("")),
    }
}

/// A panic is a bug of ours: 500 in the endpoint's shape.
#[expect(clippy::needless_pass_by_value, reason = "the signature of the layer")]
fn caught<E: From<Failure> + axum::response::IntoResponse>(
    panic: Box<dyn std::any::Any + Send>,
) -> axum::response::Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    E::from(Failure::internal(format!("panic: {text}"))).into_response()
}

/// Open to every origin, never with credentials.
pub fn cors(methods: &[Method]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(methods.to_vec())
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("dpop"),
            HeaderName::from_static("mcp-protocol-version"),
        ])
        .expose_headers([
            header::WWW_AUTHENTICATE,
            HeaderName::from_static("dpop-nonce"),
            header::RETRY_AFTER,
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(PREFLIGHT)
}
