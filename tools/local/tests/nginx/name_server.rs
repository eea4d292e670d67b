use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;

/// Of a question: what follows the name is its type and class, two bytes each.
const HEADER: usize = 12;
const TYPE_A: [u8; 2] = [0, 1];
/// Answers are authoritative; the second says that there is no such name (RFC 1035, 4.1.1).
const FOUND: [u8; 2] = [0x84, 0];
const NOT_FOUND: [u8; 2] = [0x84, 3];
/// An address of the name in the question, kept for an hour.
const ADDRESS_RECORD: [u8; 12] = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0x0E, 0x10, 0, 4];

/// Knows one address for every name, or none.
pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    known: Arc<Mutex<Option<Ipv4Addr>>>,
}

impl NameServer {
    /// It knows no name yet, and ends with the tests.
    pub(crate) fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let known = Arc::new(Mutex::new(None));
        let answers = Arc::clone(&known);
        thread::spawn(move || {
            let mut question = [0; 512];
            while let Ok((length, client)) = socket.recv_from(&mut question) {
                let answer = answer(&question[..length], *answers.lock().unwrap());
                socket.send_to(&answer, client).unwrap();
            }
        });
        Self { address, known }
    }

    /// From now on names have this address.
    pub(crate) fn set(&self, address: Ipv4Addr) {
        *self.known.lock().unwrap() = Some(address);
    }
}

fn answer(message: &[u8], known: Option<Ipv4Addr>) -> Vec<u8> {
    let name = message[HEADER..].iter().position(|&length| length == 0).unwrap() + HEADER + 1;
    let is_for_a = message[name..name + 2] == TYPE_A;
    let found = known.filter(|_| is_for_a);
    let code = if known.is_some() { FOUND } else { NOT_FOUND };
    let counts = [0, 1, 0, u8::from(found.is_some()), 0, 0, 0, 0];
    let mut answer = [&message[..2], &code, &counts, &message[HEADER..name + 4]].concat();
    if let Some(address) = found {
        answer.extend(ADDRESS_RECORD);
        answer.extend(address.octets());
    }
    answer
}
