//! Connecting to RabbitMQ, in bounded time and leaving nothing behind.

use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lapin::tcp::AsyncTcpStream;
use lapin::uri::AMQPScheme;
use lapin::{Channel, ConnectionProperties};
use tokio::time::timeout;

use crate::error::ConnectError;
use crate::settings::MessagingSettings;
use crate::topology::declare::declare;
use crate::topology::state::TopologyState;

/// How large frames may get, unless the URL says. A long body goes in several; headers must fit
/// into one.
///
/// For each connection lapin keeps room for sixty-four frames, which it allocates anew, and all of
/// it filled, when the broker's limit is the first it hears of.
#[derive(Clone, Copy)]
pub(crate) enum Frames {
    /// For connections that carry our own messages only, whose headers are short.
    Small,
    /// The largest that RabbitMQ allows: lapin hangs up on one that is larger than agreed,
    /// so that one message with long headers would stop a consumer for ever.
    ServerMaximum,
}

impl Frames {
    fn bytes(self) -> u32 {
        match self {
            Self::Small => 16 * 1024,
            Self::ServerMaximum => 128 * 1024,
        }
    }
}

/// Connects and closes the connection, without declaring anything.
pub async fn try_to_connect(settings: &MessagingSettings) -> Result<(), ConnectError> {
    AmqpConnection::without_topology(settings, "look", Frames::Small).await?.close().await;
    Ok(())
}

/// A connection to RabbitMQ. Dropping it cuts it off.
pub(crate) struct AmqpConnection {
    connection: lapin::Connection,
    wire: Wire,
    place: String,
    answer_timeout: Duration,
    topology: TopologyState,
}

impl AmqpConnection {
    /// Connects, and declares the topology unless this process knows that it is there. `purpose` is
    /// what RabbitMQ's own lists show.
    pub(crate) async fn open(
        settings: &MessagingSettings,
        purpose: &str,
        frames: Frames,
    ) -> Result<Self, ConnectError> {
        let this = Self::without_topology(settings, purpose, frames).await?;
        if !this.topology.is_declared() {
            this.in_time(declare(&this.connection, &this.topology)).await?;
        }
        Ok(this)
    }

    pub(crate) async fn without_topology(
        settings: &MessagingSettings,
        purpose: &str,
        frames: Frames,
    ) -> Result<Self, ConnectError> {
        let place = settings.amqp_url.place();
        let answer_timeout = settings.amqp_connect_timeout;
        let wire = Wire::default();
        let connecting = connect(settings, purpose, frames, wire.clone());
        let connection = match timeout(answer_timeout, connecting).await {
            Ok(connected) => connected.map_err(|error| ConnectError::from(error).at(&place))?,
            Err(_) => return Err(ConnectError::TimedOut { place }),
        };
        let topology = settings.topology.clone();
        Ok(Self { connection, wire, place, answer_timeout, topology })
    }

    pub(crate) async fn channel(&self) -> Result<Channel, ConnectError> {
        self.in_time(async { Ok(self.connection.create_channel().await?) }).await
    }

    /// Runs one exchange with the broker, which must answer in time.
    pub(crate) async fn in_time<T>(
        &self,
        exchange: impl Future<Output = Result<T, ConnectError>>,
    ) -> Result<T, ConnectError> {
        let place = || self.place.clone();
        let answer = timeout(self.answer_timeout, exchange).await;
        let answer = answer.map_err(|_| ConnectError::TimedOut { place: place() })?;
        if let Err(ConnectError::Missing(_)) = &answer {
            self.topology.mark_missing();
        }
        answer.map_err(|error| error.at(&self.place))
    }

    pub(crate) fn topology(&self) -> TopologyState {
        self.topology.clone()
    }

    pub(crate) fn lapin(&self) -> &lapin::Connection {
        &self.connection
    }

    /// Closes it, and waits a bounded time for the broker to have read everything before that.
    pub(crate) async fn close(self) {
        let closing = self.connection.close(200, "OK".into());
        // If there is no answer, cutting the wire has to do.
        drop(timeout(self.answer_timeout, closing).await);
    }
}

impl Drop for AmqpConnection {
    fn drop(&mut self) {
        self.wire.cut();
    }
}

/// The socket under a connection, to be cut when the library would not let go of it: it goes on
/// for ever in a thread of its own when the broker hangs in the handshake or blocks a connection.
#[derive(Clone, Default)]
struct Wire(Arc<OnceLock<OwnedFd>>);

impl Wire {
    fn cut(&self) {
        if let Some(socket) = self.0.get().and_then(|socket| socket.try_clone().ok()) {
            // It may be closed already, which is as well.
            drop(TcpStream::from(socket).shutdown(Shutdown::Both));
        }
    }
}

/// Cuts the wire unless connecting came to its end.
struct CutUnlessConnected(Option<Wire>);

impl Drop for CutUnlessConnected {
    fn drop(&mut self) {
        if let Some(wire) = &self.0 {
            wire.cut();
        }
    }
}

async fn connect(
    settings: &MessagingSettings,
    purpose: &str,
    frames: Frames,
    wire: Wire,
) -> lapin::Result<lapin::Connection> {
    let mut uri = settings.amqp_url.uri().clone();
    uri.query.frame_max.get_or_insert(frames.bytes());
    uri.query.heartbeat = Some(settings.amqp_heartbeat_seconds.get());
    let name = format!("registrar {} {purpose}", env!("CARGO_PKG_VERSION"));
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    let tls = settings.amqp_url.tls().clone();
    let limit = settings.amqp_connect_timeout;
    let mut guard = CutUnlessConnected(Some(wire.clone()));
    let connected = lapin::Connection::connector(
        uri,
        lapin::runtime::default_runtime()?,
        async move |uri, runtime| {
            let place = (uri.authority.host.clone(), uri.authority.port);
            let plain = AsyncTcpStream::connect(&runtime, runtime.to_socket_addrs(place));
            // The library's thread runs this, also when no caller waits for it any more.
            let plain = timeout(limit, plain).await.map_err(std::io::Error::from)??;
            if let AsyncTcpStream::Plain(stream) = &plain {
                let socket = stream.get_ref().as_fd().try_clone_to_owned()?;
                drop(wire.0.set(socket));
            }
            Ok(match uri.scheme {
                AMQPScheme::AMQP => plain,
                AMQPScheme::AMQPS => {
                    timeout(limit, plain.into_tls(&uri.authority.host, tls.as_ref()))
                        .await
                        .map_err(std::io::Error::from)??
                }
            })
        },
        properties,
    )
    .await;
    guard.0 = None;
    connected
}

#[cfg(test)]
mod tests;
