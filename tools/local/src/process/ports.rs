//! Ports on 127.0.0.1 for private servers.

use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::StackError;

/// Below the kernel's ephemeral ports (32768 and up): otherwise an outgoing connection could take
/// a server's port while that server is down, and it could not come back.
const FIRST: u16 = 20_000;
const LAST: u16 = 31_999;

/// A port of a server. One that was chosen is no other server's on this machine for as long as this value
/// lives.
///
/// That is a lease on the UDP port of the same number, bound and never used: it works between
/// processes and ends with them, without files.
#[derive(Debug)]
pub(crate) struct Port {
    number: u16,
    _lease: Option<UdpSocket>,
}

impl Port {
    /// This port, which must be free; 0 takes any that is.
    pub(crate) fn choose(what: &'static str, port: u16) -> Result<Self, StackError> {
        if port == 0 {
            return Self::lease();
        }
        require_free(what, port)?;
        Ok(Self::at(port))
    }

    /// Without asking whether it is free: another server may listen there.
    pub(crate) fn at(number: u16) -> Self {
        Self { number, _lease: None }
    }

    pub(crate) fn number(&self) -> u16 {
        self.number
    }

    fn lease() -> Result<Self, StackError> {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let span = LAST - FIRST + 1;
        // Processes start at different places so that they rarely try the same port.
        let start = u16::try_from(process::id() * 37 % u32::from(span)).unwrap_or(0);
        for _ in 0..span {
            let step = NEXT.fetch_add(1, Ordering::Relaxed) % span;
            let number = FIRST + (start + step) % span;
            if let Ok(lease) = UdpSocket::bind((Ipv4Addr::LOCALHOST, number))
                && is_free(number)
            {
                return Ok(Self { number, _lease: Some(lease) });
            }
        }
        Err(StackError::NoFreePort { first: FIRST, last: LAST })
    }
}

pub fn require_free(what: &'static str, port: u16) -> Result<(), StackError> {
    if is_free(port) { Ok(()) } else { Err(StackError::PortTaken { what, port }) }
}

fn is_free(port: u16) -> bool {
    // 0.0.0.0 so that a listener on any address counts.
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok()
}

pub(crate) fn is_listening(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}
