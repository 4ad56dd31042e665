//! Clients that hang up (CC-04).

use std::time::Duration;

use crate::app::{
    browser::{Authorize, encoded},
    fixtures::SECRET,
    server::TestServer,
    tokens::redemption,
};

/// FA-02, CC-04: a client that disconnects leaves all or nothing.
#[tokio::test(flavor = "multi_thread")]
async fn c235_fa_02_cc_04_clients_that_disconnect() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let mut unfinished = 0;
    for round in 0..30_u64 {
        let code = browser.code(&Authorize::base()).await;
        let request = server
            .http
            .post(server.url("/oauth/token"))
            .basic_auth("conf", Some(encoded(SECRET)))
            .form(&redemption(&code, &[]));
        let wait = Duration::from_micros(300 * round);
        unfinished += usize::from(tokio::time::timeout(wait, request.send()).await.is_err());
    }
    assert!(unfinished > 0, "nobody disconnected in time");
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.assert_whole().await;
}
