//! From the library's delivery to ours.

use std::collections::BTreeMap;

use lapin::types::{AMQPValue, FieldTable, ShortString};

use super::delivery::{Death, Delivery};
use crate::guard::caught;
use crate::ledger::sequence_range::SequenceRange;

const DELIVERY_COUNT: &str = "x-delivery-count";
const FIRST_DEATH_REASON: &str = "x-first-death-reason";
const FIRST_DEATH_QUEUE: &str = "x-first-death-queue";

impl From<lapin::message::Delivery> for Delivery {
    fn from(from: lapin::message::Delivery) -> Self {
        let none = FieldTable::default();
        let table = from.properties.headers().as_ref().unwrap_or(&none);
        let headers = caught(|| texts(table)).unwrap_or_default();
        let death = headers.get(FIRST_DEATH_REASON).zip(headers.get(FIRST_DEATH_QUEUE));
        let death =
            death.map(|(reason, queue)| Death { reason: reason.clone(), queue: queue.clone() });
        Self {
            tag: from.delivery_tag,
            routing_key: from.routing_key.as_str().to_owned(),
            redelivered: from.redelivered,
            delivery_count: caught(|| table.inner().get(DELIVERY_COUNT).map_or(0, count))
                .unwrap_or(0),
            message_id: from.properties.message_id().as_ref().map(|id| id.as_str().to_owned()),
            death,
            numbers: caught(|| SequenceRange::read(&headers)).flatten(),
            headers,
            body: from.data,
        }
    }
}

fn texts(table: &FieldTable) -> BTreeMap<String, String> {
    let named =
        |(name, value): (&ShortString, &AMQPValue)| Some((name.as_str().to_owned(), text(value)?));
    table.into_iter().filter_map(named).collect()
}

fn text(value: &AMQPValue) -> Option<String> {
    let bytes = value.as_long_string()?.as_bytes();
    String::from_utf8(bytes.to_vec()).ok()
}

/// Brokers send the count in different widths.
fn count(value: &AMQPValue) -> u32 {
    let count = match *value {
        AMQPValue::LongLongInt(count) => Some(count),
        AMQPValue::LongInt(count) => Some(count.into()),
        AMQPValue::LongUInt(count) => Some(count.into()),
        AMQPValue::ShortInt(count) => Some(count.into()),
        AMQPValue::ShortUInt(count) => Some(count.into()),
        AMQPValue::ShortShortInt(count) => Some(count.into()),
        AMQPValue::ShortShortUInt(count) => Some(count.into()),
        _ => None,
    };
    count.and_then(|count| u32::try_from(count).ok()).unwrap_or(0)
}
