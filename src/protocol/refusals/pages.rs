//! Pages, and what is found by its address.

use super::refusals;

refusals! {
    /// How a page, or what stands at an address, is refused.
    PageRefusal:
    SwitchedOff {
        rule: "GE-11",
        code: InvalidRequest,
        page: SwitchedOff,
        client: "This function is switched off",
        problem: "The address belongs to a function that a setting switches off.",
        expected: "a setting that switches it on",
        fix: "Switch the setting on if the function is wanted; else take the link away.",
        standard: "RFC 6749 §3",
    }
    StylesheetUnknown {
        rule: "PG-04",
        code: InvalidRequest,
        page: NotFound,
        client: "There is no such file",
        problem: "No stylesheet has this name; its name changes with its content, so that an old \
            page may still name the last one.",
        expected: "the name that the pages of this server link to",
        fix: "Reload the page that links to it.",
        standard: "RFC 9110 §15.5.5",
    }
    AppOrSessionUnknown {
        rule: "AP-01",
        code: InvalidRequest,
        page: NotFound,
        client: "There is no such app or session",
        problem: "The person has no app or session with this id; what belongs to somebody else is \
            not there for them either.",
        expected: "an id of the list on the same page",
        fix: "Reload the list: it was ended or withdrawn meanwhile.",
        standard: "RFC 9110 §15.5.5",
    }
    ResourceMetadataUnknown {
        rule: "MD-02",
        code: InvalidRequest,
        page: NotFound,
        client: "There is no resource at this path",
        problem: "No resource of the settings has this path, so there is no metadata for it.",
        expected: "the well-known path of a resource in the setting resources",
        fix: "Add the resource to the setting resources, or ask for the path that its \
            WWW-Authenticate header names.",
        standard: "RFC 9728 §3",
    }
    FieldRepeated {
        rule: "PG-08",
        code: InvalidRequest,
        client: "A field was sent twice or as a list",
        problem: "A field of a form was sent twice or with brackets.",
        expected: "every field at most once, without brackets",
        fix: "Reload the page and send its form as it is; in a template of your own, give each \
            name to one field.",
        standard: "RFC 6749 §3.1",
    }
}
