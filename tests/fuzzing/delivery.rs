use lapin::BasicProperties;
use lapin::types::parsing::parse_field_table;
use registrar_messaging::Delivery;
use registrar_telemetry::propagation;

use super::corpus::holds_for;

/// The bytes of AMQP headers as they come over the network, without the length in front.
#[test]
fn any_headers_make_a_delivery() {
    holds_for("headers", |bytes| {
        let mut framed = u32::try_from(bytes.len()).unwrap().to_be_bytes().to_vec();
        framed.extend_from_slice(bytes);
        let Ok((_, table)) = parse_field_table(framed.as_slice()) else { return };
        let names: Vec<_> = table.inner().keys().map(|name| name.as_str().to_owned()).collect();
        let body = b"body".to_vec();
        let mut message = lapin::message::Delivery::mock(7, "".into(), "bulk".into(), true, body);
        message.properties = BasicProperties::default().with_headers(table);
        let delivery = Delivery::from(message);
        assert_eq!((delivery.tag, delivery.body.as_slice()), (7, b"body".as_slice()));
        assert!(delivery.headers.keys().all(|name| names.contains(name)));
        let _ = propagation::extract(&delivery.headers);
    });
}
