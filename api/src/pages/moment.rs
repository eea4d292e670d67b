use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

const FOR_PEOPLE: StaticFormatDescription =
    format_description!("[year]-[month]-[day] [hour]:[minute] UTC");

/// A time, for the script that shows it in the reader's zone and for readers without one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    iso: String,
    text: String,
}

impl Moment {
    /// As it is shown without a script.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl From<OffsetDateTime> for Moment {
    fn from(time: OffsetDateTime) -> Self {
        let time = time.to_utc();
        // Only years beyond 9999 cannot be written, and no clock says one.
        Self {
            iso: time.format(&Rfc3339).unwrap_or_default(),
            text: time.format(FOR_PEOPLE).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_moment_is_written_in_utc_for_programs_and_people() {
        let moment = Moment::from(datetime!(2026-01-02 03:04:05 +1));
        assert_eq!(moment.iso, "2026-01-02T02:04:05Z");
        assert_eq!(moment.text, "2026-01-02 02:04 UTC");
    }
}
