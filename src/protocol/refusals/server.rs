//! Faults, and what the server has no room for.

use super::refusals;

refusals! {
    /// Why the server cannot answer.
    ServerRefusal:
    Fault {
        rule: "FA-01",
        code: ServerError,
        page: ServerError,
        client: "internal error",
        problem: "The server failed; source says at what.",
        expected: "no fault",
        fix: "Read source and the log lines before this one; report it with them if it is a fault \
            of the plugin.",
        standard: "RFC 6749 §4.1.2.1",
    }
    StorageBusy {
        rule: "FA-01",
        code: TemporarilyUnavailable,
        page: Unavailable,
        client: "Please try again",
        problem: "The database was busy, full, locked or not to be reached; source says which.",
        expected: "an answer of the database within the budget of the request",
        fix: "Look at the database: its load, its disk, its connections \
            (database.max_connections); the client may try again.",
        standard: "RFC 6749 §4.1.2.1",
    }
    HashingBusy {
        rule: "FA-04",
        code: TemporarilyUnavailable,
        page: Unavailable,
        client: "Please try again",
        problem: "Too many passwords are being checked at once: no thread for it got free within \
            10 seconds.",
        expected: "a free thread within 10 seconds",
        fix: "Wait and try again; if it happens often, give the server more cores, and build it \
            optimised.",
        standard: "RFC 6749 §4.1.2.1",
    }
}
