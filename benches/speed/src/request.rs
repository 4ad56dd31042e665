//! The bytes of requests, written once before the load begins.

use std::ops::Range;

/// Stands where a value is put in later.
const PLACE: &str = "{}";

/// A request as it is described.
#[derive(Clone, Debug)]
pub struct Request {
    line: String,
    headers: String,
    body: String,
}

impl Request {
    /// A GET request.
    pub fn get(path: &str) -> Self {
        Self {
            line: format!("GET {path} HTTP/1.1\r\n"),
            headers: "host: 127.0.0.1\r\nuser-agent: curl/8.0\r\naccept: */*\r\n".to_owned(),
            body: String::new(),
        }
    }

    /// A POST request with a form.
    pub fn post(path: &str, form: impl Into<String>) -> Self {
        let mut request =
            Self::get(path).header("content-type", "application/x-www-form-urlencoded");
        request.line = format!("POST {path} HTTP/1.1\r\n");
        request.body = form.into();
        request
    }

    /// Adds a header line.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        for part in [name, ": ", value, "\r\n"] {
            self.headers.push_str(part);
        }
        self
    }

    /// The bytes that are sent.
    pub fn bytes(&self) -> Vec<u8> {
        let length = match self.body.len() {
            0 => String::new(),
            length => format!("content-length: {length}\r\n"),
        };
        format!("{}{}{length}\r\n{}", self.line, self.headers, self.body).into_bytes()
    }

    /// The bytes with a place in the body, `{}`, for values as long as `value`, which is put in first.
    /// `None` without such a place.
    pub fn with_slot(mut self, value: &str) -> Option<Slot> {
        let at = self.body.find(PLACE)?;
        self.body.replace_range(at..at + PLACE.len(), value);
        let bytes = self.bytes();
        let start = bytes.len() - self.body.len() + at;
        Some(Slot {
            place: start..start + value.len(),
            bytes,
        })
    }
}

/// A request of which one value changes.
#[derive(Clone, Debug)]
pub struct Slot {
    bytes: Vec<u8>,
    place: Range<usize>,
}

impl Slot {
    /// The bytes with the value that was put in last.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Puts a value in, in place of the last one. Returns whether it fits: all values of a kind are of
    /// one length.
    #[must_use]
    pub fn fill(&mut self, value: &[u8]) -> bool {
        let fits = value.len() == self.place.len();
        if fits {
            self.bytes[self.place.clone()].copy_from_slice(value);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_filled_again() {
        let request = Request::post("/token", "refresh_token={}&a=b");
        let mut slot = request.with_slot("old").unwrap();
        assert!(slot.fill(b"new"));
        assert!(!slot.fill(b"longer"));
        let text = String::from_utf8(slot.bytes().to_vec()).unwrap();
        assert!(
            text.ends_with("content-length: 21\r\n\r\nrefresh_token=new&a=b"),
            "{text}"
        );
    }
}
