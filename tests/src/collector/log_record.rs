use std::collections::BTreeMap;

use opentelemetry_proto::tonic::logs::v1::LogRecord as ProtoLogRecord;

use super::attributes;
use super::attributes::hexadecimal;

/// A log record as it was received.
#[derive(Clone, Debug)]
pub struct LogRecord {
    /// The service that wrote it.
    pub service: String,
    /// What it says.
    pub message: String,
    /// Its fields, as text.
    pub attributes: BTreeMap<String, String>,
    /// The trace it belongs to, in hexadecimal; empty for none.
    pub trace_id: String,
    /// The span it belongs to, in hexadecimal; empty for none.
    pub span_id: String,
}

impl LogRecord {
    pub(super) fn read(service: &str, record: ProtoLogRecord) -> Self {
        Self {
            service: service.to_owned(),
            message: attributes::text(record.body),
            attributes: attributes::read(record.attributes),
            trace_id: hexadecimal(&record.trace_id),
            span_id: hexadecimal(&record.span_id),
        }
    }
}
