//! In which format metrics are served.

use axum::http::{HeaderMap, header};
use registrar_http::negotiation::{MediaType, Welcome, weighted};

const OPEN_METRICS: (MediaType, &[u8]) = ((b"application", b"openmetrics-text"), b"1.0.0");
const TEXT: (MediaType, &[u8]) = ((b"text", b"plain"), b"0.0.4");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    OpenMetrics,
    Text,
}

impl Format {
    /// What a scraper would rather have (RFC 9110, 12.5.1). A range of another version of a format
    /// does not mean ours.
    pub(super) fn asked_for(headers: &HeaderMap) -> Self {
        let [open_metrics, text] = [OPEN_METRICS, TEXT].map(|(media_type, version)| {
            let ranges = weighted(headers, &header::ACCEPT);
            let is_ours = |asked: &[u8]| asked == version;
            let ranges = ranges
                .filter(|range| range.parameter(b"version").is_none_or(|asked| is_ours(&asked)));
            Welcome::new(media_type, &ranges.collect::<Vec<_>>())
        });
        if open_metrics.is_more_than(text) { Self::OpenMetrics } else { Self::Text }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrapers_get_the_format_that_weighs_most() {
        for (accept, format) in [
            // Prometheus 2.42.
            (
                "application/openmetrics-text;version=1.0.0,\
                 application/openmetrics-text;version=0.0.1;q=0.75,\
                 text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                Format::OpenMetrics,
            ),
            // Prometheus 3.5.
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
                 application/openmetrics-text;version=0.0.1;q=0.5,\
                 text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
                 text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                Format::OpenMetrics,
            ),
            ("application/openmetrics-text", Format::OpenMetrics),
            ("Application/OpenMetrics-Text; Version=\"1.0.0\"", Format::OpenMetrics),
            ("application/openmetrics-text, */*", Format::OpenMetrics),
            ("application/openmetrics-text;q=0.4, text/plain;q=0.3", Format::OpenMetrics),
            ("application/openmetrics-text;q=0.3, text/plain;q=0.4", Format::Text),
            ("application/openmetrics-text, text/plain", Format::Text),
            ("application/openmetrics-text;q=0, */*", Format::Text),
            ("application/openmetrics-text;version=0.0.1", Format::Text),
            ("application/openmetrics-text;version=2.0.0, text/plain;q=0.1", Format::Text),
            ("application/openmetrics", Format::Text),
            ("text/html, */*", Format::Text),
            ("*/*", Format::Text),
            ("", Format::Text),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            assert_eq!(Format::asked_for(&headers), format, "{accept}");
        }
        assert_eq!(Format::asked_for(&HeaderMap::new()), Format::Text);
    }
}
