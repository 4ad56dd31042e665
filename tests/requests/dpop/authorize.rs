//! A code that is bound to a key from the beginning (AZ-26, TK-14, RFC 9449 §10).

use loco_oauth_server::testing::DpopKey;

use crate::app::{
    browser::Authorize,
    fixtures::{CONF_CB, PUB_CB},
    server::TestServer,
};

#[tokio::test(flavor = "multi_thread")]
async fn c215_tk_14_a_code_for_one_key() {
    let server = TestServer::start().await;
    let (key, other) = (DpopKey::new(), DpopKey::new());
    let jkt = key.thumbprint();
    for client in ["pub", "conf"] {
        let code = server.code_with(client, &[("dpop_jkt", &jkt)]).await;
        let before = server.ledger().await;
        let answer = server.redeem_by(client, &code, &[]).await;
        answer.assert_error(400, "invalid_dpop_proof");
        let proof = server.token_proof(&other);
        let answer = server.redeem_by(client, &code, &[&proof]).await;
        answer.assert_error(400, "invalid_grant");
        assert_eq!(
            server.ledger().await,
            before,
            "no tokens, and the code is unused"
        );
        let proof = server.token_proof(&key);
        let tokens = server.redeem_by(client, &code, &[&proof]).await.ok();
        assert_eq!(tokens["token_type"], "DPoP");
        // A confidential client may still change its key later.
        let proof = server.token_proof(&other);
        let status = server.refresh_by(client, &tokens, &[&proof]).await.status;
        assert_eq!(status, if client == "pub" { 400 } else { 200 });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn az_26_thumbprints_at_authorize() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let base = Authorize::base;
    for bad in ["x", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4J", "é"] {
        let answer = browser.authorize(&base().and("dpop_jkt", bad)).await;
        answer.assert_back(CONF_CB, "invalid_request");
    }
    let jkt = DpopKey::new().thumbprint();
    let twice = base().and("dpop_jkt", &jkt).and("dpop_jkt", &jkt);
    browser
        .authorize(&twice)
        .await
        .assert_back(CONF_CB, "invalid_request");
    // An empty value counts as not sent (GE-02).
    let code = browser.code(&base().and("dpop_jkt", "")).await;
    server.redeem(&code).await.ok();
    // It is kept over the pages of a login.
    let request = Authorize::of("pub", PUB_CB).and("dpop_jkt", &jkt);
    server.browser().code(&request).await;
    let grants = server.grants().await;
    assert_eq!(grants.last().unwrap().dpop_jkt, Some(jkt.clone()));
    // A server that reads no proofs does not know the parameter.
    let off = serde_json::json!({ "dpop": { "enabled": false } });
    let off = server.twin(off).await;
    let code = off.code_with("pub", &[("dpop_jkt", "x")]).await;
    off.redeem_by("pub", &code, &[]).await.ok();
}

/// TK-15: whoever redeems first with a proof of their own has not switched off what tells of the theft.
#[tokio::test(flavor = "multi_thread")]
async fn tk_15_a_replay_is_one_whatever_key_the_code_was_redeemed_with() {
    for proofs in [0, 1] {
        let server = TestServer::start().await;
        let (thief, own) = (DpopKey::new(), DpopKey::new());
        let code = server.code_with("pub", &[]).await;
        let proof = server.token_proof(&thief);
        server.redeem_by("pub", &code, &[&proof]).await.ok();
        let proof = server.token_proof(&own);
        let sent: &[&str] = if proofs == 0 { &[] } else { &[&proof] };
        let answer = server.redeem_by("pub", &code, sent).await;
        answer.assert_error(400, "invalid_grant");
        assert_eq!(server.revocations().await, [Some("code_replay".to_owned())]);
    }
}
