//! How a request is written: forms, queries, JSON and their bounds (TK-01 to TK-03, AZ-01 to AZ-03).

use super::refusals;

refusals! {
    /// How a request is refused for the way in which it is written.
    TransportRefusal:
    FormType {
        rule: "TK-01",
        code: InvalidRequest,
        client: "The body must be application/x-www-form-urlencoded",
        problem: "The body of the request has another content type than a form, two of them, or a \
            charset other than UTF-8.",
        expected: "one Content-Type, application/x-www-form-urlencoded, in UTF-8",
        fix: "Send the parameters as a form with that Content-Type, not as JSON or multipart.",
        standard: "RFC 6749 Appendix B",
    }
    CredentialsInUrl {
        rule: "TK-03",
        code: InvalidRequest,
        client: "Credentials must not be in the URL",
        problem: "A secret stands in the query of the URL, where proxies and logs keep it.",
        expected: "client_secret, client_assertion, code, refresh_token and password in the body \
            only",
        fix: "Send the parameters in the body; take what was sent for known to others, and \
            replace it.",
        standard: "RFC 6749 §2.3.1, RFC 9700 §4.3.2",
    }
    UrlTooLong {
        rule: "TK-02",
        code: InvalidRequest,
        page: TooLarge,
        client: "The URL is longer than 16 KiB",
        problem: "Path and query of the request are longer than this server reads.",
        expected: "at most 16384 bytes of path and query",
        fix: "Send the parameters by POST, or shorter ones.",
        standard: "RFC 9110 §15.5.15",
    }
    BodyTooLong {
        rule: "TK-02",
        code: InvalidRequest,
        page: TooLarge,
        client: "The body is larger than 64 KiB",
        problem: "The body of the request is longer than this server reads.",
        expected: "at most 65536 bytes",
        fix: "Send a body within that bound.",
        standard: "RFC 9110 §15.5.14",
    }
    BodyBroken {
        rule: "TK-02",
        code: InvalidRequest,
        client: "The body breaks off or is not framed by the rules of HTTP",
        problem: "The connection ended within the body, or the body does not fit its \
            Content-Length or its chunks.",
        expected: "a whole body",
        fix: "Send the request again; if it happens often, look at the proxy in front of this \
            server.",
        standard: "RFC 9112 §7.1",
    }
    BodyTooSlow {
        rule: "TK-02",
        code: InvalidRequest,
        client: "The body did not arrive within 10 seconds",
        problem: "The body of the request arrived too slowly.",
        expected: "the whole body within 10 seconds",
        fix: "Send the request again over a better connection; let a proxy in front of this \
            server buffer bodies.",
        standard: "RFC 9110 §15.5.9",
    }
    ParametersNotUtf8 {
        rule: "TK-02",
        code: InvalidRequest,
        client: "The parameters are not valid percent-encoded UTF-8",
        problem: "A parameter has a percent sign without two hex digits, bytes that are not \
            UTF-8, or a NUL.",
        expected: "strict percent-encoding of UTF-8, without NUL",
        fix: "Encode names and values as application/x-www-form-urlencoded in UTF-8.",
        standard: "RFC 6749 Appendix B",
    }
    TooManyParameters {
        rule: "TK-02",
        code: InvalidRequest,
        client: "There are too many parameters",
        problem: "The request has more parameters than this server reads.",
        expected: "at most 100 parameters",
        fix: "Send only the parameters of the request.",
        standard: "RFC 6749 §3.1",
    }
    ParameterTooLong {
        rule: "TK-02",
        code: InvalidRequest,
        client: "A parameter is too long",
        problem: "A value is longer than this server reads.",
        expected: "at most 8192 bytes for each value, 16384 for an assertion, 32768 for a request \
            object",
        fix: "Send a value within that bound.",
        standard: "RFC 6749 §3.1",
    }
    MethodNotAllowed {
        rule: "TK-01",
        code: InvalidRequest,
        client: "The method is not allowed here",
        problem: "The address exists, but not for this method.",
        expected: "a method that the header Allow of the answer names",
        fix: "Send the request with one of those methods.",
        standard: "RFC 9110 §15.5.6",
    }
    MetadataAddressUnknown {
        rule: "MD-01",
        code: InvalidRequest,
        client: "There is no metadata at this address",
        problem: "A metadata document was asked for at an address that belongs to no issuer of \
            this server.",
        expected: "the address of the metadata: /.well-known/ and the path of the issuer",
        fix: "Compare the address with the setting issuer, also its path and its slashes.",
        standard: "RFC 8414 §3",
    }
    TooManyRequests {
        rule: "AZ-05",
        code: TemporarilyUnavailable,
        client: "Too many requests",
        problem: "A rate limit was hit; the event ratelimit.hit says which.",
        expected: "fewer requests than the setting rate_limits says",
        fix: "Wait for the seconds of the header Retry-After; change rate_limits if they are too \
            low for rightful use.",
        standard: "RFC 6585 §4",
    }
}
