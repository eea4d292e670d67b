//! The publisher's channel on RabbitMQ.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, StreamExt as _};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Confirmation, Event};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::message::OutgoingMessage;
use super::properties::{for_message, for_report};
use super::transport::{ChannelState, ConfirmChannel, ConfirmOutcome, Connector};
use crate::connection::{AmqpConnection, Frames};
use crate::error::{ConnectError, is_missing};
use crate::ledger::confirm_report::ConfirmReport;
use crate::names::{LEDGER, REGISTRATIONS_EXCHANGE};
use crate::settings::MessagingSettings;
use crate::topology::state::TopologyState;

/// How often a connection is looked at that says nothing by itself.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(crate) struct AmqpConnector {
    settings: MessagingSettings,
    purpose: String,
}

impl AmqpConnector {
    pub(crate) fn new(settings: MessagingSettings, purpose: String) -> Self {
        Self { settings, purpose }
    }
}

impl Connector for AmqpConnector {
    type Channel = AmqpConfirmChannel;

    async fn connect(&mut self) -> Result<AmqpConfirmChannel, ConnectError> {
        let connection = AmqpConnection::open(&self.settings, &self.purpose, Frames::Small).await?;
        let events = connection.lapin().events_listener().boxed();
        let channel = connection.channel().await?;
        let confirms = channel.confirm_select(ConfirmSelectOptions::default());
        connection.in_time(async { Ok(confirms.await?) }).await?;
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(AmqpConfirmChannel { events, channel, look, connection })
    }
}

pub(crate) struct AmqpConfirmChannel {
    events: BoxStream<'static, Event>,
    channel: Channel,
    look: Interval,
    connection: AmqpConnection,
}

impl AmqpConfirmChannel {
    fn is_over(&self) -> bool {
        !(self.connection.lapin().status().connected() && self.channel.status().connected())
    }

    /// The first poll takes the delivery tag and queues the frames. It happens here, on the one
    /// task that owns the channel, so that tags and frames are in the same order.
    fn begin(
        &self,
        exchange: &'static str,
        key: &'static str,
        body: Bytes,
        properties: BasicProperties,
    ) -> BoxFuture<'static, ConfirmOutcome> {
        let (channel, topology) = (self.channel.clone(), self.connection.topology());
        let sending = send(channel, topology, exchange, key, body, properties);
        let mut confirm: BoxFuture<'static, ConfirmOutcome> = Box::pin(sending);
        match Pin::new(&mut confirm).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(settlement) => Box::pin(std::future::ready(settlement)),
            Poll::Pending => confirm,
        }
    }
}

impl ConfirmChannel for AmqpConfirmChannel {
    type Confirm = BoxFuture<'static, ConfirmOutcome>;

    fn publish(&mut self, message: OutgoingMessage) -> Self::Confirm {
        let OutgoingMessage { lane, message_id, body, headers, numbers } = message;
        match for_message(message_id, headers, numbers) {
            Some(properties) => self.begin(REGISTRATIONS_EXCHANGE, lane.as_str(), body, properties),
            // Nothing that this process makes; the broker could not be sent it either.
            None => Box::pin(std::future::ready(ConfirmOutcome::Nacked)),
        }
    }

    fn publish_report(&mut self, report: &ConfirmReport) -> Self::Confirm {
        self.begin(LEDGER, "", report.encode().into(), for_report())
    }

    async fn state_changed(&mut self) -> ChannelState {
        loop {
            tokio::select! {
                event = self.events.next() => match event {
                    Some(Event::ConnectionBlocked(reason)) => return ChannelState::Blocked(reason),
                    Some(Event::ConnectionUnblocked) => return ChannelState::Open,
                    Some(Event::Error(error)) => return ChannelState::Closed(error.to_string()),
                    None => return ChannelState::Closed("the connection ended".to_owned()),
                    Some(_) => {}
                },
                // Some ways to close raise no event.
                _ = self.look.tick() => if self.is_over() {
                    return ChannelState::Closed("the channel is closed".to_owned());
                },
            }
        }
    }

    async fn close(self) {
        self.connection.close().await;
    }
}

async fn send(
    channel: Channel,
    topology: TopologyState,
    exchange: &'static str,
    key: &'static str,
    body: Bytes,
    properties: BasicProperties,
) -> ConfirmOutcome {
    // An unroutable message goes to the alternate exchange. Were that broken too, `mandatory`
    // makes the broker return the message rather than confirm its loss.
    let options = BasicPublishOptions { mandatory: true, ..Default::default() };
    let sent = channel.basic_publish(exchange.into(), key.into(), options, &body, properties).await;
    // The window may hold it for long.
    drop(body);
    let confirmed = match sent {
        Ok(confirm) => confirm.await,
        Err(error) => Err(error),
    };
    match confirmed {
        Ok(Confirmation::Ack(None)) => ConfirmOutcome::Acked,
        Ok(Confirmation::Nack(None)) => ConfirmOutcome::Nacked,
        Ok(Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_))) => {
            topology.mark_missing();
            ConfirmOutcome::Returned
        }
        Ok(Confirmation::NotRequested) => ConfirmOutcome::ChannelClosed,
        Err(error) => {
            if is_missing(&error) {
                topology.mark_missing();
            }
            match ConnectError::from(error) {
                ConnectError::AccessRefused(why) => {
                    ConfirmOutcome::AccessRefused(refused_exchange(&why).unwrap_or(exchange))
                }
                _ => ConfirmOutcome::ChannelClosed,
            }
        }
    }
}

/// The channel closes for everything in flight, with the broker's reason to refuse one of it.
fn refused_exchange(why: &str) -> Option<&'static str> {
    [REGISTRATIONS_EXCHANGE, LEDGER].into_iter().find(|name| why.contains(&format!("'{name}'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exchange_that_is_refused_is_the_one_that_the_broker_names() {
        for name in ["registrations", "registrations.ledger"] {
            let why = format!(
                "ACCESS_REFUSED - access to exchange '{name}' in vhost '/' refused for user 'api'"
            );
            assert_eq!(refused_exchange(&why), Some(name), "{why}");
        }
        assert_eq!(refused_exchange("ACCESS_REFUSED"), None);
    }
}
