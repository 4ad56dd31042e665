//! Interactions: logins in progress, and GET, POST interaction for pages that a script draws.

mod life;
mod script_pages;
