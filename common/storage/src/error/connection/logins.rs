//! Logins against a server's double, which speaks only as far as a login goes.

use std::io::Write as _;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::{DatabaseSettings, DatabaseUrl, ErrorClass, Pool, StorageError};

/// Packets that the server sends after the greeting, each in answer to one.
type Answers = &'static [&'static [u8]];

/// The server wants the password itself, and then gives the key to encrypt it with.
const FULL_LOGIN: Answers = &[b"\x01\x04", b"\x01-----BEGIN PUBLIC KEY-----"];
const ED25519: Answers = &[b"\xfeclient_ed25519\0abcdefghijklmnopqrstuvwxyz012345"];
const CLEARTEXT: Answers = &[b"\xfemysql_clear_password\0"];

/// What the greeting says: no TLS, and the default login of MySQL 8 and later.
fn greeting() -> Vec<u8> {
    // A connection with a database, protocol 4.1, its passwords, plugins for logins.
    let capabilities = 0x0008_8209_u32.to_le_bytes();
    let mut greeting = b"\x0a9.7.0\0\x01\0\0\0saltsalt\0".to_vec();
    greeting.extend(&capabilities[..2]);
    greeting.extend(b"\xff\x02\0");
    greeting.extend(&capabilities[2..]);
    greeting.extend(b"\x15\0\0\0\0\0\0\0\0\0\0saltsaltsalt\0caching_sha2_password\0");
    greeting
}

async fn send(stream: &mut TcpStream, number: u8, content: &[u8]) {
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    stream.write_all(&[&length[..3], &[number], content].concat()).await.unwrap();
}

async fn receive(stream: &mut TcpStream) -> u8 {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await.unwrap();
    let length = u32::from_le_bytes([head[0], head[1], head[2], 0]);
    let mut content = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut content).await.unwrap();
    head[3]
}

async fn log_in(listener: TcpListener, answers: Answers) -> StorageError {
    let place = listener.local_addr().unwrap();
    let url = format!("mysql://me:hunter2@{place}/registrar");
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        send(&mut stream, 0, &greeting()).await;
        for answer in answers {
            let number = receive(&mut stream).await;
            send(&mut stream, number + 1, answer).await;
        }
        stream
    };
    let pool = Pool::new(&DatabaseSettings::new(DatabaseUrl::parse(&url).unwrap()));
    let (_stream, answer) = tokio::join!(server, pool.ping());
    answer.unwrap_err()
}

async fn log_in_here(answers: Answers) -> StorageError {
    log_in(TcpListener::bind("127.0.0.1:0").await.unwrap(), answers).await
}

#[tokio::test]
async fn the_default_login_without_tls_says_that_it_needs_tls() {
    let error = log_in_here(FULL_LOGIN).await;
    assert_eq!(error.class(), ErrorClass::System);
    assert!(error.to_string().contains("caching_sha2_password, which needs TLS"), "{error}");
}

#[tokio::test]
async fn a_login_that_is_not_supported_is_named() {
    for (answers, plugin) in [(ED25519, "client_ed25519"), (CLEARTEXT, "mysql_clear_password")] {
        let error = log_in_here(answers).await;
        assert_eq!(error.class(), ErrorClass::System);
        assert!(error.to_string().contains(plugin), "{error}");
    }
}

#[tokio::test]
async fn a_server_at_an_ipv6_address_is_reached() {
    let Ok(listener) = TcpListener::bind("[::1]:0").await else {
        let _ = writeln!(std::io::stdout(), "skipped: there is no IPv6 on this machine");
        return;
    };
    let error = log_in(listener, ED25519).await;
    assert!(error.to_string().contains("client_ed25519"), "{error}");
}
