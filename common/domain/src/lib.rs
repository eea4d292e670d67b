//! What a registration is: the rules and terms of the domain, with no I/O.
//!
//! Parse, don't validate: a [`Registration`] that exists is valid, because its parts can only be
//! made by parsing.

#![warn(missing_docs)]

mod characters;
pub mod clock;
mod email_address;
mod failed_row;
mod idempotency;
mod import_id;
mod import_key;
mod import_manifest;
mod lane;
pub mod ledger;
mod mac;
mod outcome;
mod person_name;
mod reference;
mod registration;
mod registration_id;
mod row_rejection;
mod uuid_time;
mod violation;

pub use email_address::{EMAIL_LOCAL_PART_MAX_BYTES, EMAIL_MAX_CHARACTERS, EmailAddress};
pub use failed_row::{FailedRow, RowError};
pub use idempotency::{
    DerivationKey, IDEMPOTENCY_KEY_MAX_CHARACTERS, IDEMPOTENCY_KEY_MIN_CHARACTERS, IdempotencyKey,
    MalformedIdempotencyKey,
};
pub use import_id::ImportId;
pub use import_key::{ImportKey, ImportKeyHash, Importer, MalformedImporter, NoRandomness};
pub use import_manifest::ImportManifest;
pub use lane::Lane;
pub use outcome::{Decision, HoldReason, Outcome, RejectionCode};
pub use person_name::{NAME_MAX_CHARACTERS, PersonName};
pub use reference::{Reference, ReferenceSealer, UnknownImport, UnknownReference, id_named_by};
pub use registration::{ImportRow, Registration, Student};
pub use registration_id::RegistrationId;
pub use row_rejection::RowRejection;
pub use violation::{Field, Violation, ViolationCode, Violations};
