//! Proofs with pushed requests (PR-04, RFC 9449 §10.1).

use loco_oauth_server::testing::DpopKey;
use serde_json::json;

use crate::app::{
    browser::Authorize,
    dpop::proof_header,
    fixtures::PUB_CB,
    server::{Answer, TestServer},
    tokens::text,
};

impl TestServer {
    async fn push_with(&self, more: &[(&str, &str)], proofs: &[&str]) -> Answer {
        let request = Authorize::of("pub", PUB_CB).with("scope", "openid read");
        let add = |request: Authorize, pair: &(&str, &str)| request.and(pair.0, pair.1);
        let Authorize(form) = more.iter().fold(request, add);
        let mut post = self.http.post(self.url("/oauth/par")).form(&form);
        for proof in proofs {
            post = post.header("DPoP", *proof);
        }
        self.send(post).await
    }

    /// The code to which a pushed request leads.
    async fn code_of_pushed(&self, pushed: &Answer) -> String {
        assert_eq!(pushed.status, 201, "{pushed:?}");
        let handle = pushed.json();
        let pairs = [
            ("client_id", "pub"),
            ("request_uri", text(&handle, "request_uri")),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.browser().code(&Authorize(pairs.to_vec())).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c215_pr_04_a_proof_binds_the_code() {
    let server = TestServer::start().await;
    let (key, other) = (DpopKey::new(), DpopKey::new());
    let jkt = key.thumbprint();
    let named = [("dpop_jkt", jkt.as_str())];
    for more in [&named[..0], &named[..]] {
        let proof = key.proof(&server.ctx, "POST", "/oauth/par");
        let pushed = server.push_with(more, &[&proof]).await;
        let code = server.code_of_pushed(&pushed).await;
        let proof = server.token_proof(&other);
        let answer = server.redeem_by("pub", &code, &[&proof]).await;
        answer.assert_error(400, "invalid_grant");
        let answer = server.redeem_by("pub", &code, &[]).await;
        answer.assert_error(400, "invalid_dpop_proof");
        let proof = server.token_proof(&key);
        server.redeem_by("pub", &code, &[&proof]).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pr_04_what_is_refused() {
    let server = TestServer::start().await;
    let (key, other) = (DpopKey::new(), DpopKey::new());
    let good = || key.proof(&server.ctx, "POST", "/oauth/par");
    let jkt = other.thumbprint();
    let proof = good();
    let answer = server.push_with(&[("dpop_jkt", &jkt)], &[&proof]).await;
    answer.assert_error(400, "invalid_dpop_proof");
    // A request that is refused uses no proof up.
    assert_eq!(server.push_with(&[], &[&proof]).await.status, 201);
    let of_token = server.token_proof(&key);
    for proofs in [vec![of_token.as_str()], vec![proof.as_str()], vec!["proof"]] {
        let answer = server.push_with(&[], &proofs).await;
        answer.assert_error(400, "invalid_dpop_proof");
    }
    let proofs = [good(), good()];
    let answer = server.push_with(&[], &[&proofs[0], &proofs[1]]).await;
    answer.assert_error(400, "invalid_dpop_proof");
    let answer = server.push_with(&[("dpop_jkt", "x")], &[]).await;
    answer.assert_error(400, "invalid_request");
    for seconds in [-10, 10] {
        let mut claims = server.proof_claims();
        claims["htu"] = json!("https://as.example/oauth/par");
        claims["iat"] = json!(server.now() + seconds);
        let proof = key.sign(&proof_header(&key), &claims);
        assert_eq!(server.push_with(&[], &[&proof]).await.status, 201);
    }
}
