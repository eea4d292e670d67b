//! What is said of an import to a person.

use super::dry_run::DryRunCounts;
use super::history::progress::{ImportState, Progress};

/// Of a file that was taken in.
pub fn accepted(rows: u64, invalid: u64) -> String {
    let accepted = rows - invalid;
    let was = |count| if count == 1 { "was" } else { "were" };
    let is = |count| if count == 1 { "is" } else { "are" };
    match (accepted, invalid) {
        (1, 0) => "The row was accepted and is being registered.".to_owned(),
        (_, 0) => format!("All {accepted} rows were accepted and are being registered."),
        (0, 1) => "The row is not valid: see errors for what to change.".to_owned(),
        (0, _) => format!("None of the {rows} rows is valid: see errors for what to change."),
        _ => format!(
            "{accepted} of {rows} rows {} accepted and {} being registered. {invalid} {} invalid: see errors \
             for what to change.",
            was(accepted),
            is(accepted),
            is(invalid)
        ),
    }
}

/// Of fields that came after the file, to be added to the others.
pub fn ignored_fields(names: &[String]) -> String {
    let names = names.join(", ");
    format!(
        " These fields came after the file and were ignored: {names}. Send them before the file, or in \
         the address."
    )
}

/// Of a dry run.
pub fn checked(rows: u64, invalid: u64, counts: DryRunCounts) -> String {
    let DryRunCounts { new, unchanged, duplicates } = counts;
    let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
    let counted = |count, one: &str, many: &str| match count {
        1 => format!("1 is {one}"),
        _ => format!("{count} are {many}"),
    };
    format!(
        "Nothing was registered. Of {rows} {new} would be registered and {}; {} and {}.",
        counted(unchanged, "registered already", "registered already"),
        counted(duplicates, "a duplicate", "duplicates"),
        counted(invalid, "invalid", "invalid")
    )
}

/// Of where an import stands, with what to do. `broken_off` is the code of why its file was not read to
/// its end.
pub fn progress(progress: &Progress, broken_off: Option<&str>) -> String {
    let Progress { state, counts, waiting, .. } = progress;
    let (done, failed) =
        (counts.registered + counts.unchanged, counts.rejected + counts.invalid + counts.on_hold);
    let rows = if done == 1 { "1 row".to_owned() } else { format!("{done} rows") };
    let are_registered =
        if done == 1 { format!("{rows} is registered") } else { format!("{rows} are registered") };
    let failed_part = match failed {
        0 => String::new(),
        1 => " One row did not make it: the error file says why.".to_owned(),
        _ => format!(" {failed} rows did not make it: the error file says why."),
    };
    match state {
        ImportState::Receiving => {
            format!("The file is being uploaded; {are_registered} so far.{failed_part}")
        }
        ImportState::Processing if progress.rows.is_none() => {
            "The file was received. Its rows wait to be registered.".to_owned()
        }
        ImportState::Processing => {
            let wait = if *waiting == 1 { "waits" } else { "wait" };
            format!("{are_registered}, {waiting} {wait}.{failed_part}")
        }
        ImportState::Finished if failed == 0 && done == 1 => "The row is registered.".to_owned(),
        ImportState::Finished if failed == 0 => format!("All {done} rows are registered."),
        ImportState::Finished => format!("{are_registered}.{failed_part}"),
        ImportState::Cancelled => {
            format!("The import was cancelled; {rows} had been registered.{failed_part}")
        }
        ImportState::BrokenOff => {
            let advice = upload_again(broken_off.unwrap_or_default());
            format!(
                "The file was not read to its end; {are_registered}.{failed_part} {advice}: what is \
                 registered already stays as it is."
            )
        }
    }
}

/// What to do with a file that was not read to its end.
fn upload_again(code: &str) -> &'static str {
    match code {
        "gzip_broken" => {
            "Its gzip compression is broken or cut off. Compress it again, or send it as it is"
        }
        "expands_too_much" => {
            "It expands to too many times its compressed size. Send it uncompressed"
        }
        "file_too_large" => "It is too large. Split it, and import its parts one after the other",
        "too_many_rows" => {
            "It has more rows than are taken. Split it, and import its parts one after the other"
        }
        _ => "Upload the same file again",
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use registrar_import_file::FileError;
    use registrar_storage::ImportCounts;

    use super::*;
    use crate::imports::broken_off::BrokenOff;

    fn over(state: ImportState, counts: ImportCounts) -> Progress {
        Progress { state, rows: Some(counts.total()), counts, waiting: 0, is_over: true }
    }

    fn registered(registered: u64) -> ImportCounts {
        ImportCounts { registered, ..ImportCounts::default() }
    }

    #[test]
    fn a_file_that_was_not_read_to_its_end_is_followed_by_what_to_do_with_it() {
        let again = "Upload the same file again: what is registered";
        for (why, advice) in [
            (
                BrokenOff::File(FileError::GzipBroken),
                "Compress it again, or send it as it is: what is",
            ),
            (
                BrokenOff::File(FileError::ExpandsTooMuch { limit: 200 }),
                "Send it uncompressed: what is",
            ),
            (
                BrokenOff::File(FileError::TooLarge { limit: 1 }),
                "too large. Split it, and import its",
            ),
            (BrokenOff::TooManyRows, "more rows than are taken. Split it, and import its"),
            (BrokenOff::Upload(io::ErrorKind::TimedOut.into()), again),
            (BrokenOff::Upload(io::ErrorKind::UnexpectedEof.into()), again),
        ] {
            let sentence = progress(&over(ImportState::BrokenOff, registered(7)), Some(why.code()));
            assert!(
                sentence.starts_with("The file was not read to its end; 7 rows are registered. ")
            );
            assert!(sentence.contains(advice), "{sentence}");
        }
    }

    #[test]
    fn one_row_is_spoken_of_as_one() {
        let finished = |counts| progress(&over(ImportState::Finished, counts), None);
        assert_eq!(finished(registered(1)), "The row is registered.");
        assert_eq!(finished(registered(2)), "All 2 rows are registered.");
        assert_eq!(
            finished(ImportCounts { invalid: 1, ..registered(1) }),
            "1 row is registered. One row did not make it: the error file says why."
        );
        let processing = Progress { rows: Some(2), ..over(ImportState::Processing, registered(1)) };
        let processing = Progress { waiting: 1, is_over: false, ..processing };
        assert_eq!(progress(&processing, None), "1 row is registered, 1 waits.");

        assert_eq!(accepted(1, 0), "The row was accepted and is being registered.");
        assert_eq!(accepted(1, 1), "The row is not valid: see errors for what to change.");
        assert_eq!(
            accepted(2, 1),
            "1 of 2 rows was accepted and is being registered. 1 is invalid: see errors for what to change."
        );
        assert_eq!(
            accepted(5, 2),
            "3 of 5 rows were accepted and are being registered. 2 are invalid: see errors for what to \
             change."
        );
        let counts = DryRunCounts { new: 1, unchanged: 1, duplicates: 1 };
        assert_eq!(
            checked(4, 1, counts),
            "Nothing was registered. Of 4 rows 1 would be registered and 1 is registered already; 1 is a \
             duplicate and 1 is invalid."
        );
        let counts = DryRunCounts { new: 0, unchanged: 2, duplicates: 0 };
        assert_eq!(
            checked(2, 0, counts),
            "Nothing was registered. Of 2 rows 0 would be registered and 2 are registered already; 0 are \
             duplicates and 0 are invalid."
        );
    }
}
