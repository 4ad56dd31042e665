//! Logout that the server tells clients about (Back-Channel Logout 1.0).

use serde_json::json;

use super::logout::{Logout, at_client, is_over, signed_out_uri};
use crate::testing::conformance::{
    relying_party::{RelyingParty, SITE},
    report::{Checked, ensure},
    suite::Suite,
};

pub(super) async fn discovery(suite: &Suite<'_>) -> Checked {
    suite.needs_true("backchannel_logout_supported")?;
    let by_session = suite.metadata["backchannel_logout_session_supported"] == true;
    ensure!(by_session, "backchannel_logout_session_supported is not true");
    suite.endpoint("end_session_endpoint").map(drop)
}

pub(super) async fn rp_initiated_logout(suite: &Suite<'_>) -> Checked {
    suite.needs_true("backchannel_logout_supported")?;
    let rp = RelyingParty::registered(
        suite,
        &json!({
            "post_logout_redirect_uris": [signed_out_uri()],
            "backchannel_logout_uri": format!("{SITE}/back-channel"),
            "backchannel_logout_session_required": true,
        }),
    )
    .await?;
    let told = &rp.registered["backchannel_logout_uri"];
    ensure!(told.is_string(), "backchannel_logout_uri was not registered: {}", rp.registered);
    let session = rp.request().tokens().await?;
    ensure!(session.claims["sid"].is_string(), "the ID token has no sid: {}", session.claims);
    let state = suite.random();
    let logout = Logout::hinted(&session).returning(&signed_out_uri()).with("state", &state);
    let walked = logout.send().await?;
    at_client(&walked, Some(&state))?;
    is_over(&session, &walked).await?;
    suite.warn("what is posted to backchannel_logout_uri is not looked at");
    Ok(())
}
