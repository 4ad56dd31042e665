mod client;
mod oauth_server;
