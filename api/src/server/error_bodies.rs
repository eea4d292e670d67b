use std::io;
use std::io::IoSlice;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::problem::{Problem, ProblemKind};

/// A connection on which hyper's own answers, to what it cannot parse, are problem documents.
///
/// hyper makes them with an empty body and has no hook for them, so they
/// are recognised on their way out: each is the last answer of its connection. When hyper has such a
/// hook, this can go.
#[derive(Debug)]
pub(super) struct ErrorBodies<S> {
    stream: S,
    /// What is written in place of such an answer, and how much of it is.
    instead: Option<(Vec<u8>, usize)>,
    /// Whether anything was read.
    has_begun: bool,
}

/// What a connection of HTTP/2 begins with (RFC 9113, 3.4).
const HTTP_2: &[u8] = b"PRI * HTTP/2.0\r\n";

impl<S: AsyncWrite + Unpin> ErrorBodies<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, instead: None, has_begun: false }
    }

    /// Writes what stands in place of an answer that begins with `head`; `None` when it is no answer
    /// of hyper's own.
    fn poll_explain(
        &mut self,
        context: &mut Context<'_>,
        head: &[u8],
    ) -> Option<Poll<io::Result<()>>> {
        if self.instead.is_none() {
            self.instead = Some((explanation(head)?, 0));
        }
        let (bytes, written) = self.instead.as_mut()?;
        while *written < bytes.len() {
            match Pin::new(&mut self.stream).poll_write(context, &bytes[*written..]) {
                Poll::Ready(Ok(0)) => {
                    return Some(Poll::Ready(Err(io::ErrorKind::WriteZero.into())));
                }
                Poll::Ready(Ok(count)) => *written += count,
                Poll::Ready(Err(error)) => return Some(Poll::Ready(Err(error))),
                Poll::Pending => return Some(Poll::Pending),
            }
        }
        self.instead = None;
        Some(Poll::Ready(Ok(())))
    }
}

/// The whole answer in place of one of hyper's own. All of ours have a header that those lack.
fn explanation(head: &[u8]) -> Option<Vec<u8>> {
    if !head.starts_with(b"HTTP/1.1 4") {
        return None;
    }
    let head = str::from_utf8(head).ok()?;
    if !head.contains("\r\ncontent-length: 0\r\n") || head.contains("\r\nx-content-type-options:") {
        return None;
    }
    let (kind, message) = match head.get("HTTP/1.1 ".len()..)?.get(..3)? {
        "400" => (
            ProblemKind::MalformedHead,
            "The request is not well-formed HTTP/1.1. Send it with a library for HTTP.",
        ),
        "414" => (ProblemKind::UriTooLong, "The address is too long. Shorten it."),
        "431" => {
            (ProblemKind::HeadersTooLarge, "The headers are too many or too large. Send fewer.")
        }
        _ => return None,
    };
    let document = serde_json::to_string(&Problem::new(kind, message).into_document()).ok()?;
    let (status_line, _) = head.split_once("\r\n")?;
    let length = document.len();
    let answer = format!(
        "{status_line}\r\ncontent-type: application/problem+json\r\ncontent-length: {length}\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n\
         {document}"
    );
    Some(answer.into_bytes())
}

impl<S: AsyncRead + Unpin> AsyncRead for ErrorBodies<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let has_begun = std::mem::replace(&mut self.has_begun, true);
        let read = &mut buffer.filled_mut()[before..];
        if !has_begun && read.starts_with(HTTP_2) {
            // hyper hangs up on HTTP/2 without an answer, and answers everything else.
            read[0] = b'?';
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ErrorBodies<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.poll_explain(context, bytes) {
            Some(explained) => {
                ready!(explained)?;
                Poll::Ready(Ok(bytes.len()))
            }
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.poll_explain(context, slices.first().map_or(&[], |first| first)) {
            Some(explained) => {
                ready!(explained)?;
                Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()))
            }
            None => Pin::new(&mut self.stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
