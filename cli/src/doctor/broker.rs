//! Whether the API and the worker could log in to RabbitMQ.

use registrar_messaging::{ConnectError, MessagingSettings, try_to_connect};

use super::finding::{Finding, Problem};
use crate::broker::BrokerArguments;

const CHECK: &str = "RabbitMQ";

pub(super) async fn examine(arguments: &BrokerArguments) -> Option<Finding> {
    let url = arguments.amqp_url()?;
    let place = url.place();
    Some(match try_to_connect(&MessagingSettings::new(url.clone())).await {
        Ok(()) => Finding::well(CHECK, format!("Programs can log in at {place}.")),
        Err(error @ (ConnectError::Unreachable { .. } | ConnectError::TimedOut { .. })) => {
            Finding::unknown(CHECK, format!("{error}."))
        }
        Err(error) => {
            let fix = "Correct AMQP_URL, or give the user its rights: rabbitmqctl set_permissions \
                        -p VIRTUAL_HOST USER '.*' '.*' '.*'";
            Finding::wrong(CHECK, Problem::new(format!("{error}."), fix))
        }
    })
}
