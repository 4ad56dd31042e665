//! JSON bodies (RG-01, RG-02, EX-01).

use super::refusals;

refusals! {
    /// How a JSON body is refused.
    JsonRefusal:
    ContentType {
        rule: "RG-01",
        code: InvalidRequest,
        client: "The body must be application/json in UTF-8",
        problem: "The body of the request has another content type than JSON, two of them, or a \
            charset other than UTF-8.",
        expected: "one Content-Type, application/json, in UTF-8",
        fix: "Send a JSON object with that Content-Type, not a form.",
        standard: "RFC 7591 §3.1",
    }
    Unreadable {
        rule: "RG-02",
        code: InvalidRequest,
        client: "The body is not JSON in UTF-8",
        problem: "The body of the request is not JSON, or breaks off.",
        expected: "a JSON object in UTF-8",
        fix: "Send a JSON object; look for a trailing comma or a second encoding.",
        standard: "RFC 8259",
    }
    NotAnObject {
        rule: "RG-02",
        code: InvalidRequest,
        client: "The body is not a JSON object",
        problem: "The body of the request is a list, a text, a number or another JSON value.",
        expected: "a JSON object",
        fix: "Send one object with the members of the request.",
        standard: "RFC 7591 §3.1",
    }
    MemberRepeated {
        rule: "RG-02",
        code: InvalidRequest,
        client: "A member of the JSON object stands there twice",
        problem: "Two members of one object have the same name, so that nobody can say which of \
            them counts.",
        expected: "each member once",
        fix: "Send each member once.",
        standard: "RFC 8259 §4",
    }
    TooDeep {
        rule: "RG-02",
        code: InvalidRequest,
        client: "The JSON is nested more than 8 levels deep",
        problem: "The JSON of the request is nested deeper than this server reads.",
        expected: "at most 8 levels",
        fix: "Send only the members of the request.",
        standard: "RFC 8259 §9",
    }
    WithNul {
        rule: "RG-02",
        code: InvalidRequest,
        client: "A text of the JSON has a NUL character",
        problem: "A text of the request has U+0000, which no database stores.",
        expected: "texts without U+0000",
        fix: "Send the text without the NUL.",
        standard: "RFC 8259 §9",
    }
    MemberWrong {
        rule: "EX-01",
        code: InvalidRequest,
        client: "A member is missing or of another type",
        problem: "The JSON object lacks a member of the request, or one of them has another type.",
        expected: "the members that the documentation of this endpoint names",
        fix: "Compare the members of the request with the documentation.",
        standard: "RFC 8259 §4",
    }
}
