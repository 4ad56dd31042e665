//! The guarded fetcher against a server that means no good.

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use loco_oauth_server::{
    Seconds, UnixTime,
    internals::{
        config::Settings,
        fetch::{DOCUMENT, FetchError, FetchRequest, FetchResponse, Fetcher, HostResolver},
    },
};
use loco_rs::environment::Environment;
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::https::{HttpsServer, NAME, Reply, ReplyBody};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// Every name lies on this machine, until it is asked for a second time.
#[derive(Default)]
struct Names {
    asked: AtomicUsize,
    hosts: Mutex<Vec<String>>,
}

#[async_trait]
impl HostResolver for Names {
    async fn addresses(&self, host: &str) -> std::io::Result<Vec<IpAddr>> {
        self.hosts.lock().unwrap().push(host.to_owned());
        match self.asked.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(vec![[127, 0, 0, 1].into()]),
            _ => Ok(vec![[169, 254, 169, 254].into()]),
        }
    }
}

fn settings(https: &HttpsServer, base_url: &str) -> Settings {
    let mut block = https.settings(&json!({}));
    block["base_url"] = json!(base_url);
    let read = Settings::from_config(Some(&block), &Environment::Test, base_url, "dummy");
    read.unwrap()
}

fn fetcher(https: &HttpsServer) -> Fetcher {
    Fetcher::new(&settings(https, "http://127.0.0.1:5150")).unwrap()
}

fn wanted(url: &str) -> FetchRequest<'_> {
    FetchRequest {
        url,
        max_bytes: DOCUMENT,
        etag: None,
    }
}

fn text(fetched: &FetchResponse) -> Value {
    serde_json::from_slice(fetched.body.as_ref().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_with_its_freshness_and_its_tag() {
    let https = HttpsServer::start().await;
    let reply = Reply::json(&json!({"a": 1})).with("cache-control", "max-age=120");
    https.serve("/doc", reply.with("etag", "\"v1\""));
    let fetcher = fetcher(&https);
    let url = https.url("/doc");
    let answer = fetcher.get(wanted(&url), NOW).await.unwrap();
    assert_eq!(text(&answer), json!({"a": 1}));
    assert_eq!(
        (answer.fresh_for, answer.etag.as_deref()),
        (Seconds::minutes(2), Some("\"v1\""))
    );
    let again = FetchRequest {
        etag: Some("\"v1\""),
        ..wanted(&url)
    };
    let again = fetcher.get(again, NOW).await.unwrap();
    assert_eq!((again.body, again.etag.as_deref()), (None, Some("\"v1\"")));
    // Nothing is kept between fetches, no connection either.
    assert_eq!(https.connections(), 2);
}

#[rstest]
#[case::created(Reply::status(201), FetchError::Status(201))]
#[case::not_found(Reply::status(404), FetchError::Status(404))]
#[case::redirect_301(Reply::status(301).with("location", "/doc"), FetchError::Status(301))]
#[case::redirect_302(Reply::status(302).with("location", "/doc"), FetchError::Status(302))]
#[case::redirect_307(Reply::status(307).with("location", "/doc"), FetchError::Status(307))]
#[case::unasked_304(Reply::status(304), FetchError::Status(304))]
#[case::html(Reply::text("{}").with("content-type", "text/html"), FetchError::Type)]
#[case::json_by_name(Reply::text("{}").with("content-type", "text/json"), FetchError::Type)]
#[case::compressed(Reply::text("{}").with("content-encoding", "gzip"), FetchError::Type)]
#[case::too_large(Reply::text(&" ".repeat(DOCUMENT + 1)), FetchError::TooLarge)]
#[case::endless(Reply::text("").body(ReplyBody::Endless), FetchError::TooLarge)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_200_with_a_little_json(#[case] reply: Reply, #[case] expected: FetchError) {
    let https = HttpsServer::start().await;
    https.serve("/doc", Reply::text("{}"));
    https.serve("/bad", reply);
    let outcome = fetcher(&https).get(wanted(&https.url("/bad")), NOW).await;
    assert_eq!(outcome, Err(expected));
    assert_eq!(https.requests().len(), 1, "nothing was followed");
}

#[tokio::test(flavor = "multi_thread")]
async fn types_that_are_json() {
    let https = HttpsServer::start().await;
    let fetcher = fetcher(&https);
    for media_type in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/jwk-set+json",
    ] {
        https.serve("/doc", Reply::text("{}").with("content-type", media_type));
        let outcome = fetcher.get(wanted(&https.url("/doc")), NOW).await;
        assert!(outcome.is_ok(), "{media_type}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_exactly_the_limit() {
    let https = HttpsServer::start().await;
    https.serve("/doc", Reply::text(&" ".repeat(DOCUMENT)));
    let fetched = fetcher(&https).get(wanted(&https.url("/doc")), NOW).await;
    assert_eq!(fetched.unwrap().body.unwrap().len(), DOCUMENT);
}

/// The deadline is over everything: before the headers, and in the middle of the body.
#[rstest]
#[case::body(Duration::ZERO)]
#[case::headers(Duration::from_hours(1))]
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_server_is_left_within_five_seconds(#[case] delay: Duration) {
    let https = HttpsServer::start().await;
    https.serve("/doc", Reply::text("").body(ReplyBody::Silent));
    https.delay(delay);
    let outcome = fetcher(&https).get(wanted(&https.url("/doc")), NOW).await;
    assert_eq!(outcome, Err(FetchError::Deadline));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_resolved_once_and_its_certificate_is_that_of_the_name() {
    let https = HttpsServer::start().await;
    https.serve("/doc", Reply::text("{}"));
    let settings = settings(&https, "http://127.0.0.1:5150");
    // `localhost` is the one host that a developer's server fetches from on any port.
    let names = Arc::new(Names::default());
    let fetcher = Fetcher::with_lookup(&settings, names.clone()).unwrap();
    let url = https.url("/doc");
    assert!(fetcher.get(wanted(&url), NOW).await.is_ok());
    assert_eq!(*names.hosts.lock().unwrap(), ["localhost"]);
    // The name moved meanwhile: the next fetch sees it, and the connection is not made.
    let moved = fetcher.get(wanted(&url), NOW).await;
    let metadata = IpAddr::from([169, 254, 169, 254]);
    assert_eq!(moved, Err(FetchError::SpecialUse(metadata)));
    assert_eq!(https.connections(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_an_unknown_authority_or_for_another_name() {
    let (https, other) = (HttpsServer::start().await, HttpsServer::start().await);
    https.serve("/doc", Reply::text("{}"));
    let stranger = fetcher(&other).get(wanted(&https.url("/doc")), NOW).await;
    assert!(
        matches!(stranger, Err(FetchError::Connection(_))),
        "{stranger:?}"
    );
    // The certificate has `127.0.0.1` and `localhost`, not `127.0.0.2`.
    let by_address = |host| format!("https://{host}:{}/doc", https.address.port());
    let fetcher = fetcher(&https);
    assert!(
        fetcher
            .get(wanted(&by_address("127.0.0.1")), NOW)
            .await
            .is_ok()
    );
    let outcome = fetcher.get(wanted(&by_address("127.0.0.2")), NOW).await;
    assert!(
        matches!(outcome, Err(FetchError::Connection(_))),
        "{outcome:?}"
    );
    assert_eq!(https.requests().len(), 1);
}

/// C155, C165: nobody is even connected to.
#[tokio::test(flavor = "multi_thread")]
async fn a_public_server_fetches_nothing_from_its_own_machine() {
    let https = HttpsServer::start().await;
    https.serve("/doc", Reply::text("{}"));
    let fetcher = Fetcher::new(&settings(&https, "https://as.example")).unwrap();
    let port = https.address.port();
    for url in [https.url("/doc"), format!("https://127.0.0.1:{port}/doc")] {
        let outcome = fetcher.get(wanted(&url), NOW).await;
        assert_eq!(outcome, Err(FetchError::Url), "{url}: not port 443");
    }
    let names = Arc::new(Names::default());
    let settings = settings(&https, "https://as.example");
    let fetcher = Fetcher::with_lookup(&settings, names).unwrap();
    let outcome = fetcher.get(wanted("https://client.example/doc"), NOW).await;
    let own = IpAddr::from([127, 0, 0, 1]);
    assert_eq!(outcome, Err(FetchError::SpecialUse(own)), "{NAME}");
    assert_eq!(https.connections(), 0);
}

#[rstest]
#[case::http("http://client.example/doc")]
#[case::upper_case_scheme("HTTPS://client.example/doc")]
#[case::user("https://user@client.example/doc")]
#[case::password("https://:secret@client.example/doc")]
#[case::fragment("https://client.example/doc#")]
#[case::port("https://client.example:8443/doc")]
#[case::ssh("https://client.example:22/doc")]
#[case::file("file:///etc/passwd")]
#[case::nothing("https://")]
#[case::relative("/doc")]
#[tokio::test(flavor = "multi_thread")]
async fn urls_that_are_never_fetched(#[case] url: &str) {
    let https = HttpsServer::start().await;
    let fetcher = fetcher(&https);
    assert_eq!(fetcher.check(url), Err(FetchError::Url));
    assert_eq!(fetcher.get(wanted(url), NOW).await, Err(FetchError::Url));
}

/// An address instead of a name, in every spelling that a URL parser takes for one.
#[rstest]
#[case("https://10.0.0.1/doc")]
#[case("https://169.254.169.254/doc")]
#[case("https://100.64.0.1/doc")]
#[case("https://0x7f.1/doc")]
#[case("https://2130706433/doc")]
#[case("https://017700000001/doc")]
#[case("https://127.1/doc")]
#[case("https://[::1]/doc")]
#[case("https://[::ffff:127.0.0.1]/doc")]
#[case("https://[fd00::1]/doc")]
#[case("https://[64:ff9b::7f00:1]/doc")]
#[case("https://[2002:7f00:1::]/doc")]
#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_are_never_fetched(#[case] url: &str) {
    let https = HttpsServer::start().await;
    let fetcher = Fetcher::new(&settings(&https, "https://as.example")).unwrap();
    let refused = fetcher.check(url).unwrap_err();
    assert!(matches!(refused, FetchError::SpecialUse(_)), "{refused}");
    assert_eq!(fetcher.get(wanted(url), NOW).await, Err(refused));
    assert_eq!(https.connections(), 0);
}

/// CI-03: equal fetches at the same moment are one, and different ones are not.
#[tokio::test(flavor = "multi_thread")]
async fn ci_03_equal_fetches_are_merged() {
    let https = HttpsServer::start().await;
    https.serve("/doc", Reply::text("{\"a\":1}"));
    https.serve("/other", Reply::text("{\"a\":2}"));
    https.delay(Duration::from_millis(300));
    let fetcher = fetcher(&https);
    let (url, other) = (https.url("/doc"), https.url("/other"));
    let many = (0..20).map(|_| fetcher.get(wanted(&url), NOW));
    let (many, other) = futures_util::future::join(
        futures_util::future::join_all(many),
        fetcher.get(wanted(&other), NOW),
    )
    .await;
    for fetched in many {
        assert_eq!(text(&fetched.unwrap()), json!({"a": 1}));
    }
    assert_eq!(text(&other.unwrap()), json!({"a": 2}));
    assert_eq!(https.connections(), 2);
    fetcher.get(wanted(&url), NOW).await.unwrap();
    assert_eq!(https.connections(), 3, "a finished fetch is not a cache");
}

/// CI-03. Failures count, and are not kept.
#[tokio::test(flavor = "multi_thread")]
async fn ci_03_ten_fetches_of_one_host_in_a_minute() {
    let https = HttpsServer::start().await;
    let fetcher = fetcher(&https);
    let url = https.url("/doc");
    for _ in 0..9 {
        let outcome = fetcher.get(wanted(&url), NOW).await;
        assert_eq!(outcome, Err(FetchError::Status(404)));
    }
    https.serve("/doc", Reply::text("{}"));
    assert!(fetcher.get(wanted(&url), NOW).await.is_ok());
    let outcome = fetcher.get(wanted(&url), NOW + Seconds::new(59)).await;
    assert_eq!(outcome, Err(FetchError::Budget));
    assert!(
        fetcher
            .get(wanted(&url), NOW + Seconds::minutes(1))
            .await
            .is_ok()
    );
}

#[test]
fn an_extra_authority_that_is_none_stops_the_boot() {
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    for file in [empty, directory.path().join("missing.pem")] {
        let block = json!({ "fetch": { "extra_ca_file": file } });
        let url = "http://localhost:5150";
        let read = Settings::from_config(Some(&block), &Environment::Test, url, "dummy");
        let refused = Fetcher::new(&read.unwrap()).unwrap_err().to_string();
        assert!(refused.contains("fetch.extra_ca_file"), "{refused}");
    }
}
