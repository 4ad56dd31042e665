//! An HTTP/1.1 connection that is kept open, with as little work per request as possible: one write,
//! and one buffer that is used again.

use std::{
    io::{Error, ErrorKind, Result},
    net::SocketAddr,
    ops::Range,
};

use httparse::{EMPTY_HEADER, Response, Status, parse_chunk_size};
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// First size of the buffer for answers; it grows where an answer is larger.
const BUFFER: usize = 64 * 1024;
/// More header lines than any answer has.
const HEADERS: usize = 48;

/// A connection to a server.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// An answer, as long as the next request is not sent.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// The status line and the header lines.
    pub head: &'a [u8],
    /// The body, without the frames of chunks.
    pub body: &'a [u8],
}

/// How the end of a body is told.
#[derive(Clone, Copy, Debug)]
enum Framing {
    Length(usize),
    Chunked,
}

/// What the head of an answer says.
#[derive(Clone, Copy, Debug)]
struct Head {
    status: u16,
    length: usize,
    framing: Framing,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nothing listens there.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; BUFFER],
            filled: 0,
        })
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// When the connection ends, or the answer is no HTTP.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.filled = 0;
        self.stream.write_all(request).await?;
        let head = loop {
            self.read().await?;
            if let Some(head) = Head::parse(&self.buffer[..self.filled])? {
                break head;
            }
        };
        let body = match head.framing {
            Framing::Length(length) => self.sized(head.length, length).await?,
            Framing::Chunked => self.chunked(head.length).await?,
        };
        Ok(Answer {
            status: head.status,
            head: &self.buffer[..head.length],
            body: &self.buffer[body],
        })
    }

    async fn read(&mut self) -> Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(2 * self.filled, 0);
        }
        match self.stream.read(&mut self.buffer[self.filled..]).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            read => {
                self.filled += read;
                Ok(())
            }
        }
    }

    async fn sized(&mut self, start: usize, length: usize) -> Result<Range<usize>> {
        while self.filled < start + length {
            self.read().await?;
        }
        Ok(start..start + length)
    }

    /// Reads chunks, and moves them together.
    async fn chunked(&mut self, start: usize) -> Result<Range<usize>> {
        let (mut end, mut next) = (start, start);
        loop {
            let parsed = parse_chunk_size(&self.buffer[next..self.filled]);
            let Status::Complete((frame, size)) = parsed.map_err(|_| broken("a chunk"))? else {
                self.read().await?;
                continue;
            };
            let size = usize::try_from(size).map_err(|_| broken("a chunk"))?;
            let chunk = next + frame..next + frame + size;
            // A line end follows the chunk.
            while self.filled < chunk.end + 2 {
                self.read().await?;
            }
            if size == 0 {
                return Ok(start..end);
            }
            next = chunk.end + 2;
            self.buffer.copy_within(chunk, end);
            end += size;
        }
    }
}

impl Head {
    /// Parses a head; `None` while it is not complete.
    fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let mut headers = [EMPTY_HEADER; HEADERS];
        let mut response = Response::new(&mut headers);
        let parsed = response.parse(bytes).map_err(|_| broken("a head"))?;
        let Status::Complete(length) = parsed else {
            return Ok(None);
        };
        let mut framing = Framing::Length(0);
        for header in response.headers.iter() {
            if header.name.eq_ignore_ascii_case("content-length") {
                framing = Framing::Length(number(header.value)?);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                framing = Framing::Chunked;
            }
        }
        let status = response.code.unwrap_or_default();
        Ok(Some(Self {
            status,
            length,
            framing,
        }))
    }
}

impl Answer<'_> {
    /// The value behind `name` in the head, up to the end of the line. The servers write the names of
    /// headers in lower case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        value_after(self.head, name.as_bytes(), b"\r")
    }

    /// Status, head and the beginning of the body, for a message.
    pub fn shown(&self) -> String {
        let head = String::from_utf8_lossy(self.head);
        let body = String::from_utf8_lossy(self.body);
        format!("{}{}", head, body.chars().take(500).collect::<String>())
    }
}

/// The bytes that follow `start`, up to one of `ends` or the end of the text.
pub fn value_after<'t>(text: &'t [u8], start: &[u8], ends: &[u8]) -> Option<&'t [u8]> {
    let value = &text[memmem::find(text, start)? + start.len()..];
    let end = value.iter().position(|byte| ends.contains(byte));
    Some(&value[..end.unwrap_or(value.len())])
}

/// Whether a text contains another.
pub fn contains(text: &[u8], part: &[u8]) -> bool {
    memmem::find(text, part).is_some()
}

fn number(text: &[u8]) -> Result<usize> {
    let text = std::str::from_utf8(text).ok();
    text.and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| broken("content-length"))
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("{what} is broken"))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use tokio::{net::TcpListener, runtime::Builder};

    use super::*;

    async fn answered(answer: &'static [u8]) -> Vec<u8> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let mut stream = listener.accept().await.unwrap().0;
            for part in answer.chunks(7) {
                stream.write_all(part).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        let mut connection = Connection::open(address).await.unwrap();
        connection
            .send(b"GET / HTTP/1.1\r\n\r\n")
            .await
            .unwrap()
            .body
            .to_vec()
    }

    #[tokio::test]
    async fn a_body_of_a_length_is_read() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        assert_eq!(answered(answer).await, b"hello");
    }

    #[tokio::test]
    async fn chunks_are_put_together() {
        let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
            3\r\nhel\r\na\r\nlo, world!\r\n0\r\n\r\n";
        assert_eq!(answered(answer).await, b"hello, world!");
    }

    /// What is counted while the client runs beside a server is the server's.
    #[test]
    fn a_request_allocates_nothing() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, mut request) = (listener.accept().unwrap().0, [0; 1024]);
            while stream.read(&mut request).is_ok_and(|read| read > 0) {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                stream.write_all(answer).unwrap();
            }
        });
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let mut connection = runtime.block_on(Connection::open(address)).unwrap();
        let mut send = || {
            let answer = runtime.block_on(connection.send(b"GET / HTTP/1.1\r\n\r\n"));
            assert_eq!(answer.unwrap().body, b"ok");
        };
        send();
        let counted = allocation_counter::measure(|| (0..100).for_each(|_| send()));
        assert_eq!(counted.count_total, 0);
    }

    #[test]
    fn a_value_ends_where_it_should() {
        let location = b"location: http://x/cb?code=abc&state=s";
        assert_eq!(value_after(location, b"code=", b"&"), Some(&b"abc"[..]));
        assert_eq!(value_after(location, b"state=", b"&"), Some(&b"s"[..]));
        assert_eq!(value_after(location, b"iss=", b"&"), None);
    }
}
