//! Signed requests (JA-01 to JA-03).

use super::refusals;

refusals! {
    /// How a signed request is refused.
    RequestObjectRefusal:
    FormWrong {
        rule: "JA-01",
        code: InvalidRequestObject,
        client: "The request object is not a signed JWT of an offered algorithm",
        problem: "The request object did not pass a check of its form or its algorithm.",
        expected: "a compact JWS of at most 32768 bytes, not encrypted, with an algorithm that \
            request_object_signing_alg_values_supported names",
        fix: "Compare what is expected with what was received; sign the request with the algorithm \
            that the client registered as request_object_signing_alg.",
        standard: "RFC 9101 §6.2",
    }
    SignatureWrong {
        rule: "JA-01",
        code: InvalidRequestObject,
        client: "The request object is not signed by a key of the client",
        problem: "No key of the client verifies the signature of the request object.",
        expected: "a signature by a key in jwks or at jwks_uri of the client",
        fix: "Sign with a key that the client registered, and name it in kid.",
        standard: "RFC 9101 §6.2",
    }
    ClaimWrong {
        rule: "JA-02",
        code: InvalidRequestObject,
        client: "The request object is not from this client or not for this server",
        problem: "A claim of the request object names somebody else, or may not stand there.",
        expected: "iss and client_id with the client_id of the request, aud with the issuer of this \
            server, no sub of the client, no request and no request_uri within",
        fix: "Set the claim as expected in the client.",
        standard: "RFC 9101 §4, §5, §10.8",
    }
    NotFresh {
        rule: "JA-02",
        code: InvalidRequestObject,
        client: "The request object is expired, not valid yet, valid for too long, or was used before",
        problem: "The times of the request object are not those of now, or its jti was there before.",
        expected: "an exp within the hour, a jti that was not used before or none",
        fix: "Make a new request object for each request, and compare the clocks.",
        standard: "RFC 9101 §4, RFC 7519 §4.1",
    }
    ParameterWrong {
        rule: "JA-03",
        code: InvalidRequestObject,
        client: "A parameter in the request object is not a text",
        problem: "A member of the request object cannot be a parameter: it is of another type, or over \
            the bounds of parameters.",
        expected: "texts and numbers, resource as a text or a list of texts, claims as an object",
        fix: "Write the parameter as it would stand in the query.",
        standard: "RFC 9101 §4",
    }
}
