mod client;
mod oauth_server;
mod oauth_server_flows;
