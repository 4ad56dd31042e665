//! Authorization codes (TK-09 to TK-16).

use super::refusals;

refusals! {
    /// How an authorization code is refused.
    CodeRefusal:
    Missing {
        rule: "TK-09",
        code: InvalidRequest,
        client: "code is missing",
        problem: "The token request has no authorization code.",
        expected: "code, as it came in the redirect",
        fix: "Send the code of the redirect in the form body.",
        standard: "RFC 6749 §4.1.3",
    }
    Unknown {
        rule: "TK-09",
        code: InvalidGrant,
        client: "The code is not valid",
        problem: "No such code was issued, or it was cleaned up after it had expired.",
        expected: "the code of the last redirect, as it came",
        fix: "Send the code exactly as it came, percent-decoded once; start a new authorization \
            if it is old.",
        standard: "RFC 6749 §5.2",
    }
    OfOtherClient {
        rule: "TK-10",
        code: InvalidGrant,
        client: "The code is not valid",
        problem: "The code was issued to another client; somebody may have injected it.",
        expected: "a code that was issued to this client",
        fix: "Check that the authorization and the token request use the same client_id; the log \
            has an event about the other client, too.",
        standard: "RFC 6749 §5.2, RFC 9700 §4.5",
    }
    RedirectUriOfOtherRequest {
        rule: "TK-11",
        code: InvalidGrant,
        client: "redirect_uri is not the one of the authorization request",
        problem: "The redirect URI of the token request differs from that of the authorization \
            request.",
        expected: "the redirect_uri of the authorization request, byte for byte",
        fix: "Send the same redirect_uri in both requests, or none in the token request when \
            PKCE is used.",
        standard: "RFC 6749 §4.1.3",
    }
    RedirectUriMissing {
        rule: "TK-11",
        code: InvalidRequest,
        client: "redirect_uri is missing",
        problem: "The authorization request had a redirect_uri and no PKCE, so the token request \
            needs it, too.",
        expected: "the redirect_uri of the authorization request",
        fix: "Send the same redirect_uri again, or use PKCE.",
        standard: "RFC 6749 §4.1.3",
    }
    VerifierWrong {
        rule: "TK-12",
        code: InvalidGrant,
        client: "code_verifier does not match the challenge",
        problem: "SHA-256 of the code_verifier is not the code_challenge of the authorization \
            request, or the verifier is malformed.",
        expected: "the verifier of this authorization request: 43 to 128 characters of A-Z a-z \
            0-9 - . _ ~",
        fix: "Keep one verifier for each authorization request until its code is redeemed; two \
            tabs must not share one.",
        standard: "RFC 7636 §4.6",
    }
    VerifierMissing {
        rule: "TK-12",
        code: InvalidGrant,
        client: "code_verifier is missing",
        problem: "The authorization request had a code_challenge, but the token request has no \
            code_verifier.",
        expected: "code_verifier, 43 to 128 characters",
        fix: "Send the verifier that the challenge was made of.",
        standard: "RFC 7636 §4.5",
    }
    VerifierWithoutChallenge {
        rule: "TK-13",
        code: InvalidGrant,
        client: "The authorization request had no code_challenge",
        problem: "A verifier came for a code that was issued without a challenge; somebody may \
            have taken the challenge away.",
        expected: "no code_verifier, or an authorization request with code_challenge",
        fix: "Send code_challenge with S256 in the authorization request.",
        standard: "RFC 9700 §4.8.2",
    }
    ProofMissing {
        rule: "TK-14",
        code: InvalidDpopProof,
        client: "The code is bound to a key: a DPoP proof is needed",
        problem: "The authorization request had dpop_jkt, and the token request has no proof.",
        expected: "the header DPoP with a proof by the key of dpop_jkt",
        fix: "Send a proof by that key with the token request, or leave dpop_jkt out.",
        standard: "RFC 9449 §10",
    }
    OtherKey {
        rule: "TK-14",
        code: InvalidGrant,
        client: "The code is bound to another key",
        problem: "The proof of the token request is by another key than dpop_jkt of the authorization \
            request: another key of the client, or somebody who stole the code.",
        expected: "a proof by the key of dpop_jkt",
        fix: "Use one key from the authorization request to the last refresh.",
        standard: "RFC 9449 §10",
    }
    Used {
        rule: "TK-15",
        code: InvalidGrant,
        client: "The code was used before; its tokens are revoked",
        problem: "The code was redeemed a second time, so that all tokens of it were revoked.",
        expected: "a code that was not redeemed yet",
        fix: "Redeem each code once; look for a retry or a double request in the client.",
        standard: "RFC 6749 §4.1.2",
    }
    Revoked {
        rule: "TK-15",
        code: InvalidGrant,
        client: "The authorization was revoked",
        problem: "The authorization behind the code, or the session that it was given in, has \
            ended.",
        expected: "a code of an authorization and a session that still count",
        fix: "Start a new authorization.",
        standard: "RFC 6749 §5.2",
    }
    Expired {
        rule: "TK-16",
        code: InvalidGrant,
        client: "The code has expired",
        problem: "The code was redeemed later than authorization_code_ttl_seconds after it was \
            issued.",
        expected: "a code that is younger than authorization_code_ttl_seconds",
        fix: "Redeem the code at once; if the client did, compare the clocks of the machines \
            that this server runs on.",
        standard: "RFC 6749 §4.1.2",
    }
    OfLostAccount {
        rule: "TK-16",
        code: InvalidGrant,
        client: "The account is not active",
        problem: "The person behind the code was locked or deleted, or their credentials changed \
            since.",
        expected: "an account that is active and has the credentials that it had",
        fix: "Start a new authorization with an account that is active.",
        standard: "RFC 6749 §5.2",
    }
}
