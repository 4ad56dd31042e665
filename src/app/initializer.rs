//! The Loco initializer: builds the server, mounts the routes, answers the doctor (MO-01 to MO-06).

use std::marker::PhantomData;

use async_trait::async_trait;
use axum::{
    Router,
    extract::Request,
    http::{HeaderName, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
};
use loco_rs::{
    app::{AppContext, Hooks, Initializer},
    controller::AppRoutes,
    doctor::Check,
};
use tower_http::trace::TraceLayer;

use crate::{
    app::{plugin::MountedByHand, routes, well_known},
    boot::{self, definition::OAuthServerDefinition, load},
    http::{extract, fallback_headers},
    operations::doctor,
    resource_server::{self, GuardState},
};

/// The middleware of the app that ours replaces (MO-03): two fallbacks cannot be merged,
/// body limits and CORS are the endpoints' own, and the request log must not hold queries.
const REPLACED: [&str; 5] = ["static", "fallback", "limit_payload", "cors", "logger"];

/// Mounts the authorization server of `D` into the app `H`.
pub struct OAuthInitializer<D, H> {
    types: PhantomData<fn() -> (D, H)>,
}

impl<D, H> OAuthInitializer<D, H> {
    /// Does nothing: the doctor constructs initializers without booting (MO-01).
    pub const fn new() -> Self {
        Self { types: PhantomData }
    }
}

impl<D, H> Default for OAuthInitializer<D, H> {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl<D: OAuthServerDefinition, H: Hooks + 'static> Initializer for OAuthInitializer<D, H> {
    fn name(&self) -> String {
        "oauth_server".to_owned()
    }

    async fn before_run(&self, ctx: &AppContext) -> loco_rs::Result<()> {
        let server = load::server::<D>(ctx).await?;
        boot::warnings::warn(ctx, &server.settings, H::app_name());
        ctx.shared_store.insert(server);
        Ok(())
    }

    async fn after_routes(&self, router: Router, ctx: &AppContext) -> loco_rs::Result<Router> {
        let server = extract::server_of(ctx)
            .map_err(|failure| boot::error(failure.source.unwrap_or_default()))?;
        let guards =
            GuardState::new(server.clone(), ctx, || H::routes(ctx)).map_err(boot::error)?;
        let unknown = from_fn_with_state(server, fallback_headers::guard);
        let well_known = from_fn_with_state(
            well_known::WellKnownNotFound::new(extract::SharedContext::new(ctx)),
            well_known::guard,
        );
        let provided = from_fn_with_state(guards, resource_server::provide);
        let router = router.layer(unknown).layer(well_known).layer(provided);
        if ctx.shared_store.contains::<MountedByHand>() {
            return Ok(router);
        }
        // Of two routers without a fallback the one that is merged gives its own: the app's.
        Ok(mounted::<H>(ctx)?.merge(router))
    }

    async fn check(&self, ctx: &AppContext) -> loco_rs::Result<Option<Check>> {
        // The doctor builds no router; what mounts by hand says so when it is asked for routes.
        drop(H::routes(ctx));
        let by_hand = ctx.shared_store.contains::<MountedByHand>();
        Ok(Some(doctor::check::<D>(ctx, by_hand).await))
    }
}

/// Our routes inside the app's own enabled middleware, in the app's order (MO-03).
fn mounted<H: Hooks>(ctx: &AppContext) -> loco_rs::Result<Router> {
    let settings = load::settings(ctx)?;
    let list = AppRoutes::empty()
        .add_routes(routes::routes(ctx, &settings))
        .collect();
    let mut router = Router::<AppContext>::new();
    for route in list {
        tracing::info!("{route}");
        router = router.route(&route.uri, route.method);
    }
    for middleware in H::middlewares(ctx)
        .iter()
        .filter(|middleware| middleware.is_enabled())
    {
        router = match middleware.name() {
            "logger" => router.layer(log_layer()),
            name if REPLACED.contains(&name) => router,
            _ => middleware.apply(router)?,
        };
    }
    Ok(router.layer(from_fn(strip)).with_state(ctx.clone()))
}

/// Loco's request span without the query, which may hold hints and state.
fn log_layer() -> TraceLayer<
    tower_http::classify::SharedClassifier<tower_http::classify::ServerErrorsAsFailures>,
    impl Fn(&Request) -> tracing::Span + Clone,
> {
    TraceLayer::new_for_http().make_span_with(|request: &Request| {
        use loco_rs::controller::middleware::request_id::LocoRequestId;
        let id = request.extensions().get::<LocoRequestId>();
        let request_id = id.map_or("", LocoRequestId::get);
        tracing::error_span!(
            "http-request",
            "http.method" = %request.method(),
            "http.path" = request.uri().path(),
            request_id,
        )
    })
}

/// What `secure_headers` of the app must not do to our answers (OS-08): sign everybody out
/// on every answer, or add a second policy.
async fn strip(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.remove(HeaderName::from_static("clear-site-data"));
    if let Some(first) = headers.get(header::CONTENT_SECURITY_POLICY).cloned() {
        headers.insert(header::CONTENT_SECURITY_POLICY, first);
    }
    response
}
