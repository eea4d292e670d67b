//! A proxy before MySQL that drops packets from a chosen moment on.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

/// Where the server of a URL listens.
pub(super) fn address_in(url: &str) -> SocketAddr {
    let (_, place) = url.rsplit_once('@').unwrap();
    place.split('/').next().unwrap().parse().unwrap()
}

/// Forwards everything until a client sends certain bytes: these and what follows on that
/// connection do not arrive, and the connection stays open.
pub(super) struct Silencer {
    port: u16,
    all_so_far: watch::Sender<()>,
    late: Arc<Late>,
    task: AbortHandle,
}

impl Silencer {
    pub(super) async fn start(server: SocketAddr, silenced_by: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let all_so_far = watch::Sender::new(());
        let late = Arc::new(Late::default());
        let (silenced, held_back) = (all_so_far.clone(), Arc::clone(&late));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(server).await.unwrap();
                tokio::spawn(pass_on(
                    client,
                    server,
                    silenced_by,
                    silenced.subscribe(),
                    Arc::clone(&held_back),
                ));
            }
        });
        Self { port, all_so_far, late, task: task.abort_handle() }
    }

    /// `url` through this proxy, without encryption, which would hide the bytes.
    pub(super) fn url(&self, url: &str) -> String {
        let (user, rest) = url.rsplit_once('@').unwrap();
        let (_, database) = rest.split_once('/').unwrap();
        format!("{user}@127.0.0.1:{}/{database}?ssl-mode=DISABLED", self.port)
    }

    /// Forwards what was held back, on one connection, and waits until the server has
    /// executed it or refused to.
    pub(super) async fn deliver_late(&self) {
        self.late.go.notify_one();
        self.late.arrived.notified().await;
    }

    /// Silences the open connections, and no later ones.
    pub(super) fn silence_all_so_far(&self) {
        self.all_so_far.send_replace(());
    }
}

impl Drop for Silencer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Default)]
struct Late {
    go: Notify,
    arrived: Notify,
}

impl Late {
    async fn deliver(&self, held_back: &[u8], server: &mut TcpStream) {
        self.go.notified().await;
        // Both fail when the server has ended the connection.
        server.write_all(held_back).await.ok();
        server.read_u8().await.ok();
        self.arrived.notify_one();
    }
}

async fn pass_on(
    mut client: TcpStream,
    mut server: TcpStream,
    silenced_by: &'static [u8],
    mut silenced: watch::Receiver<()>,
    late: Arc<Late>,
) {
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            asked_now = client.read(&mut asked) => {
                let sent = &asked[..asked_now.unwrap_or_default()];
                if sent.is_empty() {
                    return;
                }
                if sent.windows(silenced_by.len()).any(|bytes| bytes == silenced_by) {
                    return late.deliver(sent, &mut server).await;
                }
                server.write_all(sent).await.unwrap();
            }
            _ = silenced.changed() => return late.deliver(&[], &mut server).await,
            answered_now = server.read(&mut answered) => {
                let sent = &answered[..answered_now.unwrap_or_default()];
                if sent.is_empty() || client.write_all(sent).await.is_err() {
                    return;
                }
            }
        }
    }
}
