//! Serves the app as Loco does, and lets go of clients that stay silent.

use std::{convert::Infallible, pin::pin, time::Duration};

use axum::{
    Router, body::Body, extract::ConnectInfo, http::Request, response::Response, serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use loco_rs::{
    app::{AppContext, Hooks},
    boot::{ServeParams, shutdown_signal},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};
use tower::{Service, ServiceExt};

/// Longest wait for the headers of a request, and for the next request of a connection.
const HEADERS: Duration = Duration::from_secs(20);
/// Longest wait for requests that are under way when the process ends. Kubernetes kills after 30 seconds.
const FINISH: Duration = Duration::from_secs(25);

/// For `Hooks::serve`: HTTP/1.1 on the address of the settings, as `axum::serve` does it for Loco,
/// and in addition
///
/// - a connection whose next headers have not arrived after 20 seconds is closed: clients that send
///   a byte now and then hold nothing;
/// - at the end (`SIGTERM`, Ctrl-C) nothing new is accepted, requests that run get 25 seconds, and
///   then the process ends whatever is still open: event streams would hold it for ever.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve<H: Hooks>(
    app: Router,
    ctx: &AppContext,
    params: &ServeParams,
) -> loco_rs::Result<()> {
    let address = format!("{}:{}", params.binding, params.port);
    let mut listener = TcpListener::bind(address).await?;
    let (end, ending) = watch::channel(());
    let mut told = pin!(shutdown_signal());
    loop {
        let (stream, peer) = tokio::select! {
            // `accept` waits while no file descriptor is free, so that it never fails.
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut told => break,
        };
        let app = app.clone().map_request(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        tokio::spawn(connection(app, stream, ending.clone()));
    }
    drop((listener, ending));
    tracing::info!("shutting down...");
    H::on_shutdown(ctx).await;
    end.send_replace(());
    if timeout(FINISH, end.closed()).await.is_err() {
        tracing::warn!("requests were still running after {} s", FINISH.as_secs());
    }
    Ok(())
}

/// Answers the requests of a connection, one after the other, until it or the process ends.
async fn connection<S>(service: S, stream: TcpStream, mut ending: watch::Receiver<()>)
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        _ = ending.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended early");
    }
}
