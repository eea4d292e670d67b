//! Values that stand for none.

/// What stands for a value that is not there: what databases and programs of statistics write, but for
/// what is a name as well, such as `Null` and `NA`, and what spreadsheets write when a formula fails, in
/// English and in German; the page reads the same list.
const NOTHING: &str = include_str!("nothing.txt");

/// Whether a value is what programs write for one that is not there.
pub(crate) fn is_nothing(cell: &[u8]) -> bool {
    // Few names are like these: to look through the list for every cell takes too long.
    let may_be = match cell {
        [b'\\' | b'#' | b'(' | b'[' | b'<', ..] | [b'u', b'n', b'd', ..] => true,
        [b'N' | b'n', ..] => matches!(cell.len(), 3 | 4),
        _ => false,
    };
    may_be && NOTHING.lines().any(|nothing| nothing.as_bytes() == cell)
}
