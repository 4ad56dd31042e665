//! The Loco initializer: builds the server, mounts the routes, answers the doctor (MO-01 to MO-06).

use std::marker::PhantomData;

use async_trait::async_trait;
use axum::{
    Router,
    extract::Request,
    http::{HeaderName, header},
    middleware::from_fn_with_state,
    response::Response,
};
use loco_rs::{
    app::{AppContext, Hooks, Initializer},
    controller::AppRoutes,
    doctor::Check,
};
use tower::util::MapResponseLayer;
use tower_http::trace::TraceLayer;

use crate::{
    app::{plugin::MountedByHand, routes, well_known},
    boot::{self, definition::OAuthServerDefinition, load},
    http::{extract, fallback_headers},
    operations::doctor,
    resource_server::{self, GuardState},
};

/// Names of the app's middleware that the routes of this server do not get (MO-03): two fallbacks cannot
/// be merged, each endpoint has its own body limit and CORS, and the request log must not hold queries.
const REPLACED: [&str; 5] = ["static", "fallback", "limit_payload", "cors", "logger"];

/// Mounts the authorization server of `D` into the app `H`.
pub struct OAuthInitializer<D, H> {
    types: PhantomData<fn() -> (D, H)>,
}

impl<D, H> OAuthInitializer<D, H> {
    /// Makes the initializer and does nothing else: `cargo loco doctor` makes it without a boot (MO-01).
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
        let resumed = server.logouts.resume().await;
        resumed.map_err(boot::error)?;
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
        // `mounted` sets no fallback, and `merge` then keeps the fallback of its argument, the app's router.
        Ok(mounted::<H>(ctx)?.merge(router))
    }

    async fn check(&self, ctx: &AppContext) -> loco_rs::Result<Option<Check>> {
        // The doctor builds no router. If `Hooks::routes` calls `OAuth::routes`, that leaves the mark.
        drop(H::routes(ctx));
        let mounted_by = if ctx.shared_store.contains::<MountedByHand>() {
            doctor::MountedBy::App
        } else {
            doctor::MountedBy::Initializer
        };
        Ok(Some(doctor::check::<D>(ctx, mounted_by).await))
    }
}

/// The routes of this server inside the app's enabled middleware, in the app's order (MO-03).
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
    let middlewares = H::middlewares(ctx).into_iter();
    for middleware in middlewares.filter(|middleware| middleware.is_enabled()) {
        router = match middleware.name() {
            "logger" => router.layer(log_layer()),
            name if REPLACED.contains(&name) => router,
            _ => middleware.apply(router)?,
        };
    }
    Ok(router
        .layer(MapResponseLayer::new(strip))
        .with_state(ctx.clone()))
}

/// A request span like Loco's, but without the query, which may hold hints and `state`.
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

/// Undoes what the app's `secure_headers` must not do to answers of this server: sign everybody out by
/// `Clear-Site-Data` (OS-08), or add a second `Content-Security-Policy`.
fn strip(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.remove(HeaderName::from_static("clear-site-data"));
    if let Some(first) = headers.get(header::CONTENT_SECURITY_POLICY).cloned() {
        headers.insert(header::CONTENT_SECURITY_POLICY, first);
    }
    response
}
