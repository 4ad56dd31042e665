//! Pushed authorization requests (GE-11, PR-02, PR-04, PR-06).

use super::refusals;

refusals! {
    /// How a pushed request is refused, and the handle of one.
    PushedRefusal:
    Off {
        rule: "GE-11",
        code: InvalidRequest,
        client: "Pushed requests are off: the setting is par.enabled",
        problem: "A client wants to push its authorization request, but the settings do not allow it.",
        expected: "par: {enabled: true}, and authorization_code in grant_types",
        fix: "Switch pushed requests off in the client, or set par.enabled.",
        standard: "RFC 9126 §5",
    }
    RequestUriPushed {
        rule: "PR-02",
        code: InvalidRequest,
        client: "request_uri must not be pushed",
        problem: "The client pushed a reference to another request.",
        expected: "the parameters of the authorization request, without request_uri",
        fix: "Push the parameters themselves, or a signed request as the parameter request.",
        standard: "RFC 9126 §2.1",
    }
    OtherKey {
        rule: "PR-04",
        code: InvalidDpopProof,
        client: "dpop_jkt is not the key of the DPoP proof",
        problem: "The client pushed a request for one key, with a proof by another.",
        expected: "dpop_jkt: the thumbprint of the key that signed the proof, or no dpop_jkt",
        fix: "Send a proof by the key that the token request will use; the proof alone is enough.",
        standard: "RFC 9449 §10.1",
    }
    HandleUnknown {
        rule: "PR-06",
        code: InvalidRequestUri,
        client: "request_uri is not one of this client",
        problem: "No pushed request has this request_uri: it was mistyped, or it expired so long ago \
            that it was deleted.",
        expected: "the request_uri of the answer to a pushed request of this client",
        fix: "Push the request again, and send the browser with its request_uri.",
        standard: "RFC 9126 §4",
    }
    HandleOfOtherClient {
        rule: "PR-06",
        code: InvalidRequestUri,
        client: "request_uri is not one of this client",
        problem: "Another client pushed the request of this request_uri, which stays usable for that \
            one.",
        expected: "the client_id of the client that pushed the request",
        fix: "Send the client_id with which the request was pushed beside its request_uri.",
        standard: "RFC 9126 §2.2, RFC 9101 §5",
    }
    HandleExpired {
        rule: "PR-06",
        code: InvalidRequestUri,
        client: "request_uri has expired",
        problem: "The browser came with the request_uri after the seconds that expires_in named, or the \
            person took longer than state_ttl_seconds.",
        expected: "a browser within par.ttl_seconds after the push",
        fix: "Push the request when the person wants to sign in, not before; raise par.ttl_seconds if \
            people need longer.",
        standard: "RFC 9126 §2.2, §4",
    }
    ClientChanged {
        rule: "PR-06",
        code: InvalidRequestUri,
        client: "The client has changed since the request was pushed",
        problem: "The metadata of the client were changed after it had pushed the request, which was checked \
            against the old ones.",
        expected: "a client that is as it was at the push",
        fix: "Push the request again, and send the browser with its request_uri.",
        standard: "RFC 9126 §4",
    }
    HandleUsed {
        rule: "PR-06",
        code: InvalidRequestUri,
        client: "request_uri was used before",
        problem: "The request of this request_uri was answered, with a code or with an error.",
        expected: "a request_uri that was not used before",
        fix: "Push a new request for each authorization.",
        standard: "RFC 9126 §4, §7.3",
    }
    HandleOfOtherBrowser {
        rule: "PR-06",
        code: InvalidRequestUri,
        client: "request_uri is used in another browser",
        problem: "Another browser came with this request_uri first, or the browser did not keep its \
            cookie.",
        expected: "the browser that came first",
        fix: "Push a new request for each browser; somebody else may have seen the address of this one.",
        standard: "RFC 9126 §7.3",
    }
}
