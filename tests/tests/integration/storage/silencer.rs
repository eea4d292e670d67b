//! A way to MySQL on which the server falls silent at a chosen moment.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// Passes everything on until a client sends certain bytes: these and what follows on that
/// connection never arrive, and the connection stays open.
pub(super) struct Silencer {
    port: u16,
    all_so_far: watch::Sender<()>,
    task: AbortHandle,
}

impl Silencer {
    pub(super) async fn start(server: SocketAddr, silenced_by: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let all_so_far = watch::Sender::new(());
        let silenced = all_so_far.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(server).await.unwrap();
                tokio::spawn(pass_on(client, server, silenced_by, silenced.subscribe()));
            }
        });
        Self { port, all_so_far, task: task.abort_handle() }
    }

    /// `url` by this way, without encryption, which would hide the bytes.
    pub(super) fn url(&self, url: &str) -> String {
        let (user, rest) = url.rsplit_once('@').unwrap();
        let (_, database) = rest.split_once('/').unwrap();
        format!("{user}@127.0.0.1:{}/{database}?ssl-mode=DISABLED", self.port)
    }

    /// Silences the connections there are, and none that come.
    pub(super) fn silence_all_so_far(&self) {
        self.all_so_far.send_replace(());
    }
}

impl Drop for Silencer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass_on(
    mut client: TcpStream,
    mut server: TcpStream,
    silenced_by: &'static [u8],
    mut silenced: watch::Receiver<()>,
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
                    return stay_silent(client).await;
                }
                server.write_all(sent).await.unwrap();
            }
            _ = silenced.changed() => return stay_silent(client).await,
            answered_now = server.read(&mut answered) => {
                let sent = &answered[..answered_now.unwrap_or_default()];
                if sent.is_empty() || client.write_all(sent).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Until the client gives up.
async fn stay_silent(mut client: TcpStream) {
    let mut asked = [0; 1_024];
    while client.read(&mut asked).await.is_ok_and(|count| count > 0) {}
}
