//! Uploads that broke off without a manifest, as when the API is killed.

use std::time::Duration;

use registrar_domain::ImportId;
use sqlx::QueryBuilder;

use super::reader::import_id;
use crate::error::Failure;
use crate::pool::session::Session;

/// As the API calls it when it can say so itself.
const UPLOAD_BROKEN_OFF: &str = "upload_broken_off";

/// The imports without a manifest of which nothing was recorded for so long.
pub(crate) async fn silent(
    session: &mut Session,
    silent_for: Duration,
) -> Result<Vec<ImportId>, Failure> {
    let seconds = u32::try_from(silent_for.as_secs()).unwrap_or(u32::MAX);
    let query = sqlx::query(
        "SELECT id FROM imports \
         WHERE manifest_at IS NULL AND broken_off IS NULL AND NOT EXISTS ( \
             SELECT 1 FROM import_chunks \
             WHERE import_id = id AND recorded_at > CURRENT_TIMESTAMP(6) - INTERVAL ? SECOND)",
    );
    let rows = session.fetch(query.bind(seconds)).await?;
    Ok(rows.iter().map(|row| import_id(row, 0)).collect::<Result<_, _>>()?)
}

/// Marks those that have no manifest and no mark yet. A manifest that comes all the same replaces the mark,
/// and a chunk [removes](unmark) it.
pub(crate) async fn mark(session: &mut Session, imports: &[ImportId]) -> Result<u64, Failure> {
    let mut query = QueryBuilder::new("UPDATE imports SET broken_off = ");
    query
        .push_bind(UPLOAD_BROKEN_OFF)
        .push(" WHERE manifest_at IS NULL AND broken_off IS NULL AND id IN (");
    let mut list = query.separated(",");
    for import in imports {
        list.push_bind(import.as_bytes().to_vec());
    }
    query.push(")");
    Ok(session.execute(query.build()).await?.rows_affected())
}

/// The upload goes on.
pub(crate) async fn unmark(session: &mut Session, import: ImportId) -> Result<(), Failure> {
    let query =
        sqlx::query("UPDATE imports SET broken_off = NULL WHERE id = ? AND manifest_at IS NULL");
    session.execute(query.bind(&import.as_bytes()[..])).await.map(drop)
}
