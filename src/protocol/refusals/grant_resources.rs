//! Resources at the exchange of a code or a refresh token (TK-17, TK-24).

use super::refusals;

refusals! {
    /// How a resource is refused that a code or a refresh token is exchanged for.
    GrantResourceRefusal:
    NoResourceLeft {
        rule: "TK-17",
        code: InvalidTarget,
        client: "The client may no longer reach a resource of the grant",
        problem: "Every resource of the grant was taken away from the client since.",
        expected: "a client that may reach one of the resources of the grant",
        fix: "Give the client its resources back, or start a new authorization for another \
            resource.",
        standard: "RFC 8707 §2.2",
    }
    ResourceNotOfGrant {
        rule: "TK-17",
        code: InvalidTarget,
        client: "The resource is not part of the grant",
        problem: "The token request names a resource that the authorization was not given for.",
        expected: "one of the resources of the authorization request",
        fix: "Name the resource in the authorization request already.",
        standard: "RFC 8707 §2.2",
    }
}
