//! The trace contexts in a message of several registrations.
//!
//! `traceparent` is that of the first registration, as in a message of one. The header named here
//! lists those of the others that are sampled, in order: `2:00-…-01,5:00-…-01`, where 2 and 5 are
//! the registrations' positions in the envelope, from 0.

use std::collections::BTreeMap;

use registrar_telemetry::propagation::{Headers, SpanContext, inject_context, traceparent};

use crate::envelope::MOST_READ;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const OTHERS: &str = "x-registrar-traceparents";

/// The headers of registrations that were accepted in these spans.
pub(crate) fn headers<'a>(mut spans: impl Iterator<Item = Option<&'a SpanContext>>) -> Headers {
    let mut headers = Headers::new();
    if let Some(first) = spans.next().flatten() {
        inject_context(first, &mut headers);
    }
    let sampled = (1..).zip(spans).filter_map(|(position, span): (usize, _)| {
        let span = span.filter(|span| span.is_sampled())?;
        Some(format!("{position}:{}", traceparent(span)))
    });
    let list = sampled.collect::<Vec<_>>().join(",");
    if !list.is_empty() {
        headers.insert(OTHERS.to_owned(), list);
    }
    headers
}

/// The headers of the first registration, or the only one.
pub(crate) fn for_first(headers: &Headers) -> Headers {
    let is_context =
        |(name, _): &(&String, &String)| [TRACEPARENT, TRACESTATE].contains(&name.as_str());
    headers.iter().filter(is_context).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The position and the headers of each registration after the first that the list names.
pub(crate) fn read(headers: &Headers) -> Vec<(usize, Headers)> {
    let list = headers.get(OTHERS).map_or("", String::as_str);
    let entry = |entry: &str| {
        let (position, traceparent) = entry.split_once(':')?;
        let headers = BTreeMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
        Some((position.parse().ok()?, headers))
    };
    list.split(',').take(MOST_READ).filter_map(entry).collect()
}

/// The headers as those of a message with nothing but the registration at this position: its trace
/// context stands in place of those of all.
pub(crate) fn alone(headers: &Headers, position: usize) -> Headers {
    let context = match position {
        0 => for_first(headers),
        _ => read(headers).into_iter().find(|(at, _)| *at == position).unwrap_or_default().1,
    };
    let contexts = [TRACEPARENT, TRACESTATE, OTHERS];
    let others = headers.iter().filter(|(name, _)| !contexts.contains(&name.as_str()));
    others.map(|(name, value)| (name.clone(), value.clone())).chain(context).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use registrar_telemetry::propagation::{extract, span_in};

    use super::*;

    /// Like `00-…-01`, with ids of these digits.
    pub(crate) fn traceparent_of(digit: char, flags: &str) -> Headers {
        let digits = |count| digit.to_string().repeat(count);
        let text = format!("00-{}-{}-{flags}", digits(32), digits(16));
        Headers::from([(TRACEPARENT.to_owned(), text)])
    }

    pub(crate) fn span(digit: char, flags: &str) -> Option<SpanContext> {
        span_in(&extract(&traceparent_of(digit, flags)))
    }

    #[test]
    fn the_sampled_after_the_first_are_listed_with_their_positions() {
        let spans = [span('a', "01"), span('b', "00"), None, span('c', "01")];
        let written = headers(spans.iter().map(Option::as_ref));
        let last = traceparent_of('c', "01");
        assert_eq!(written[OTHERS], format!("3:{}", last[TRACEPARENT]));
        assert_eq!(for_first(&written), traceparent_of('a', "01"));
        assert_eq!(read(&written), [(3, last)]);
    }

    #[test]
    fn alone_each_has_its_own_context_and_what_is_said_of_all() {
        let spans = [span('a', "01"), span('b', "00"), span('c', "01")];
        let mut written = headers(spans.iter().map(Option::as_ref));
        let death = [("x-first-death-reason".to_owned(), "delivery_limit".to_owned())];
        written.extend(death.clone());
        let contexts = [traceparent_of('a', "01"), Headers::new(), traceparent_of('c', "01")];
        for (position, context) in contexts.into_iter().enumerate() {
            let expected: Headers = context.into_iter().chain(death.clone()).collect();
            assert_eq!(alone(&written, position), expected, "{position}");
        }
    }

    #[test]
    fn a_message_of_one_has_no_list_and_a_malformed_one_names_none() {
        let mut written = headers([span('b', "00").as_ref()].into_iter());
        assert_eq!(written, traceparent_of('b', "00"));
        assert_eq!(headers([None].into_iter()), Headers::new());
        for text in ["", "x", "x:00-a-b-01", "-1:00-a-b-01", ",,"] {
            written.insert(OTHERS.to_owned(), text.to_owned());
            assert!(read(&written).is_empty(), "{text}");
        }
    }
}
