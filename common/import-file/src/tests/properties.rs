use proptest::prelude::*;
use proptest::string::string_regex;

use super::{ByteByByte, MAY_SHOW_DAMAGE, options, read, read_with};

fn quoted(value: &str, delimiter: char) -> String {
    let needs_it = value.contains([delimiter, '"', '\n', '\r']) || value.trim() != value;
    if needs_it { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _any = read_with(&*bytes, &options());
    }

    #[test]
    fn nothing_below_a_header_makes_it_panic_and_every_line_has_a_number(
        below in "([\"a,;\n\r é]|\r\n){0,200}"
    ) {
        let file = format!("first_name,last_name,email\n{below}");
        let rows = read(&file).rows;
        let numbers: Vec<u64> =
            rows.iter().map(|row| row.split(['|', '!']).next().unwrap().parse().unwrap()).collect();
        prop_assert!(numbers.is_sorted_by(|a, b| a < b));
        prop_assert!(numbers.first().is_none_or(|first| *first > 1));
    }

    #[test]
    fn what_is_written_as_csv_is_read_as_it_was(
        values in prop::collection::vec([
            format!("[^{MAY_SHOW_DAMAGE}]{{0,12}}x"),
            format!("[^{MAY_SHOW_DAMAGE}]{{0,12}}y"),
            "[^\u{0}\u{80}-\u{9f}\u{c2}-\u{f4}√≈\u{2500}-\u{257f}\u{fffd}]{1,12}@".to_owned(),
        ].map(|regex| string_regex(&regex).unwrap()), 1..40),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
    ) {
        let mut file = ["first_name", "last_name", "email"].join(&delimiter.to_string()) + end;
        for row in &values {
            let cells: Vec<_> = row.iter().map(|value| quoted(value, delimiter)).collect();
            file += &(cells.join(&delimiter.to_string()) + end);
        }
        let expected: Vec<_> = values.iter().enumerate().map(|(at, [a, b, c])| format!("{}|{a}|{b}|{c}", at + 2)).collect();
        prop_assert_eq!(&read(&file).rows, &expected);
        prop_assert_eq!(&read_with(ByteByByte(file.as_bytes()), &options()).unwrap().rows, &expected);
    }
}
