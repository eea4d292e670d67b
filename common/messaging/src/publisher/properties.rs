use std::collections::BTreeMap;

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, LongString, ShortString};
use registrar_domain::clock;

/// The message is written to disk also by queues that would not do so by themselves.
const PERSISTENT: u8 = 2;
/// The body is an envelope; the number says what its consumers must be able to read.
const MESSAGE_TYPE: &str = "registrations.v1";
/// The body is a confirm report; the name on the wire is older.
const REPORT_TYPE: &str = "statement.v1";
const APP_ID: &str = "registrar";

/// The properties of a message published now; none when the id or a header's name is longer than
/// AMQP allows (255 bytes).
pub(crate) fn for_message(
    message_id: &str,
    headers: &BTreeMap<String, String>,
) -> Option<BasicProperties> {
    let mut table = FieldTable::default();
    for (name, value) in headers {
        // A short string in a table is written with an invalid type, hence the long one.
        let value = AMQPValue::LongString(LongString::from(value.as_str()));
        table.insert(ShortString::try_new(name.as_str()).ok()?, value);
    }
    let message_id = ShortString::try_new(message_id).ok()?;
    Some(with_type(MESSAGE_TYPE).with_message_id(message_id).with_headers(table))
}

/// The properties of a confirm report published now.
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
