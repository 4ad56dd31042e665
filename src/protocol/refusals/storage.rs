//! Values that cannot be stored (GE-12).

use super::refusals;

refusals! {
    /// How a value is refused on its way into the database.
    StorageRefusal:
    ValueNotStorable {
        rule: "GE-12",
        code: InvalidRequest,
        client: "A value has characters that cannot be stored",
        problem: "The database cannot store a value of the request; source says what it said.",
        expected: "texts without U+0000, within the limits of their columns",
        fix: "Send the value without NUL characters, or a shorter one.",
        standard: "RFC 6749 §3.1",
    }
}
