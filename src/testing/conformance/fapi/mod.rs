//! FAPI 2.0 Security Profile (Final), with `private_key_jwt`, `DPoP` and PAR. The names of the modules
//! are those of the suite, which puts `fapi2-security-profile-final-` before each.

mod assertions;
mod clients;
mod codes;
mod discovery;
mod flows;
mod proofs;
mod pushed;
mod refresh;
mod resource;

use super::plan::{Module, modules};

pub(super) fn modules() -> Vec<Module> {
    let mut all = modules! {
        "fapi2-security-profile-final-discovery-end-point-verification" => discovery::verification,
        "fapi2-security-profile-final-happy-flow" => flows::happy_flow,
        "fapi2-security-profile-final-user-rejects-authentication" => flows::user_rejects,
        "fapi2-security-profile-final-ensure-authorization-request-without-state-success" => flows::without_state,
        "fapi2-security-profile-final-ensure-authorization-request-without-nonce-success" => flows::without_nonce,
        "fapi2-security-profile-final-ensure-authorization-request-with-64-char-nonce-success" => flows::nonce_of_64,
        "fapi2-security-profile-final-ensure-authorization-request-with-long-nonce" => flows::long_nonce,
        "fapi2-security-profile-final-ensure-authorization-request-with-long-state" => flows::long_state,
        "fapi2-security-profile-final-ensure-other-scope-order-succeeds" => flows::other_scope_order,
        "fapi2-security-profile-final-test-claims-parameter-identity-claims" => flows::claims_parameter,
        "fapi2-security-profile-final-access-token-type-header-case-sensitivity" => resource::scheme_in_any_case,
        "fapi2-security-profile-final-check-dpop-proof-nbf-exp" => proofs::with_nbf_and_exp,
        "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds" => proofs::ten_seconds_before,
        "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds" => proofs::ten_seconds_after,
        "fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails" => proofs::other_jkt_at_par,
        "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt" => proofs::other_key_at_token,
        "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt" => proofs::other_jkt_at_token,
        "fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success" => proofs::bound_by_proof,
        "fapi2-security-profile-final-ensure-dpop-auth-code-binding-success" => proofs::bound_by_jkt,
    };
    all.extend(modules! {
        "fapi2-security-profile-final-ensure-registered-redirect-uri" => pushed::unregistered_redirect_uri,
        "fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails" => pushed::without_par,
        "fapi2-security-profile-final-ensure-redirect-uri-in-authorization-request" => pushed::without_redirect_uri,
        "fapi2-security-profile-final-ensure-response-type-code-idtoken-fails" => pushed::code_id_token,
        "fapi2-security-profile-final-ensure-response-type-token-fails" => pushed::implicit,
        "fapi2-security-profile-final-ensure-client-id-in-token-endpoint" => codes::client_id_of_other,
        "fapi2-security-profile-final-ensure-holder-of-key-required" => codes::without_proof,
        "fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client" => codes::of_other_client,
        "fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second" => codes::reuse,
        "fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code" => codes::expired,
        "fapi2-security-profile-final-ensure-signed-client-assertion-with-RS256-fails" => assertions::rs256,
        "fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint" => assertions::missing,
        "fapi2-security-profile-final-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails" => assertions::expired,
        "fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails" => assertions::wrong_audience,
        "fapi2-security-profile-final-ensure-client-assertion-with-no-sub-fails" => assertions::without_sub,
        "fapi2-security-profile-final-dpop-negative-tests" => resource::negative_tests,
        "fapi2-security-profile-final-refresh-token" => refresh::refresh_token,
        "fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds" => pushed::visited_twice,
        "fapi2-security-profile-final-par-attempt-reuse-request_uri" => pushed::reuse,
        "fapi2-security-profile-final-par-attempt-to-use-expired-request_uri" => pushed::expired,
        "fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client" => pushed::of_other_client,
        "fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param" => pushed::with_request_uri,
        "fapi2-security-profile-final-par-attempt-invalid-http-method" => pushed::wrong_method,
        "fapi2-security-profile-final-par-ensure-pkce-required" => pushed::without_pkce,
        "fapi2-security-profile-final-par-plain-pkce-rejected" => pushed::plain_pkce,
        "fapi2-security-profile-final-ensure-pkce-code-verifier-required" => codes::without_verifier,
        "fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected" => codes::wrong_verifier,
        "fapi2-security-profile-final-par-without-duplicate-parameters" => pushed::without_duplicates,
        "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted" => assertions::nbf_in_8_seconds,
        "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails" => assertions::nbf_in_a_minute,
        "fapi2-security-profile-final-par-test-array-as-audience-fails" => assertions::array_as_audience,
        "fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails" => assertions::par_as_audience,
        "fapi2-security-profile-final-par-test-token-endpoint-url-as-audience-fails" => assertions::token_endpoint_as_audience,
    });
    all
}
