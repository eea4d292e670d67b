//! `PROGRAM healthcheck`: what a container's health check runs, in an image that holds nothing but the program.

use std::io;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

pub const HEALTHCHECK: &str = "healthcheck";

/// How long each step may take; a health check's own timeout is longer than two.
const TIMEOUT: Duration = Duration::from_secs(2);

const MAX_ANSWER_BYTES: u64 = 16 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum Unhealthy {
    #[error(
        "Nothing answers at {0} ({1}): the program is starting or has ended, or listens somewhere else."
    )]
    NoAnswer(SocketAddr, io::Error),
    #[error("{0}")]
    Unready(String),
    #[error("What answers at {0} is not HTTP: another program has that port.")]
    NotHttp(SocketAddr),
}

/// Whether this process was started for a health check, rather than to work.
pub fn is_healthcheck() -> bool {
    std::env::args_os().nth(1).is_some_and(|word| word == HEALTHCHECK)
}

/// Asks the process that listens on `address` whether it can work.
pub fn healthcheck(address: SocketAddr) -> Result<(), Unhealthy> {
    ask(reachable(address))
}

/// Where a process that listens on all addresses is found on its own machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

fn ask(address: SocketAddr) -> Result<(), Unhealthy> {
    let answer = exchange(address).map_err(|error| Unhealthy::NoAnswer(address, error))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    match head.split_ascii_whitespace().nth(1) {
        Some("200") => Ok(()),
        Some(_) if !body.trim().is_empty() => Err(Unhealthy::Unready(body.trim().to_owned())),
        Some(_) => Err(Unhealthy::Unready(head.lines().next().unwrap_or_default().to_owned())),
        None => Err(Unhealthy::NotHttp(address)),
    }
}

fn exchange(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(
        b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nConnection: close\r\n\r\n",
    )?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use std::io::BufRead as _;
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// What `ask` makes of this answer, and the first line that was asked.
    fn asked(answer: &'static str) -> (Result<(), String>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = thread::spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            let lines: Vec<String> = io::BufReader::new(client.try_clone().unwrap())
                .lines()
                .map(Result::unwrap)
                .take_while(|line| !line.is_empty())
                .collect();
            client.write_all(answer.as_bytes()).unwrap();
            lines[0].clone()
        });
        let result = ask(address).map_err(|unhealthy| unhealthy.to_string());
        (result, serving.join().unwrap())
    }

    #[test]
    fn a_process_that_can_work_is_healthy() {
        let (result, request) = asked("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assert_eq!(result, Ok(()));
        assert_eq!(request, "GET /readyz HTTP/1.1");
    }

    #[test]
    fn one_that_cannot_is_unhealthy_and_its_reasons_are_shown() {
        let (result, _) = asked("HTTP/1.1 503 Service Unavailable\r\n\r\n{\"reasons\":[\"x\"]}\n");
        assert_eq!(result, Err("{\"reasons\":[\"x\"]}".to_owned()));
        let (result, _) = asked("HTTP/1.1 500 Internal Server Error\r\n\r\n");
        assert_eq!(result, Err("HTTP/1.1 500 Internal Server Error".to_owned()));
    }

    #[test]
    fn an_answer_that_is_cut_off_is_no_health() {
        let (result, _) = asked("");
        assert!(result.unwrap_err().ends_with("is not HTTP: another program has that port."));
    }

    #[test]
    fn a_port_without_a_listener_is_named() {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let sentence = ask(address).unwrap_err().to_string();
        assert!(sentence.starts_with(&format!("Nothing answers at {address}")), "{sentence}");
    }

    #[test]
    fn a_process_that_listens_on_all_addresses_is_asked_on_its_own() {
        let of = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(of("0.0.0.0:5000"), "127.0.0.1:5000");
        assert_eq!(of("[::]:5000"), "[::1]:5000");
        assert_eq!(of("192.0.2.1:5000"), "192.0.2.1:5000");
    }
}
