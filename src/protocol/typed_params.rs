//! Parameters as a struct: its fields are the parameters that a request knows (RFC 6749 §3.1, §3.2).
//!
//! ```ignore
//! #[derive(Deserialize)]
//! struct RevocationParameters<'p> {
//!     token: Option<&'p str>,
//!     // May be sent several times.
//!     resource: Vec<&'p str>,
//! }
//! ```

use std::{cell::Cell, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{
        self, IntoDeserializer, Visitor,
        value::{BorrowedStrDeserializer, MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};

use super::params::{Params, Repeated};

/// The parameters that may be sent several times in every request, known or not (RFC 8707 §2).
const MAY_REPEAT: [&str; 1] = ["resource"];

/// A typed request, and what was sent beside it.
#[derive(Debug)]
pub struct Typed<T> {
    /// The parameters that the request knows.
    pub request: T,
    /// The others, by name and value, in their order.
    pub others: Vec<(String, String)>,
}

/// Reads the parameters that `T` has fields for.
///
/// # Errors
/// When one was sent twice (GE-03), or a known one as a list with brackets (GE-04).
pub fn read<'p, T: Deserialize<'p>>(params: &'p Params) -> Result<Typed<T>, Repeated> {
    read_repeatable(params, &MAY_REPEAT)
}

/// Reads the parameters that `T` has fields for. Those of `may_repeat`, and no others, may be sent several times.
///
/// # Errors
/// Those of [`read`].
pub fn read_repeatable<'p, T: Deserialize<'p>>(
    params: &'p Params,
    may_repeat: &[&str],
) -> Result<Typed<T>, Repeated> {
    let reader = Reader {
        params,
        may_repeat,
        known: Cell::new(&[]),
    };
    let request = T::deserialize(&reader)?;
    let known = reader.known.get();
    let others = params.iter().filter(|(name, _)| !known.contains(name));
    let others = others.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Typed {
        request,
        others: others.collect(),
    })
}

/// Returns the names of the parameters that `T` has fields for.
#[must_use]
pub fn names<'p, T: Deserialize<'p>>(none: &'p Params) -> &'static [&'static str] {
    let reader = Reader {
        params: none,
        may_repeat: &MAY_REPEAT,
        known: Cell::new(&[]),
    };
    // Only what the struct asks for counts here.
    let _ = T::deserialize(&reader);
    reader.known.get()
}

struct Reader<'p, 'm> {
    params: &'p Params,
    may_repeat: &'m [&'m str],
    /// Names of the struct's fields, once serde has asked for them.
    known: Cell<&'static [&'static str]>,
}

impl Reader<'_, '_> {
    /// GE-03: nothing twice, whether it has a meaning or not.
    fn check_repetition(&self) -> Result<(), Repeated> {
        let mut seen = Vec::new();
        for (name, _) in self
            .params
            .iter()
            .filter(|(name, _)| !self.may_repeat.contains(name))
        {
            if seen.contains(&name) {
                return Err(self.repeated(name));
            }
            seen.push(name);
        }
        Ok(())
    }

    fn repeated(&self, name: &str) -> Repeated {
        let mut known = self.known.get().iter().copied();
        Repeated {
            name: name.to_owned(),
            known: known.find(|known| *known == name),
        }
    }
}

impl<'de> Deserializer<'de> for &Reader<'de, '_> {
    type Error = Repeated;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Repeated> {
        self.known.set(fields);
        self.check_repetition()?;
        let values = fields.iter().map(|name| {
            let value = Parameter {
                params: self.params,
                name,
            };
            (*name, value)
        });
        visitor.visit_map(MapDeserializer::new(values))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Repeated> {
        Err(de::Error::custom("parameters are read into a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// One parameter: `Option` = at most once, a list = any number of times.
#[derive(Clone, Copy)]
struct Parameter<'p> {
    params: &'p Params,
    name: &'static str,
}

impl Parameter<'_> {
    fn repeated(self, error: Repeated) -> Repeated {
        Repeated {
            known: Some(self.name),
            ..error
        }
    }
}

impl<'p> IntoDeserializer<'p, Repeated> for Parameter<'p> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Parameter<'de> {
    type Error = Repeated;

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Repeated> {
        let value = self.params.one(self.name);
        match value.map_err(|error| self.repeated(error))? {
            None => visitor.visit_none(),
            Some(value) => visitor.visit_some(BorrowedStrDeserializer::new(value)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Repeated> {
        let values = self.params.all(self.name);
        let values = values.map_err(|error| self.repeated(error))?;
        let values = values.into_iter().map(BorrowedStrDeserializer::new);
        visitor.visit_seq(SeqDeserializer::new(values))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Repeated> {
        Err(de::Error::custom("a parameter is an option or a list"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl fmt::Display for Repeated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the parameter {} was sent twice or as a list", self.name)
    }
}

impl std::error::Error for Repeated {}

impl de::Error for Repeated {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self {
            name: message.to_string(),
            known: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq, Eq)]
    struct Example<'p> {
        scope: Option<&'p str>,
        state: Option<&'p str>,
        resource: Vec<&'p str>,
    }

    fn params(query: &str) -> Params {
        Params::parse(query.as_bytes()).unwrap()
    }

    #[test]
    fn fields_are_the_known_parameters() {
        let params = params("scope=a&foo=1&resource=x&state=&resource=y&bar%5B%5D=2");
        let read: Typed<Example<'_>> = read(&params).unwrap();
        let expected = Example {
            scope: Some("a"),
            state: None,
            resource: vec!["x", "y"],
        };
        assert_eq!(read.request, expected);
        let others: Vec<&str> = read.others.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(others, ["foo", "bar[]"]);
    }

    #[rstest]
    #[case::known("scope=a&scope=b", "scope", Some("scope"))]
    #[case::empty("scope=a&scope=", "scope", Some("scope"))]
    #[case::unknown("foo=1&foo=2", "foo", None)]
    #[case::brackets("scope%5B%5D=a", "scope", Some("scope"))]
    #[case::brackets_of_a_list("resource%5B%5D=a", "resource", Some("resource"))]
    fn ge_03_ge_04_what_is_sent_twice(
        #[case] query: &str,
        #[case] name: &str,
        #[case] known: Option<&'static str>,
    ) {
        let error = read::<Example<'_>>(&params(query)).unwrap_err();
        assert_eq!((error.name.as_str(), error.known), (name, known));
    }
}
