//! What a client would rather have: pages or JSON, and in which language (RFC 9110, 12.5).

mod language;
mod media;

pub use language::{LANGUAGE_PARAMETER, chosen_language, preferred_language};
pub use media::prefers_html;

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, header};

    use super::*;

    /// Shared with the tests of whatever else decides by these headers.
    const TABLE: &str = include_str!("../../../tests/corpus/negotiation.tsv");

    #[test]
    fn clients_get_what_the_shared_table_says() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
        let mut checked = 0;
        for row in rows.map(|row| row.split('\t').collect::<Vec<_>>()) {
            let [name, expected, value] = row[..] else { panic!("{row:?} has no three columns") };
            let with = |name| HeaderMap::from_iter([(name, value.parse().unwrap())]);
            let got = match name {
                "accept" if prefers_html(&with(header::ACCEPT)) => "page",
                "accept" => "json",
                "accept-language" => preferred_language(&with(header::ACCEPT_LANGUAGE)).code(),
                _ => panic!("{name} is no header of the table"),
            };
            assert_eq!(got, expected, "{name}: {value}");
            checked += 1;
        }
        assert!(checked > 100);
        assert_eq!(preferred_language(&HeaderMap::new()).code(), "en");
    }
}
