//! One connection with as much of HTTP as it takes, since whatever the generator uses of the machine
//! is taken from what it measures: a whole HTTP client costs about as much as the API itself.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection that is kept open.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// The head of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer<'a>(&'a str);

impl Connection {
    /// Connects.
    pub(super) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Sends a whole request and waits for the whole answer, which must have a length.
    pub(super) async fn ask(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        self.received.clear();
        self.stream.write_all(request).await?;
        let head = self.head().await?;
        let length = field(text(&self.received[..head])?, "content-length");
        let length = length.and_then(|length| length.parse::<usize>().ok());
        let length = length.ok_or_else(|| io::Error::other("an answer without a length"))?;
        while self.received.len() < head + length {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(Answer(text(&self.received[..head])?))
    }

    /// Waits for the whole head; how long it is.
    async fn head(&mut self) -> io::Result<usize> {
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(end) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                return Ok(end + 4);
            }
        }
    }
}

impl<'a> Answer<'a> {
    /// Whether its status is 2xx.
    pub(super) fn is_success(self) -> bool {
        self.0.starts_with("HTTP/1.1 2")
    }

    /// Its `Location`.
    pub(super) fn location(self) -> Option<&'a str> {
        field(self.0, "location")
    }
}

fn text(bytes: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(bytes).map_err(io::Error::other)
}

/// A field's value; the API writes names in lower case.
fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let value = |line: &'a str| line.strip_prefix(name)?.strip_prefix(": ");
    head.split("\r\n").find_map(value)
}
