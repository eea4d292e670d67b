//! Taking a port at the start.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

/// The port cannot be had. The operator's fault.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {reason}; set {variable} to a free address", reason = explain(cause))]
pub struct ListenError {
    address: SocketAddr,
    variable: &'static str,
    // Not a source: the reason says it already.
    cause: io::Error,
}

/// Listens on `address`, which the environment variable `variable` sets; port 0 takes any that is
/// free. Returns the address with the port that was taken.
pub async fn listen(
    address: SocketAddr,
    variable: &'static str,
) -> Result<(TcpListener, SocketAddr), ListenError> {
    let refused = |cause| ListenError { address, variable, cause };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}

fn explain(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another process has that port",
        io::ErrorKind::AddrNotAvailable => "this machine has no such address",
        io::ErrorKind::PermissionDenied => "this user may not use that port",
        _ => "the operating system refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refused(address: &str) -> String {
        listen(address.parse().unwrap(), "REGISTRAR_ADDRESS").await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn the_port_that_was_taken_is_returned() {
        let (listener, address) = listen("127.0.0.1:0".parse().unwrap(), "").await.unwrap();
        assert_ne!(address.port(), 0);
        assert_eq!(listener.local_addr().unwrap(), address);
    }

    #[tokio::test]
    async fn a_port_that_cannot_be_had_is_a_sentence_that_says_what_to_do() {
        let (_holder, taken) = listen("127.0.0.1:0".parse().unwrap(), "").await.unwrap();
        assert_eq!(
            refused(&taken.to_string()).await,
            format!(
                "cannot listen on {taken}: another process has that port; set REGISTRAR_ADDRESS to \
                 a free address"
            )
        );
        // An address of TEST-NET-1 (RFC 5737).
        assert!(refused("192.0.2.1:0").await.contains("this machine has no such address"));
    }
}
