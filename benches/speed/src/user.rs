//! A virtual user: one operation, one request after the other, on one connection, or on one to each node in turn.

use std::{io, net::SocketAddr};

use crate::{
    Fault,
    client::{Answer, Connection, contains},
    operation::Operation,
    request::{Request, Slot},
    site::{self, GUARDED, Purpose, Site, Tokens},
};

/// A virtual user of a site.
#[derive(Debug)]
pub struct VirtualUser {
    connections: Connections,
    work: Work,
}

/// A connection to each node. Every request goes to the next one, as a proxy would send it.
#[derive(Debug)]
struct Connections {
    of_nodes: Vec<Connection>,
    next: usize,
}

impl Connections {
    async fn send(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        let number = self.next % self.of_nodes.len();
        self.next = number + 1;
        self.of_nodes[number].send(request).await
    }
}

/// What a virtual user sends, and what it has to get.
#[derive(Debug)]
enum Work {
    /// The same request again and again; the body of the answer contains `marker`.
    Same {
        request: Vec<u8>,
        marker: &'static str,
    },
    /// A rotation with the refresh token of the last answer.
    Refresh(Slot),
    /// A code, and its exchange.
    Code { authorize: Vec<u8>, redeem: Slot },
}

/// An answer that was not the expected one, or none at all.
#[derive(Clone, Debug)]
pub struct Bad(pub String);

impl From<io::Error> for Bad {
    fn from(error: io::Error) -> Self {
        Self(format!("no answer: {error}"))
    }
}

impl Bad {
    fn answer(answer: Answer<'_>) -> Self {
        Self(answer.shown())
    }
}

/// What the virtual users of one operation share.
#[derive(Clone, Debug)]
pub struct Preparation {
    site: Site,
    operation: Operation,
    /// Tokens of operations that need some and do not use them up.
    tokens: Option<Tokens>,
}

impl Preparation {
    /// Gets what the operation needs.
    ///
    /// # Errors
    /// When the server does not give it.
    pub async fn new(site: &Site, operation: Operation) -> Result<Self, Fault> {
        let tokens = match operation {
            Operation::Introspect | Operation::Userinfo => {
                Some(site.tokens(Purpose::OpenId).await?)
            }
            Operation::Guard => Some(site.tokens(Purpose::Guard).await?),
            _ => None,
        };
        Ok(Self {
            site: site.clone(),
            operation,
            tokens,
        })
    }

    /// A virtual user with a connection of its own.
    ///
    /// # Errors
    /// When the server does not give it what it needs.
    pub async fn user(&self) -> Result<VirtualUser, Fault> {
        self.user_of(&[self.site.address]).await
    }

    /// A virtual user whose requests go to one node after the other.
    ///
    /// # Errors
    /// When a server does not give it what it needs.
    pub async fn user_of(&self, nodes: &[SocketAddr]) -> Result<VirtualUser, Fault> {
        let mut of_nodes = Vec::new();
        for node in nodes {
            of_nodes.push(Connection::open(*node).await?);
        }
        Ok(VirtualUser {
            connections: Connections { of_nodes, next: 0 },
            work: self.work().await?,
        })
    }

    async fn work(&self) -> Result<Work, Fault> {
        let token = self
            .tokens
            .as_ref()
            .map_or("", |tokens| tokens.access.as_str());
        Ok(match self.operation {
            Operation::Discovery => {
                let path = "/.well-known/openid-configuration";
                Work::same(&Request::get(path), "\"issuer\"")
            }
            Operation::Jwks => Work::same(&Request::get("/oauth/jwks"), "\"keys\""),
            Operation::ClientCredentials => Work::same(&site::machine(), "\"access_token\""),
            Operation::Introspect => Work::same(&site::introspect(token), "\"active\":true"),
            Operation::Userinfo => Work::same(&site::bearer("/oauth/userinfo", token), "\"sub\""),
            Operation::Guard => Work::same(&site::bearer(GUARDED, token), "pong"),
            Operation::Refresh => {
                let token = self.site.tokens(Purpose::OpenId).await?.refresh;
                Work::Refresh(site::refresh().with_slot(&token).ok_or("no place")?)
            }
            Operation::Code => Work::Code {
                authorize: self.site.authorize(Purpose::OpenId).bytes(),
                // Every code has as many characters as this.
                redeem: site::redeem().with_slot(EMPTY_CODE).ok_or("no place")?,
            },
        })
    }
}

/// As long as a code: `loco_ac_` and 43 characters.
const EMPTY_CODE: &str = "loco_ac_0000000000000000000000000000000000000000000";

impl Work {
    fn same(request: &Request, marker: &'static str) -> Self {
        Self::Same {
            request: request.bytes(),
            marker,
        }
    }
}

impl VirtualUser {
    /// Runs the operation once.
    ///
    /// # Errors
    /// When an answer is not the expected one.
    pub async fn run_once(&mut self) -> Result<(), Bad> {
        let connection = &mut self.connections;
        match &mut self.work {
            Work::Same { request, marker } => {
                let answer = connection.send(request).await?;
                check(answer, contains(answer.body, marker.as_bytes()))
            }
            Work::Refresh(request) => {
                let answer = connection.send(request.bytes()).await?;
                let next = site::member(answer.body, "refresh_token");
                check(answer, next.is_some_and(|next| request.fill(next)))
            }
            Work::Code { authorize, redeem } => {
                let answer = connection.send(authorize).await?;
                if !site::code_of(answer).is_some_and(|code| redeem.fill(code)) {
                    return Err(Bad::answer(answer));
                }
                let answer = connection.send(redeem.bytes()).await?;
                check(answer, contains(answer.body, b"\"id_token\""))
            }
        }
    }
}

/// Whether the answer is a 200 that has what it should.
fn check(answer: Answer<'_>, good: bool) -> Result<(), Bad> {
    if answer.status == 200 && good {
        Ok(())
    } else {
        Err(Bad::answer(answer))
    }
}
