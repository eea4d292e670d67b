//! One address in front of several servers: a load balancer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio::time::timeout;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Connects each client to the next server that accepts connections, in turn. It checks no more of a
/// server than that.
#[derive(Debug)]
pub struct Balancer {
    port: u16,
    servers: Arc<Mutex<Servers>>,
    task: AbortHandle,
}

#[derive(Debug)]
struct Servers {
    ports: Vec<u16>,
    turn: usize,
}

impl Balancer {
    /// Listens before servers on these ports of 127.0.0.1.
    pub async fn start(ports: Vec<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let servers = Arc::new(Mutex::new(Servers { ports, turn: 0 }));
        let chosen_from = Arc::clone(&servers);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let servers = Arc::clone(&chosen_from);
                tokio::spawn(async move { serve(client, &servers).await });
            }
        });
        Self { port, servers, task: task.abort_handle() }
    }

    /// Where clients connect.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Takes another server in the place of one.
    pub fn replace(&self, old: u16, new: u16) {
        let mut servers = self.servers.lock().unwrap();
        for port in servers.ports.iter_mut().filter(|port| **port == old) {
            *port = new;
        }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Servers {
    /// All of them, beginning with the one whose turn it is.
    fn in_turn(&mut self) -> Vec<u16> {
        self.turn = (self.turn + 1) % self.ports.len();
        let (before, from) = self.ports.split_at(self.turn);
        [from, before].concat()
    }
}

async fn serve(mut client: TcpStream, servers: &Mutex<Servers>) {
    let in_turn = servers.lock().unwrap().in_turn();
    for port in in_turn {
        let connecting = TcpStream::connect(("127.0.0.1", port));
        if let Ok(Ok(mut server)) = timeout(CONNECT_TIMEOUT, connecting).await {
            // Either side may hang up at any time.
            copy_bidirectional(&mut client, &mut server).await.ok();
            return;
        }
    }
}
