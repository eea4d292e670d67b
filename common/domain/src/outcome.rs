use time::OffsetDateTime;

/// Why a registration was rejected. The code is part of the public API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RejectionCode {
    /// Another registration owns the e-mail address.
    EmailAlreadyRegistered,
    /// The import that it came with was cancelled first. Stored with the import alone: the same row of a
    /// later upload is registered.
    ImportCancelled,
    /// A newer version stored a code that this one does not know.
    Unknown,
}

impl RejectionCode {
    /// Every code that this version stores.
    pub const ALL: [Self; 1] = [Self::EmailAlreadyRegistered];

    /// The stable code, as stored and as programs compare it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EmailAlreadyRegistered => "email_already_registered",
            Self::ImportCancelled => "import_cancelled",
            Self::Unknown => "unknown",
        }
    }

    /// The rejection with this stored code.
    pub fn from_stored(code: &str) -> Self {
        Self::ALL.into_iter().find(|known| known.as_str() == code).unwrap_or(Self::Unknown)
    }
}

/// Why a message is on hold: a dead letter that waits for an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoldReason {
    /// The body is not an envelope.
    Undecodable,
    /// The envelope has a version that this worker does not know.
    UnknownVersion,
    /// The envelope holds a registration that breaks a rule of the domain.
    InvalidRegistration,
    /// MySQL refuses the row, and would refuse it again.
    RefusedByDatabase,
    /// RabbitMQ gave up: delivered too often without being settled.
    DeliveryLimit,
    /// RabbitMQ knew no queue for it.
    Unrouted,
    /// A newer version stored a reason that this one does not know.
    Unknown,
}

impl HoldReason {
    /// Every reason that this version stores.
    pub const ALL: [Self; 6] = [
        Self::Undecodable,
        Self::UnknownVersion,
        Self::InvalidRegistration,
        Self::RefusedByDatabase,
        Self::DeliveryLimit,
        Self::Unrouted,
    ];

    /// The stable code, as stored and as used in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Undecodable => "undecodable",
            Self::UnknownVersion => "unknown_version",
            Self::InvalidRegistration => "invalid_registration",
            Self::RefusedByDatabase => "refused_by_database",
            Self::DeliveryLimit => "delivery_limit",
            Self::Unrouted => "unrouted",
            Self::Unknown => "unknown",
        }
    }

    /// The reason with this stored code.
    pub fn from_stored(code: &str) -> Self {
        Self::ALL.into_iter().find(|known| known.as_str() == code).unwrap_or(Self::Unknown)
    }
}

/// How an accepted registration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A row in `students`.
    Registered,
    /// A final no.
    Rejected(RejectionCode),
    /// Dead-lettered, waiting for an operator.
    OnHold(HoldReason),
}

impl Outcome {
    /// Whether it can never change again. What is on hold can be replayed.
    pub fn is_final(self) -> bool {
        match self {
            Self::Registered | Self::Rejected(_) => true,
            Self::OnHold(_) => false,
        }
    }

    /// Why it is on hold, if it is.
    pub fn hold_reason(self) -> Option<HoldReason> {
        match self {
            Self::OnHold(reason) => Some(reason),
            Self::Registered | Self::Rejected(_) => None,
        }
    }

    /// The outcome's name in metrics, logs and the public API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Rejected(_) => "rejected",
            Self::OnHold(_) => "on_hold",
        }
    }
}

/// What the database says of a registration: an outcome and when it came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// How it ended.
    pub outcome: Outcome,
    /// When the API accepted it; not known of a dead letter that could not be read.
    pub accepted_at: Option<OffsetDateTime>,
    /// When the outcome was stored.
    pub decided_at: OffsetDateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_again_and_what_a_newer_version_stored_is_unknown() {
        for code in RejectionCode::ALL {
            assert_eq!(RejectionCode::from_stored(code.as_str()), code);
        }
        for reason in HoldReason::ALL {
            assert_eq!(HoldReason::from_stored(reason.as_str()), reason);
        }
        assert_eq!(RejectionCode::from_stored("course_full"), RejectionCode::Unknown);
        assert_eq!(HoldReason::from_stored("under_review"), HoldReason::Unknown);
    }
}
