//! Authentication of clients (CA-01 to CA-05). What the client reads tells no causes apart.

use super::refusals;

refusals! {
    /// How the authentication of a client fails.
    ClientAuthRefusal:
    TwoMethods {
        rule: "CA-01",
        code: InvalidRequest,
        client: "The client must authenticate in exactly one way",
        problem: "The request authenticates in two ways at once.",
        expected: "one of the Authorization header, client_secret in the body, and \
            client_assertion",
        fix: "Switch one of the two off in the client.",
        standard: "RFC 6749 §2.3",
    }
    TwoClients {
        rule: "CA-01",
        code: InvalidRequest,
        client: "The client must authenticate in exactly one way",
        problem: "The credentials of the request are of one client, its client_id is of another.",
        expected: "one client_id, in one place or the same in all",
        fix: "Leave client_id out of the body, or send the id that the credentials have.",
        standard: "RFC 6749 §2.3",
    }
    AuthorizationNotAscii {
        rule: "CA-01",
        code: InvalidRequest,
        client: "The Authorization header is not ASCII text",
        problem: "The Authorization header has bytes that are no printable ASCII.",
        expected: "ASCII text",
        fix: "Form-encode id and secret before they are joined and put into Basic.",
        standard: "RFC 6749 §2.3.1",
    }
    CredentialsMissing {
        rule: "CA-02",
        code: InvalidClient,
        client: "Client authentication failed",
        problem: "The request does not say which client it is of.",
        expected: "client_id in the body, a Basic Authorization header, or an assertion",
        fix: "Set the client id, and the secret if there is one, in the client.",
        standard: "RFC 6749 §3.2.1",
    }
    BasicMalformed {
        rule: "CA-02",
        code: InvalidClient,
        client: "Client authentication failed",
        problem: "The Authorization header is not Basic, or not base64 of a form-encoded id, a \
            colon and a form-encoded secret.",
        expected: "Basic and base64 of client_id:client_secret, both form-encoded",
        fix: "Form-encode id and secret, join them by a colon, and base64 the whole.",
        standard: "RFC 6749 §2.3.1",
    }
    AssertionTypeUnknown {
        rule: "CA-02",
        code: InvalidClient,
        client: "Client authentication failed",
        problem: "The parameter client_assertion_type is missing or names another kind of \
            assertion than a JWT.",
        expected: "client_assertion_type: urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        fix: "Send that type with client_assertion.",
        standard: "RFC 7523 §2.2",
    }
    AssertionMissing {
        rule: "CA-02",
        code: InvalidClient,
        client: "Client authentication failed",
        problem: "The request has a client_assertion_type, but no client_assertion.",
        expected: "client_assertion, a JWT that the client signed",
        fix: "Send the assertion in the body.",
        standard: "RFC 7523 §2.2",
    }
    ClientUnknown {
        rule: "CA-02",
        code: InvalidClient,
        client: "Client authentication failed",
        problem: "No client has this client_id.",
        expected: "a client that is registered here",
        fix: "Compare the id with oauth:client:list; a client whose registration was cleaned up \
            registers again.",
        standard: "RFC 6749 §5.2",
    }
    ClientNotActive {
        rule: "CA-02",
        code: InvalidClient,
        client: "Client authentication failed",
        problem: "The client was disabled or removed.",
        expected: "an active client",
        fix: "Switch it on with oauth:client:disable enable:true, or register it again.",
        standard: "RFC 6749 §5.2",
    }
    MethodNotOfClient {
        rule: "CA-02",
        code: InvalidClient,
        client: "Client authentication failed",
        problem: "The client authenticates in another way than its token_endpoint_auth_method \
            says.",
        expected: "the token_endpoint_auth_method of the client",
        fix: "Set the method in the client to the registered one, or register the client with \
            this one.",
        standard: "RFC 6749 §2.3",
    }
    SecretExpired {
        rule: "CA-02",
        code: InvalidClient,
        client: "Client authentication failed",
        problem: "The secret was one of the client, but has expired or was replaced.",
        expected: "the present secret",
        fix: "Set the newest secret in the client; oauth:client:rotate_secret makes a new one.",
        standard: "RFC 6749 §2.3.1",
    }
    SecretWrong {
        rule: "CA-02",
        code: InvalidClient,
        client: "Client authentication failed",
        problem: "The secret is not the one of this client, or the client has none.",
        expected: "the secret of this client",
        fix: "Set the secret anew in the client, without spaces around it; \
            oauth:client:rotate_secret makes a new one.",
        standard: "RFC 6749 §2.3.1",
    }
    AssertionRefused {
        rule: "CA-03",
        code: InvalidClient,
        client: "Client authentication failed",
        problem: "The assertion did not pass a check of its form, its algorithm or its signature.",
        expected: "a JWT that a key of the client signed with an algorithm that is offered",
        fix: "Compare what is expected with what was received; sign with a key that stands in \
            the jwks of the client.",
        standard: "RFC 7523 §3",
    }
    AssertionClaimWrong {
        rule: "CA-04",
        code: InvalidClient,
        client: "Client authentication failed",
        problem: "The assertion is from, about or for somebody else.",
        expected: "iss and sub with the client_id, aud with the issuer of this server",
        fix: "Set the claim as expected in the client.",
        standard: "RFC 7523 §3",
    }
    AssertionNotFresh {
        rule: "CA-05",
        code: InvalidClient,
        client: "Client authentication failed",
        problem: "The assertion has expired, is not valid yet, lives too long, or was used before.",
        expected: "an exp within the hour, a jti that was not used before",
        fix: "Make a new assertion for each request, and compare the clocks.",
        standard: "RFC 7523 §3",
    }
    ClientKeysUnread {
        rule: "CA-03",
        code: TemporarilyUnavailable,
        client: "The keys at jwks_uri of the client could not be read from their host; try again \
            later",
        problem: "The host of jwks_uri did not answer with a key set; source says what it did.",
        expected: "an answer of the host with status 200 and JSON within 5 seconds",
        fix: "Look at the host of jwks_uri; the client may try again.",
        standard: "OpenID Connect Core §10.1",
    }
}
