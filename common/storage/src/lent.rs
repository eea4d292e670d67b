use sqlx::mysql::{MySql, MySqlConnection};
use sqlx::pool::PoolConnection;

/// A connection while a statement runs on it. Dropped, it is closed, not returned to the pool:
/// the next user would read the answer to this statement.
pub(super) struct Lent(Option<PoolConnection<MySql>>);

impl Lent {
    pub(super) fn new(connection: PoolConnection<MySql>) -> Self {
        Self(Some(connection))
    }

    pub(super) fn connection(&mut self) -> Result<&mut MySqlConnection, sqlx::Error> {
        self.0.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// The connection, to be used again: the statement was answered.
    pub(super) fn unharmed(mut self) -> Option<PoolConnection<MySql>> {
        self.0.take()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop::<MySqlConnection>(connection.detach());
        }
    }
}
