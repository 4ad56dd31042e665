//! One file per endpoint.

mod flow;
