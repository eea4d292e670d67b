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

    #[tokio::test]
    async fn a_port_that_cannot_be_had_is_a_sentence_that_says_what_to_do() {
        // An address of TEST-NET-1 (RFC 5737). The tests of the processes ask for a port that is taken.
        let error = listen("192.0.2.1:5000".parse().unwrap(), "REGISTRAR_ADDRESS").await;
        assert_eq!(
            error.unwrap_err().to_string(),
            "cannot listen on 192.0.2.1:5000: this machine has no such address; set \
             REGISTRAR_ADDRESS to a free address"
        );
    }
}
