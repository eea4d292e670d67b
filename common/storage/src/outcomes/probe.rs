//! Whether the store can do its work, found out without doing any.

use super::batch::Batch;
use super::refusals::Refusals;
use crate::error::StorageError;
use crate::migrate;
use crate::pool::Pool;
use crate::pool::session::Session;

/// Statements that write nothing and yet need everything that writing does: the tables with their
/// columns, the right to insert, update and delete, and a server that is not read-only. So a worker
/// does not take messages only to requeue them, which RabbitMQ before 4.3 counts as deliveries. Without
/// the ledger, which stops no registration.
const WRITES_OF_NOTHING: [&str; 11] = [
    "INSERT INTO students (registration_id, first_name, last_name, email, email_key, accepted_at, \
                           import_id, import_row) \
     SELECT registration_id, first_name, last_name, email, email_key, accepted_at, \
            import_id, import_row \
     FROM students WHERE FALSE",
    "INSERT INTO rejections (registration_id, code, accepted_at) \
     SELECT registration_id, code, accepted_at FROM rejections WHERE FALSE",
    "UPDATE dead_letters SET state = state WHERE FALSE",
    "INSERT INTO imports (id, importer, key_id) \
     SELECT id, importer, key_id FROM imports WHERE FALSE",
    "UPDATE imports SET row_count = row_count, broken_off = broken_off WHERE FALSE",
    "INSERT INTO import_chunks \
     (import_id, first_row, part, registered, unchanged, rejected, invalid, on_hold, attempt) \
     SELECT import_id, first_row, part, registered, unchanged, rejected, invalid, on_hold, attempt \
     FROM import_chunks WHERE FALSE",
    "INSERT INTO import_errors \
     (import_id, import_row, first_row, part, attempt, kind, registration_id, given, errors) \
     SELECT import_id, import_row, first_row, part, attempt, kind, registration_id, given, errors \
     FROM import_errors WHERE FALSE",
    "UPDATE import_errors SET given = given WHERE FALSE",
    "DELETE FROM import_errors WHERE FALSE",
    "INSERT INTO import_cancellations (import_id) \
     SELECT import_id FROM import_cancellations WHERE FALSE",
    // Consuming waits until it is known which lanes are paused.
    "SELECT paused_until FROM lane_pauses WHERE FALSE",
];

/// Fails with the error that storing a batch would meet.
pub(crate) async fn can_store(pool: &Pool, refusals: &Refusals) -> Result<(), StorageError> {
    migrate::require_current_schema(pool).await?;
    let mut session = Session::new(pool);
    for statement in WRITES_OF_NOTHING {
        session.execute(sqlx::query(statement)).await?;
    }
    for table in [&refusals.students, &refusals.rejections] {
        // A row that is stored here was accepted, and its message finds it there.
        if let Some(refused) = table.sample() {
            Batch::new(&[refused], refusals).store(&mut session).await?;
        }
    }
    Ok(())
}
