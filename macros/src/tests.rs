//! The expansion as text: what an app would read with `cargo expand`.

mod expansion;
mod options;
mod schema;
