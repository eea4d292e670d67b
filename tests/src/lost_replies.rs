//! A proxy before MySQL that loses the reply to a statement that was executed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// Forwards everything. Of the statements that hold certain bytes, every nth is executed, its
/// reply is lost, and the connection is cut: the client cannot know whether it was committed.
#[derive(Debug)]
pub struct LostReplies {
    port: u16,
    losses: Arc<Losses>,
    task: AbortHandle,
}

#[derive(Debug)]
struct Losses {
    of: &'static [u8],
    every: usize,
    over: AtomicBool,
    /// Statements so far.
    seen: AtomicUsize,
    /// Replies that came and were not passed on.
    lost: AtomicUsize,
}

impl LostReplies {
    /// Listens before the server of a URL.
    pub async fn start(database_url: &str, of: &'static [u8], every: usize) -> Self {
        let server = address_in(database_url);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (over, seen, lost) = Default::default();
        let losses = Arc::new(Losses { of, every, over, seen, lost });
        let counted = Arc::clone(&losses);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(server).await.unwrap();
                tokio::spawn(pass_on(client, server, Arc::clone(&counted)));
            }
        });
        Self { port, losses, task: task.abort_handle() }
    }

    /// `url` through this proxy, without encryption, which would hide the bytes.
    pub fn url(&self, url: &str) -> String {
        let (user, rest) = url.rsplit_once('@').unwrap();
        let (_, database) = rest.split_once('/').unwrap();
        format!("{user}@127.0.0.1:{}/{database}?ssl-mode=DISABLED", self.port)
    }

    /// Loses nothing from now on.
    pub fn lose_no_more(&self) {
        self.losses.over.store(true, Ordering::Relaxed);
    }

    /// How many replies were lost so far.
    pub fn lost(&self) -> usize {
        self.losses.lost.load(Ordering::Relaxed)
    }
}

impl Drop for LostReplies {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Losses {
    fn next_is_lost(&self, request: &[u8]) -> bool {
        !self.over.load(Ordering::Relaxed)
            && request.windows(self.of.len()).any(|bytes| bytes == self.of)
            && self.seen.fetch_add(1, Ordering::Relaxed) % self.every == self.every - 1
    }
}

async fn pass_on(mut client: TcpStream, mut server: TcpStream, losses: Arc<Losses>) {
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    let mut loses_reply = false;
    loop {
        tokio::select! {
            asked_now = client.read(&mut asked) => {
                let sent = &asked[..asked_now.unwrap_or_default()];
                if sent.is_empty() || server.write_all(sent).await.is_err() {
                    return;
                }
                loses_reply |= losses.next_is_lost(sent);
            }
            answered_now = server.read(&mut answered) => {
                let sent = &answered[..answered_now.unwrap_or_default()];
                if sent.is_empty() {
                    return;
                }
                // The server replies when it has the whole statement and has executed it.
                if loses_reply {
                    losses.lost.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                if client.write_all(sent).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn address_in(url: &str) -> SocketAddr {
    let (_, place) = url.rsplit_once('@').unwrap();
    place.split('/').next().unwrap().parse().unwrap()
}
