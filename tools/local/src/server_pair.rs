//! The two servers, started and stopped side by side.

use std::{panic, thread};

use crate::{MariaDb, RabbitMq, ServerOptions, StackError};

#[derive(Debug)]
pub struct ServerPair {
    pub database: MariaDb,
    pub broker: RabbitMq,
}

impl ServerPair {
    pub fn start(database: &ServerOptions, broker: &ServerOptions) -> Result<Self, StackError> {
        let (database, broker) = thread::scope(|scope| {
            let broker = scope.spawn(|| RabbitMq::start(broker));
            (MariaDb::start(database), broker.join())
        });
        let broker = broker.unwrap_or_else(|panic| panic::resume_unwind(panic))?;
        Ok(Self { database: database?, broker })
    }

    pub fn check(&mut self) -> Result<(), StackError> {
        self.database.check()?;
        self.broker.check()
    }

    /// Lets both end by themselves, with their files in order.
    pub fn stop(&mut self) -> Result<(), StackError> {
        let (database, broker) = thread::scope(|scope| {
            let broker = scope.spawn(|| self.broker.stop());
            (self.database.stop(), broker.join())
        });
        broker.unwrap_or_else(|panic| panic::resume_unwind(panic))?;
        database
    }
}
