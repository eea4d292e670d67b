use registrar_storage::{ImportCounts, StoredImport};

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportState {
    /// Its file is being uploaded.
    Receiving,
    /// Its rows are being registered.
    Processing,
    /// Every row is decided, or on hold.
    Finished,
    /// Its importer cancelled it.
    Cancelled,
    /// Its file was not read to its end. What was read is decided.
    BrokenOff,
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub state: ImportState,
    /// Rows of the file, as far as they are known.
    pub rows: Option<u64>,
    pub counts: ImportCounts,
    /// Rows that are not decided yet.
    pub waiting: u64,
    /// Nothing changes any more, but for rows that an operator decides.
    pub is_over: bool,
}

impl ImportState {
    /// The word that programs compare.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Processing => "processing",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::BrokenOff => "broken_off",
        }
    }
}

impl Progress {
    /// The progress of an import.
    ///
    /// Who knows the reference of an import that no worker has seen has its answer, and so it was
    /// received whole. An API that was killed writes no manifest: that none will come a worker finds out.
    pub fn of_stored(stored: Option<&StoredImport>) -> Self {
        let Some(stored) = stored else {
            let state = ImportState::Processing;
            let counts = ImportCounts::default();
            return Self { state, rows: None, counts, waiting: 0, is_over: false };
        };
        let counts = stored.counts;
        let counted = counts.total();
        let rows = stored.manifest.as_ref().map(|manifest| manifest.rows);
        let waiting = rows.unwrap_or(counted).saturating_sub(counted);
        let was_broken_off = stored.broken_off.is_some();
        let is_over = waiting == 0 && (rows.is_some() || was_broken_off);
        // A cancellation that came when all was over changed nothing.
        let is_cancelled =
            stored.cancelled_at.is_some_and(|at| !is_over || Some(at) < stored.last_recorded_at);
        let state = if is_cancelled {
            ImportState::Cancelled
        } else if is_over && was_broken_off {
            ImportState::BrokenOff
        } else if is_over {
            ImportState::Finished
        } else if rows.is_some() {
            ImportState::Processing
        } else {
            ImportState::Receiving
        };
        Self { state, rows: rows.or(is_over.then_some(counted)), counts, waiting, is_over }
    }
}

#[cfg(test)]
mod tests {
    use registrar_domain::{ImportId, ImportManifest};
    use time::OffsetDateTime;
    use time::macros::datetime;

    use super::*;

    const BEFORE_THE_LAST: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
    const LAST_RECORDED: OffsetDateTime = datetime!(2026-01-02 03:04:06 UTC);
    const AFTER_THE_LAST: OffsetDateTime = datetime!(2026-01-02 03:04:07 UTC);

    fn stored(registered: u64, rows: Option<u64>, broken_off: Option<&str>) -> StoredImport {
        let broken_off = broken_off.map(str::to_owned);
        let manifest = rows.map(|rows| ImportManifest {
            rows,
            bytes: 1,
            sha256: String::new(),
            understood: serde_json::Value::Null,
            broken_off: broken_off.clone(),
        });
        StoredImport {
            id: ImportId::generate(),
            key: 1,
            file_name: None,
            counts: ImportCounts { registered, ..ImportCounts::default() },
            last_recorded_at: Some(LAST_RECORDED),
            manifest,
            broken_off,
            cancelled_at: None,
        }
    }

    fn progress(stored: &StoredImport) -> (ImportState, u64, bool) {
        let progress = Progress::of_stored(Some(stored));
        (progress.state, progress.waiting, progress.is_over)
    }

    #[test]
    fn the_state_follows_from_what_was_recorded_however_long_ago() {
        for (import, expected) in [
            (stored(5, None, None), (ImportState::Receiving, 0, false)),
            (stored(5, None, Some("x")), (ImportState::BrokenOff, 0, true)),
            (stored(5, Some(8), None), (ImportState::Processing, 3, false)),
            (stored(8, Some(8), None), (ImportState::Finished, 0, true)),
            (stored(5, Some(8), Some("x")), (ImportState::Processing, 3, false)),
            (stored(8, Some(8), Some("x")), (ImportState::BrokenOff, 0, true)),
        ] {
            assert_eq!(progress(&import), expected, "{import:?}");
            let (state, waiting, is_over) = expected;
            for (cancelled_at, expected) in [
                (BEFORE_THE_LAST, ImportState::Cancelled),
                // What is over stays as it is.
                (AFTER_THE_LAST, if is_over { state } else { ImportState::Cancelled }),
            ] {
                let cancelled_at = Some(cancelled_at);
                let cancelled = StoredImport { cancelled_at, ..import.clone() };
                assert_eq!(progress(&cancelled), (expected, waiting, is_over), "{cancelled:?}");
            }
        }
    }

    #[test]
    fn an_import_that_no_worker_has_seen_is_on_its_way() {
        let progress = Progress::of_stored(None);
        assert_eq!((progress.state, progress.rows), (ImportState::Processing, None));
        assert!(!progress.is_over);
    }
}
