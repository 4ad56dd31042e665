//! Forms of pages (CS-01, CS-02, CO-04, CO-05).

use super::refusals;

refusals! {
    /// How the form of a page is refused.
    FormRefusal:
    OfOtherOrigin {
        rule: "CS-02",
        code: InvalidRequest,
        client: "The form came from another origin",
        problem: "A form was posted by a page of another origin, or a proxy changes the Origin \
            or the Host.",
        expected: "a form that a page of this server sent",
        fix: "Compare the setting issuer with the address in the browser; look for a proxy that \
            changes Origin.",
        standard: "RFC 6454 §7",
    }
    OfOtherAccount {
        rule: "CO-05",
        code: InvalidRequest,
        client: "The form is for another account",
        problem: "Somebody else signed in, in the same browser, while the form was open.",
        expected: "the form of the account that is signed in now",
        fix: "Open the page again.",
        standard: "RFC 9700 §4.16",
    }
    Foreign {
        rule: "CS-01",
        code: InvalidRequest,
        client: "The form does not belong here",
        problem: "The csrf_token of the form or its binding cookie is missing or belongs to \
            something else.",
        expected: "the csrf_token of this form, and the binding cookie it was made for",
        fix: "Open the page again; look for something that blocks or removes cookies.",
        standard: "RFC 6749 §10.12",
    }
    ScopeAsList {
        rule: "CO-04",
        code: InvalidRequest,
        client: "scope was sent as a list",
        problem: "The consent form has the field scope with brackets.",
        expected: "the field scope once for each scope",
        fix: "Send the form as the page has it.",
        standard: "RFC 6749 §3.3",
    }
}
