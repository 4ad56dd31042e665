//! Every URL in one list, in three groups: discovery, API, pages; each with its layers.

use std::{convert::Infallible, sync::Arc};

use axum::{
    http::{HeaderName, HeaderValue, Method, header, request::Parts},
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};
use loco_rs::{app::AppContext, controller::Routes};
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

use crate::{
    config::{Settings, urls::Urls},
    controllers::{
        apps, assets, authorize, client_configuration, consent, device, device_authorization,
        end_session, forgot_password, interaction, introspect, jwks, login, logout, metadata, par,
        register, reset_password, resource_metadata, resume, revoke, select_account, session,
        signup, token, userinfo,
    },
    http::{
        extract::SharedContext,
        layers::{self, LayerMemory, LayerState},
        shared::SharedLayer,
    },
    protocol::{
        client::GrantType,
        host,
        route::{Route, RouteUsers},
    },
};

/// How long a browser may keep the answer to a preflight (`Access-Control-Max-Age`).
const PREFLIGHT: std::time::Duration = std::time::Duration::from_hours(1);

/// All routes of this server, in groups, each with its layers.
pub fn routes(ctx: &AppContext, settings: &Settings) -> Vec<Routes> {
    let urls = Urls::new(settings);
    let mount = Mount {
        app: SharedContext::new(ctx),
        memory: Arc::default(),
        trusted: trusted(settings),
    };
    let mut routes = Routes::new();
    for path in urls.metadata_routes() {
        routes = routes.add(path, mount.handler(get(metadata::get)));
    }
    for path in urls.resource_metadata_routes() {
        routes = routes.add(&path, mount.handler(get(resource_metadata::get)));
    }
    let mut groups = vec![mount.surrounded(routes, RouteUsers::Document)];
    for route in Route::ALL.iter().copied() {
        let handler = mount.handler(handler(route, settings));
        let routes = Routes::new().add(&urls.local(route), handler);
        groups.push(mount.surrounded(routes, route.users()));
    }
    groups
}

/// The handlers of a route, by method. What a setting switches off answers 404 (GE-11).
fn handler(route: Route, settings: &Settings) -> MethodRouter<SharedContext> {
    let has_codes = settings.grant_types.contains(&GrantType::AuthorizationCode);
    let has_devices = settings.grant_types.contains(&GrantType::DeviceCode);
    match route {
        Route::Jwks => get(jwks::get),
        Route::Asset => get(assets::get),
        Route::Introspect => post(introspect::post),
        Route::Token => post(token::post),
        Route::Revoke => post(revoke::post),
        Route::PushedRequest if has_codes && settings.par.enabled => post(par::post),
        Route::PushedRequest => post(par::switched_off),
        Route::DeviceAuthorization if has_devices => post(device_authorization::post),
        Route::DeviceAuthorization => post(device_authorization::switched_off),
        Route::Userinfo => get(userinfo::get_or_post).post(userinfo::get_or_post),
        Route::Register if settings.registration.enabled => post(register::post),
        Route::Register => post(register::switched_off),
        Route::RegisteredClient if settings.registration.enabled => get(client_configuration::get)
            .put(client_configuration::put)
            .delete(client_configuration::delete),
        Route::RegisteredClient => get(register::switched_off)
            .put(register::switched_off)
            .delete(register::switched_off),
        Route::Session => post(session::post)
            .get(session::get)
            .delete(session::delete),
        Route::Interaction => get(interaction::get).post(interaction::post),
        Route::Authorize if has_codes => get(authorize::get).post(authorize::post),
        Route::Authorize => get(authorize::switched_off).post(authorize::switched_off),
        Route::EndSession if settings.enable_end_session => {
            get(end_session::get).post(end_session::post)
        }
        Route::EndSession => get(end_session::switched_off).post(end_session::switched_off),
        Route::Continue => get(resume::get),
        Route::Login => get(login::get).post(login::post),
        Route::Signup => get(signup::get).post(signup::post),
        Route::SelectAccount => get(select_account::get).post(select_account::post),
        Route::Consent => get(consent::get).post(consent::post),
        Route::Logout => get(logout::get).post(logout::post),
        Route::ForgotPassword => get(forgot_password::get).post(forgot_password::post),
        Route::ResetPassword => get(reset_password::get).post(reset_password::post),
        Route::Device if has_devices => get(device::get).post(device::post),
        Route::Device => get(device::switched_off).post(device::switched_off),
        Route::Apps => get(apps::get),
        Route::RevokeApps => post(apps::revoke_all),
        Route::RevokeApp => post(apps::revoke),
        Route::EndBrowserSession => post(apps::end_session),
    }
}

/// What all routes have in common.
struct Mount {
    app: SharedContext,
    memory: Arc<LayerMemory>,
    /// Origins whose scripts may read answers with cookies (EX-02).
    trusted: AllowOrigin,
}

impl Mount {
    /// Gives handlers their state, so that they fit into a router of the app.
    fn handler(&self, methods: MethodRouter<SharedContext>) -> MethodRouter<AppContext> {
        methods.with_state(self.app.clone())
    }

    /// Puts layers around each route; the router's own 405 passes through them too.
    fn surrounded(&self, mut routes: Routes, users: RouteUsers) -> Routes {
        for handler in &mut routes.handlers {
            let state = self.layer_state(&handler.actions);
            let route = std::mem::take(&mut handler.method);
            let route: MethodRouter<AppContext> = match users {
                RouteUsers::Document => route
                    .layer::<_, Infallible>(from_fn_with_state(state, layers::discovery))
                    .layer(cors(&[Method::GET, Method::HEAD])),
                RouteUsers::Asset => route.layer(from_fn_with_state(state, layers::discovery)),
                RouteUsers::Server => route.layer(from_fn_with_state(state, layers::api)),
                RouteUsers::Client => route
                    .layer::<_, Infallible>(from_fn_with_state(state, layers::api))
                    .layer(cors(&handler.actions)),
                RouteUsers::Script => route
                    .layer::<_, Infallible>(from_fn_with_state(state, layers::api))
                    .layer(
                        cors(&handler.actions)
                            .allow_origin(self.trusted.clone())
                            .allow_credentials(true),
                    ),
                RouteUsers::Person => route.layer(from_fn_with_state(state, layers::page)),
            };
            handler.method = route.layer(SharedLayer);
        }
        routes
    }

    fn layer_state(&self, methods: &[Method]) -> LayerState {
        let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
        LayerState {
            app: self.app.clone(),
            memory: Arc::clone(&self.memory),
            // Names of methods are valid in a header, so that the default is not needed.
            allow: HeaderValue::from_str(&methods.join(", "))
                .unwrap_or_else(|_| HeaderValue::from_static("")),
        }
    }
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

/// CORS of endpoints that scripts of every origin may use, never with credentials.
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
