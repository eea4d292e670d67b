use std::io::{BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use super::answer::read_head;

/// Answers with the head of the request that reached it, and its own address before that. Of events it
/// sends the first and leaves the stream open.
pub(crate) struct ApiDouble {
    pub(crate) port: u16,
}

impl ApiDouble {
    pub(crate) fn start() -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST, 0)
    }

    /// It ends with the tests.
    pub(crate) fn start_at(address: Ipv4Addr, port: u16) -> Self {
        let listener = TcpListener::bind((address, port)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || serve(stream));
            }
        });
        Self { port }
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

fn serve(mut stream: TcpStream) {
    let own = stream.local_addr().unwrap().ip();
    let head = read_head(&mut BufReader::new(stream.try_clone().unwrap()));
    if head.contains("/events") {
        stream
            .write_all(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Accel-Buffering: no\r\n\
                  Transfer-Encoding: chunked\r\n\r\nE\r\nevent: status\n\r\n",
            )
            .unwrap();
        // Until nginx hangs up.
        let _ = stream.peek(&mut [0]);
        return;
    }
    let body = format!("{own}\n{head}");
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    // nginx may have given up.
    let _ = stream.write_all(answer.as_bytes());
}
