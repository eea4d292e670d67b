use std::io::{BufRead, Read as _};

use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Reads as much as the head says, or until the connection ends, and of a body that has chunks only
    /// what is in them. What follows an answer to a request that was not read whole is a reset.
    pub(crate) fn read(mut from: impl BufRead) -> Self {
        let head = read_head(&mut from);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        let mut body = String::new();
        if header(&head, "transfer-encoding") == Some("chunked") {
            while let Some(chunk) = read_chunk(&mut from) {
                body += &chunk;
            }
        } else {
            let length = header(&head, "content-length").map(|length| length.parse().unwrap());
            from.take(length.unwrap_or(u64::MAX)).read_to_string(&mut body).unwrap();
        }
        Self { status, head, body }
    }

    /// A header; names do not matter by case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    pub(crate) fn problem(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) fn read_head(from: &mut impl BufRead) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(from.read_line(&mut head).unwrap(), 0, "ended within the head: {head}");
    }
    head
}

/// The next chunk; none at the end.
pub(crate) fn read_chunk(from: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    let length = usize::from_str_radix(line.trim(), 16).unwrap();
    let mut chunk = vec![0; length + 2];
    from.read_exact(&mut chunk).unwrap();
    chunk.truncate(length);
    (length > 0).then(|| String::from_utf8(chunk).unwrap())
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let fields = head.lines().filter_map(|line| line.split_once(": "));
    let mut values = fields.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    values.next()
}
