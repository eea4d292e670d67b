//! The trace contexts in a message of several registrations.
//!
//! `traceparent` is that of the first registration, as in a message of one. The header named here
//! lists those of the others that are sampled, in order: `2:00-…-01,5:00-…-01`, where 2 and 5 are
//! the registrations' positions in the envelope, from 0.

use std::collections::BTreeMap;

use crate::envelope::MOST_READ;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const OTHERS: &str = "x-registrar-traceparents";
/// The flags at the end of a `traceparent` of a trace that is recorded.
const SAMPLED: &str = "-01";

/// Whether these are no headers but a `traceparent`, or none: a `tracestate` does not fit the list.
pub(crate) fn is_plain(headers: &BTreeMap<String, String>) -> bool {
    headers.keys().all(|name| name == TRACEPARENT)
}

/// Writes the list for registrations with these headers.
pub(crate) fn put<'a>(
    into: &mut BTreeMap<String, String>,
    registrations: impl Iterator<Item = &'a BTreeMap<String, String>>,
) {
    let traceparents = registrations.map(|headers| headers.get(TRACEPARENT)).enumerate().skip(1);
    let sampled = traceparents.filter_map(|(position, traceparent)| {
        let traceparent = traceparent.filter(|text| text.ends_with(SAMPLED))?;
        Some(format!("{position}:{traceparent}"))
    });
    let list = sampled.collect::<Vec<_>>().join(",");
    if !list.is_empty() {
        into.insert(OTHERS.to_owned(), list);
    }
}

/// The headers of the first registration, or the only one.
pub(crate) fn for_first(headers: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_context =
        |(name, _): &(&String, &String)| [TRACEPARENT, TRACESTATE].contains(&name.as_str());
    headers.iter().filter(is_context).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The position and the headers of each registration after the first that the list names.
pub(crate) fn read(headers: &BTreeMap<String, String>) -> Vec<(usize, BTreeMap<String, String>)> {
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
pub(crate) fn alone(
    headers: &BTreeMap<String, String>,
    position: usize,
) -> BTreeMap<String, String> {
    let context = match position {
        0 => for_first(headers),
        _ => read(headers).into_iter().find(|(at, _)| *at == position).unwrap_or_default().1,
    };
    let contexts = [TRACEPARENT, TRACESTATE, OTHERS];
    let others = headers.iter().filter(|(name, _)| !contexts.contains(&name.as_str()));
    others.map(|(name, value)| (name.clone(), value.clone())).chain(context).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(traceparent: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())])
    }

    #[test]
    fn the_sampled_after_the_first_are_listed_with_their_positions() {
        let each =
            [headers("00-a-b-01"), headers("00-c-d-00"), BTreeMap::new(), headers("00-e-f-01")];
        let mut written = each[0].clone();
        put(&mut written, each.iter());
        assert_eq!(written[OTHERS], "3:00-e-f-01");
        assert_eq!(read(&written), [(3, headers("00-e-f-01"))]);
    }

    #[test]
    fn alone_each_has_its_own_context_and_what_is_said_of_all() {
        let each = [headers("00-a-b-01"), headers("00-c-d-00"), headers("00-e-f-01")];
        let mut written = each[0].clone();
        put(&mut written, each.iter());
        let death = [("x-first-death-reason".to_owned(), "delivery_limit".to_owned())];
        written.extend(death.clone());
        for (position, context) in
            [each[0].clone(), BTreeMap::new(), each[2].clone()].into_iter().enumerate()
        {
            let expected: BTreeMap<_, _> = context.into_iter().chain(death.clone()).collect();
            assert_eq!(alone(&written, position), expected, "{position}");
        }
    }

    #[test]
    fn a_message_of_one_has_no_list_and_a_malformed_one_names_none() {
        let mut written = headers("00-a-b-01");
        put(&mut written, std::iter::once(&headers("00-a-b-01")));
        assert_eq!(written, headers("00-a-b-01"));
        for text in ["", "x", "x:00-a-b-01", "-1:00-a-b-01", ",,"] {
            written.insert(OTHERS.to_owned(), text.to_owned());
            assert!(read(&written).is_empty(), "{text}");
        }
    }
}
