use clap::Args;
use registrar_storage::{DatabaseSettings, DeadLetterAdmin, Pool};

#[derive(Debug, Args)]
pub(super) struct AdminArguments {
    #[command(flatten, next_help_heading = "MySQL")]
    database: DatabaseSettings,
}

impl AdminArguments {
    pub(super) fn open(&self) -> DeadLetterAdmin {
        DeadLetterAdmin::new(Pool::new(&self.database))
    }
}
