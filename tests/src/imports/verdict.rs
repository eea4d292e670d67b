use std::collections::{BTreeMap, HashMap};

use registrar_domain::ImportId;
use serde_json::Value;

use super::counts::RowCounts;
use super::file::StudentFile;
use super::importer::import_of;
use super::tables::{Messages, StoredStudent};
use super::{ImportLoad, status_url, tables};
use crate::oracle::Oracle;
use crate::wait;

/// What an importer was answered in the end, and the tables say the same.
#[derive(Debug)]
pub struct ImportAnswers {
    /// The state of each import and what became of its rows, the oldest first.
    pub imports: Vec<(String, RowCounts)>,
    /// How many rows the file has.
    pub rows: usize,
    /// The students that the imports registered.
    pub students: usize,
    /// The outcomes that they brought about.
    pub outcomes: usize,
    /// The messages that carry rows.
    pub chunks: usize,
    /// The messages that carry none.
    pub other_messages: usize,
}

impl ImportLoad {
    /// Waits until all imports are done, and looks for each of their rows: it is registered by its
    /// import, was registered before, or is in the error file, and each is one of these; what is
    /// counted is that, and was at every moment before.
    pub async fn stop(self, oracle: &Oracle) -> ImportAnswers {
        let Self { importer, file, watch, accepted } = self;
        let listed = wait::until("all that was accepted is listed and done", async || {
            let listed = importer.list().await?;
            let is_listed = |url: &String| listed.iter().any(|import| status_url(import) == url);
            let is_done = listed.iter().all(|import| import["done"] == true);
            (is_done && accepted.iter().all(is_listed)).then_some(listed)
        })
        .await;
        assert!(watch.end().await > 0, "imports were watched while they went on");
        let students = tables::students(oracle, &file.domain).await;
        let mut imports = Vec::new();
        for import in listed.iter().rev() {
            let failed = importer.failed_rows(status_url(import)).await;
            let was_accepted = accepted.iter().any(|url| url == status_url(import));
            imports.push(checked(&file, import, &failed, &students, was_accepted));
        }
        let registered: usize = imports.iter().map(|(_, counts)| counts.registered).sum();
        assert_eq!((students.len(), registered), (file.students(), file.students()));
        let Messages { chunks, others, outcomes } = tables::messages(oracle).await;
        ImportAnswers {
            imports,
            rows: file.len(),
            students: registered,
            outcomes,
            chunks,
            other_messages: others,
        }
    }
}

/// The state and the counts of an import, which are those of its rows one by one.
fn checked(
    file: &StudentFile,
    import: &Value,
    failed: &BTreeMap<u32, String>,
    students: &HashMap<String, StoredStudent>,
    was_accepted: bool,
) -> (String, RowCounts) {
    let (state, counts) = (import["status"].as_str().unwrap(), RowCounts::new(import));
    let found = found(file, import, failed, students);
    let is_whole = import["rows"] == file.len();
    assert_eq!(import["rows"], counts.decided(), "{import}");
    assert!(is_whole || (state == "broken_off" && !was_accepted), "{import}");
    if is_whole {
        assert_eq!(counts, found, "no row is lost or counted otherwise: {import}");
    } else {
        // Rows of the file that did not come may have been registered by another upload.
        let unchanged = counts.unchanged.min(found.unchanged);
        assert_eq!(counts, RowCounts { unchanged, waiting: 0, ..found }, "{import}");
    }
    assert_eq!(failed.len(), counts.rejected + counts.invalid + counts.on_hold, "{import}");
    (state.to_owned(), counts)
}

/// What became of each row of the file by this import: those that are nowhere are waiting.
fn found(
    file: &StudentFile,
    import: &Value,
    failed: &BTreeMap<u32, String>,
    students: &HashMap<String, StoredStudent>,
) -> RowCounts {
    let id: ImportId = import_of(import["reference"].as_str().unwrap());
    let is_cancelled = import["status"] == "cancelled";
    let mut found = RowCounts::default();
    for row in &file.rows {
        let stored = students.get(&row.student.email);
        let is_same = stored.is_some_and(|stored| stored.student == row.student);
        let is_ours = stored.is_some_and(|stored| stored.from == Some((id, row.number)));
        assert!(is_same || !is_ours, "{row:?} is registered as it is");
        *match failed.get(&row.number).map(String::as_str) {
            Some(code) => {
                let is_due = row.may_fail_with(code, is_cancelled) && !is_ours;
                assert!(is_due, "{row:?} of {import} is in the error file: {code}");
                match code {
                    "invalid_email" => &mut found.invalid,
                    "on_hold" => &mut found.on_hold,
                    _ => &mut found.rejected,
                }
            }
            None if is_ours => &mut found.registered,
            None if is_same => &mut found.unchanged,
            None => &mut found.waiting,
        } += 1;
    }
    found
}
