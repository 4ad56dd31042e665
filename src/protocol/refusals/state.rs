//! The state that a request is decided on (NX-10).

use super::refusals;

refusals! {
    /// How a request is refused that cannot be decided on one state of the tables.
    StateRefusal:
    KeepsChanging {
        rule: "NX-10",
        code: TemporarilyUnavailable,
        client: "The login or the app changed while it was looked at. Please try again",
        problem: "The login or the client changed again and again while the request was decided.",
        expected: "a login and a client that stay as they are for the time of a request",
        fix: "Try again; look for a script that signs in and out, or changes the client, in a \
            loop.",
        standard: "RFC 6749 §4.1.2.1",
    }
}
