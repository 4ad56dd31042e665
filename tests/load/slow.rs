//! Clients that send byte by byte.

use std::{net::SocketAddr, time::Duration};

use futures_util::future::{join, join_all};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::app::{process::Process, registration, server::TestServer};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Announces a body and sends a byte of it every second; all that comes back, and whether the
/// connection was closed then.
async fn drip(server: &TestServer, path: &str, content_type: &str) -> (String, bool) {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: as.example\r\nContent-Type: {content_type}\r\n\
         Content-Length: 1000\r\n\r\n"
    );
    drip_after(server.address, &head).await
}

async fn drip_after(address: SocketAddr, head: &str) -> (String, bool) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    write.write_all(head.as_bytes()).await.unwrap();
    let dripping = tokio::spawn(async move {
        while write.write_all(b"a").await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
    });
    let mut answer = Vec::new();
    let end = timeout(Duration::from_secs(30), read.read_to_end(&mut answer)).await;
    dripping.abort();
    (String::from_utf8_lossy(&answer).into_owned(), end.is_ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn c265_a_body_that_drips_is_cut_off_and_others_are_served() {
    let server = TestServer::with(registration::open()).await;
    let before = server.everything().await;
    let targets = [
        ("/oauth/token", FORM),
        ("/oauth/introspect", FORM),
        ("/oauth/revoke", FORM),
        ("/oauth/userinfo", FORM),
        ("/oauth/authorize", FORM),
        ("/oauth/login", FORM),
        ("/oauth/signup", FORM),
        ("/oauth/register", JSON),
        ("/oauth/session", JSON),
    ];
    let begun = Instant::now();
    let others = async {
        while begun.elapsed() < Duration::from_secs(3) {
            server.get("/oauth/jwks").await.ok();
            sleep(Duration::from_millis(100)).await;
        }
    };
    let (cut, ()) = join(
        join_all(targets.map(|(path, content_type)| drip(&server, path, content_type))),
        others,
    )
    .await;
    for ((path, _), (answer, closed)) in targets.iter().zip(&cut) {
        assert!(closed, "{path} holds on: {answer}");
        assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
        let shape = match *path {
            "/oauth/authorize" | "/oauth/login" | "/oauth/signup" => "text/html",
            _ => "application/json",
        };
        assert!(answer.contains(shape), "{path}: {answer}");
    }
    assert_eq!(server.everything().await, before);
}

/// `OAuth::serve`: who does not send the headers of a request is let go, at its beginning, in its
/// middle and between two requests.
#[tokio::test(flavor = "multi_thread")]
async fn c265_headers_that_drip_are_cut_off_and_others_are_served() {
    let server = TestServer::start().await;
    let before = server.everything().await;
    let process = Process::start(&server.database).await;
    let heads = [
        "",
        "POST /oauth/token HTTP/1.1\r\nHost: as.example\r\nX-Slow: ",
        "GET /oauth/jwks HTTP/1.1\r\nHost: as.example\r\n\r\nGET /oauth",
    ];
    let begun = Instant::now();
    let others = async {
        while begun.elapsed() < Duration::from_secs(3) {
            let keys = server.http.get(process.url("/oauth/jwks")).send().await;
            assert_eq!(keys.unwrap().status(), 200);
            sleep(Duration::from_millis(100)).await;
        }
    };
    let slow = join_all(heads.map(|head| drip_after(process.address, head)));
    let (cut, ()) = join(slow, others).await;
    for (head, (answer, closed)) in heads.iter().zip(&cut) {
        assert!(closed, "{head:?} holds on: {answer}");
    }
    assert!(cut[2].0.starts_with("HTTP/1.1 200"), "{}", cut[2].0);
    assert_eq!(server.everything().await, before);
}
