//! The end of a session at the request of a client (ES-01 to ES-03).

use super::refusals;

refusals! {
    /// How the end of a session is refused.
    LogoutRefusal:
    ParameterRepeated {
        rule: "ES-01",
        code: InvalidRequest,
        client: "A parameter was sent twice or as a list",
        problem: "A parameter of the logout request was sent twice or with brackets, so that \
            nobody can say which value counts.",
        expected: "every parameter at most once, without brackets",
        fix: "Send the parameter once; look for a library or proxy that adds it a second time.",
        standard: "OpenID Connect RP-Initiated Logout §2",
    }
    HintInvalid {
        rule: "ES-02",
        code: InvalidRequest,
        client: "id_token_hint is not an ID token of this server",
        problem: "The id_token_hint is no ID token that this server signed.",
        expected: "an ID token of this server; it may have expired",
        fix: "Send the last ID token that the client got, or none.",
        standard: "OpenID Connect RP-Initiated Logout §2",
    }
    ClientOfOtherHint {
        rule: "ES-03",
        code: InvalidRequest,
        client: "client_id is not the audience of id_token_hint",
        problem: "The logout request names one client, its ID token is of another.",
        expected: "the client_id that is the audience of the id_token_hint",
        fix: "Send the ID token of this client, or leave client_id out.",
        standard: "OpenID Connect RP-Initiated Logout §2",
    }
    ClientUnknown {
        rule: "ES-03",
        code: InvalidRequest,
        client: "client_id is not known",
        problem: "No client has the client_id of the logout request, or the client was removed.",
        expected: "the id of a client of this server",
        fix: "Compare the id with oauth:client:list, or leave client_id out.",
        standard: "OpenID Connect RP-Initiated Logout §2",
    }
}
