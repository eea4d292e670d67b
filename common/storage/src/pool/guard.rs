use sqlx::mysql::{MySql, MySqlConnection};
use sqlx::pool::PoolConnection;

/// A connection while a statement runs on it. Dropped, it is closed, not returned to the pool:
/// the next user would read the answer to this statement.
pub(crate) struct ConnectionGuard(Option<PoolConnection<MySql>>);

impl ConnectionGuard {
    pub(crate) fn new(connection: PoolConnection<MySql>) -> Self {
        Self(Some(connection))
    }

    pub(crate) fn connection(&mut self) -> Result<&mut MySqlConnection, sqlx::Error> {
        self.0.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// The connection, to be used again: the statement was answered.
    pub(crate) fn into_healthy(mut self) -> Option<PoolConnection<MySql>> {
        self.0.take()
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop::<MySqlConnection>(connection.detach());
        }
    }
}
