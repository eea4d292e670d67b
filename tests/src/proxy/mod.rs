//! A TCP proxy in which a test decides what arrives.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep;

const MOST_AT_ONCE: usize = 16 * 1024;

/// What happens to what is sent, on all connections, also later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// Everything arrives.
    Flowing,
    /// Nothing arrives, not even a close or a reset: as when packets are dropped. What
    /// was sent arrives once it flows again, as TCP repeats it then.
    Silent,
    /// What clients send arrives, what the server answers is held back.
    Unanswered,
    /// Everything arrives so much later, up to twice that when there is much of it.
    Late(Duration),
    /// So many bytes arrive per second, of each connection and in each direction.
    Slow(u32),
}

#[derive(Clone, Copy)]
enum To {
    Server,
    Client,
}

impl Traffic {
    fn is_held_back(self, to: To) -> bool {
        match to {
            To::Server => self == Self::Silent,
            To::Client => matches!(self, Self::Silent | Self::Unanswered),
        }
    }

    fn delay_of(self, bytes: usize) -> Duration {
        match self {
            Self::Late(delay) => delay,
            Self::Slow(bytes_per_second) => {
                Duration::from_secs(1) * u32::try_from(bytes).unwrap() / bytes_per_second
            }
            _ => Duration::ZERO,
        }
    }
}

/// A TCP proxy in front of one server.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    traffic: watch::Sender<Traffic>,
    cuts: watch::Sender<()>,
    task: AbortHandle,
}

impl Proxy {
    /// A proxy to the server of this URL, through which everything passes.
    pub async fn to(url: &str) -> Self {
        let server = address_in(url);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (traffic, cuts) = (watch::Sender::new(Traffic::Flowing), watch::Sender::new(()));
        let (flow, cut) = (traffic.clone(), cuts.clone());
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(connection(client, server, flow.subscribe(), cut.subscribe()));
                while connections.try_join_next().is_some() {}
            }
        });
        Self { port, traffic, cuts, task: task.abort_handle() }
    }

    /// The URL through this proxy.
    pub fn url(&self, url: &str) -> String {
        let (user, rest) = url.rsplit_once('@').unwrap();
        let (_, path) = rest.split_once('/').unwrap();
        format!("{user}@127.0.0.1:{}/{path}", self.port)
    }

    /// Decides what arrives from now on.
    pub fn set(&self, traffic: Traffic) {
        self.traffic.send_replace(traffic);
    }

    /// Resets all open connections, and no later ones.
    pub fn cut(&self) {
        self.cuts.send_replace(());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Where the server of a URL listens.
fn address_in(url: &str) -> SocketAddr {
    let (_, place) = url.rsplit_once('@').unwrap();
    place.split('/').next().unwrap().parse().unwrap()
}

async fn connection(
    mut client: TcpStream,
    server: SocketAddr,
    mut traffic: watch::Receiver<Traffic>,
    mut cuts: watch::Receiver<()>,
) {
    let connecting = async {
        flowing(&mut traffic, To::Server).await;
        TcpStream::connect(server).await
    };
    let mut server = tokio::select! {
        connected = connecting => match connected {
            Ok(server) => server,
            // The client sees a close, which is what a proxy has for a refusal.
            Err(_) => return,
        },
        _ = cuts.changed() => return drop(client.set_zero_linger()),
    };
    // A small frame must not wait for the acknowledgement of the one before.
    drop((client.set_nodelay(true), server.set_nodelay(true)));
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    tokio::select! {
        () = pass_on(from_client, to_server, To::Server, traffic.clone()) => {}
        () = pass_on(from_server, to_client, To::Client, traffic) => {}
        _ = cuts.changed() => drop((client.set_zero_linger(), server.set_zero_linger())),
    }
}

/// Until one of the two closes.
async fn pass_on(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    direction: To,
    mut traffic: watch::Receiver<Traffic>,
) {
    let mut buffer = vec![0; MOST_AT_ONCE];
    loop {
        // Nothing is read in the meantime, so a close goes unnoticed too.
        flowing(&mut traffic, direction).await;
        let sent = tokio::select! {
            biased;
            _ = traffic.changed() => continue,
            sent = from.read(&mut buffer) => sent.unwrap_or_default(),
        };
        let delay = traffic.borrow().delay_of(sent);
        sleep(delay).await;
        flowing(&mut traffic, direction).await;
        if sent == 0 || to.write_all(&buffer[..sent]).await.is_err() {
            return;
        }
    }
}

/// Waits until this direction is not held back. Without the proxy there is nothing to wait for.
async fn flowing(traffic: &mut watch::Receiver<Traffic>, direction: To) {
    drop(traffic.wait_for(|traffic| !traffic.is_held_back(direction)).await);
}

#[cfg(test)]
mod tests;
