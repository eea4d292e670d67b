use super::Field;

/// Why a valid row of a file is not registered by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowRejection {
    /// Another row of the file has the same content.
    SameAsRow(u32),
    /// Another row of the file has the same e-mail address.
    EmailOfRow(u32),
    /// Another registration owns the e-mail address. Whose is not said.
    EmailAlreadyRegistered,
    /// The importer cancelled the import before it was registered.
    ImportCancelled,
    /// It waits for an operator, and may still be registered.
    OnHold,
    /// A newer version rejected it for a reason that this one does not know.
    Unknown,
}

impl RowRejection {
    /// Stable, for programs.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::SameAsRow(_) => "same_as_row",
            Self::EmailOfRow(_) => "email_of_row",
            Self::EmailAlreadyRegistered => "email_already_registered",
            Self::ImportCancelled => "import_cancelled",
            Self::OnHold => "on_hold",
            Self::Unknown => "rejected",
        }
    }

    /// The column that it is about, if it is about one.
    pub(crate) fn column(self) -> Option<Field> {
        match self {
            Self::EmailOfRow(_) | Self::EmailAlreadyRegistered => Some(Field::Email),
            Self::SameAsRow(_) | Self::ImportCancelled | Self::OnHold | Self::Unknown => None,
        }
    }

    /// What to do about it, for who has the file.
    pub(crate) fn advice(self) -> String {
        match self {
            Self::SameAsRow(row) => {
                format!(
                    "The same student as in row {row} of this file. Delete one of the two rows."
                )
            }
            Self::EmailOfRow(row) => format!(
                "Row {row} of this file has the same email address. Each student needs an address \
                 of their own: correct one of the two rows."
            ),
            Self::EmailAlreadyRegistered => "This email address is registered already. If it is \
                                             the student's, there is nothing to do; otherwise \
                                             correct it."
                .to_owned(),
            Self::ImportCancelled => "The import was cancelled before this row was registered. \
                                      Upload the file again to register it."
                .to_owned(),
            Self::OnHold => "This row is on hold: an operator has to look at it, and may still \
                             register it. Do not send it in another way; ask for it."
                .to_owned(),
            Self::Unknown => "This row was rejected.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duplicate_names_the_other_row() {
        for rejection in [RowRejection::SameAsRow(17), RowRejection::EmailOfRow(17)] {
            assert!(rejection.advice().contains("ow 17 of this file"), "{rejection:?}");
        }
    }

    #[test]
    fn each_reason_has_a_code_and_a_sentence_of_its_own() {
        let all = [
            RowRejection::SameAsRow(1),
            RowRejection::EmailOfRow(1),
            RowRejection::EmailAlreadyRegistered,
            RowRejection::ImportCancelled,
            RowRejection::OnHold,
            RowRejection::Unknown,
        ];
        let codes: std::collections::BTreeSet<_> = all.iter().map(|one| one.code()).collect();
        let sentences: std::collections::BTreeSet<_> = all.iter().map(|one| one.advice()).collect();
        assert_eq!((codes.len(), sentences.len()), (all.len(), all.len()));
        assert!(sentences.iter().all(|sentence| sentence.ends_with('.')));
    }
}
