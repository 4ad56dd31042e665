//! What the controllers need of axum: extractors, layers, answers, pages; and the listener.

pub mod answer;
pub mod browser;
pub mod extract;
pub mod fallback_headers;
pub mod layers;
pub mod listener;
pub mod other_host;
pub mod pages;
pub mod proxy;
pub mod request;
pub mod shared;
