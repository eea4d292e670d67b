use std::collections::BTreeMap;

use lapin::BasicProperties;
use lapin::types::{AMQPValue, LongString, ShortString};
use registrar_domain::clock;

use crate::ledger::sequence_range::SequenceRange;

/// The message is written to disk also by queues that would not do so by themselves.
const PERSISTENT: u8 = 2;
/// The body is an envelope; the number says what its consumers must be able to read.
const MESSAGE_TYPE: &str = "registrations.v1";
/// The body is a confirm report; the name on the wire is older.
const REPORT_TYPE: &str = "statement.v1";
const APP_ID: &str = "registrar";

/// The properties of a message published now, whose numbers take the place of those of an earlier
/// publishing; none when the id or a header's name is longer than AMQP allows (255 bytes).
pub(crate) fn for_message(
    message_id: String,
    headers: BTreeMap<String, String>,
    numbers: Option<SequenceRange>,
) -> Option<BasicProperties> {
    let mut table = BTreeMap::new();
    for (name, value) in headers {
        table.insert(ShortString::try_new(name).ok()?, text(value));
    }
    for (name, value) in numbers.into_iter().flat_map(SequenceRange::headers) {
        table.insert(name.into(), text(value));
    }
    let message_id = ShortString::try_new(message_id).ok()?;
    Some(with_type(MESSAGE_TYPE).with_message_id(message_id).with_headers(table.into()))
}

/// A short string in a table is written with an invalid type, hence the long one.
fn text(value: String) -> AMQPValue {
    AMQPValue::LongString(LongString::from(value))
}

pub(crate) fn for_report() -> BasicProperties {
    with_type(REPORT_TYPE)
}

fn with_type(kind: &str) -> BasicProperties {
    let now = clock::now().unix_timestamp();
    BasicProperties::default()
        .with_content_type("application/json".into())
        .with_delivery_mode(PERSISTENT)
        .with_timestamp(u64::try_from(now).unwrap_or_default())
        .with_type(kind.into())
        .with_app_id(APP_ID.into())
}

#[cfg(test)]
mod tests {
    use registrar_domain::ledger::ProducerId;

    use super::*;

    #[test]
    fn a_message_that_is_published_again_has_the_new_numbers() {
        let [old, new] = [7, 1].map(|first| SequenceRange {
            producer: ProducerId::generate(),
            first,
            last: first,
        });
        let headers = old.headers().into_iter().map(|(name, value)| (name.to_owned(), value));
        let properties = for_message("id".to_owned(), headers.collect(), Some(new)).unwrap();
        let table = properties.headers().clone().unwrap_or_default();
        let written = table.into_iter().map(|(name, value)| match value {
            AMQPValue::LongString(text) => (name.to_string(), text.to_string()),
            other => panic!("{name} is {other:?}"),
        });
        assert_eq!(SequenceRange::read(&written.collect()), Some(new));
    }
}
