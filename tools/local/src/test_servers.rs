//! The servers that the tests of a process share.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, process};

use crate::{DatabaseAdmin, Management, ServerOptions, ServerPair, StackError, address};

/// One database server and one broker, in which every test has a database and a virtual host of
/// its own.
#[derive(Debug)]
pub struct TestServers {
    database: DatabaseAdmin,
    broker: Management,
    // Held so that they run; they end with the process.
    _own: Option<ServerPair>,
}

impl TestServers {
    /// The servers of this process, started on first use and gone when the process is.
    ///
    /// With `TEST_DATABASE_URL` and `TEST_AMQP_URL` set, those servers are used instead;
    /// `TEST_AMQP_MANAGEMENT_URL` says where the broker's management API is, port 15672 of the
    /// same host unless given.
    pub fn shared() -> Result<&'static Self, &'static StackError> {
        static SHARED: OnceLock<Result<TestServers, StackError>> = OnceLock::new();
        SHARED.get_or_init(Self::from_environment_or_own).as_ref()
    }

    fn from_environment_or_own() -> Result<Self, StackError> {
        match (env::var("TEST_DATABASE_URL"), env::var("TEST_AMQP_URL")) {
            (Ok(database), Ok(amqp)) => {
                let management = env::var("TEST_AMQP_MANAGEMENT_URL").ok();
                Self::given(&database, &amqp, management.as_deref())
            }
            _ => Self::own(),
        }
    }

    pub fn given(database: &str, amqp: &str, management: Option<&str>) -> Result<Self, StackError> {
        let amqp = address::parse("TEST_AMQP_URL", amqp, 5672)?;
        let http = match management {
            Some(url) => url.to_owned(),
            None => format!("http://{}", amqp.host_str().unwrap_or_default()),
        };
        let http = address::parse("TEST_AMQP_MANAGEMENT_URL", &http, 15672)?;
        let database = address::parse("TEST_DATABASE_URL", database, 3306)?;
        Ok(Self {
            database: DatabaseAdmin::at(database)?,
            broker: Management::at(amqp, http),
            _own: None,
        })
    }

    pub fn own() -> Result<Self, StackError> {
        let options = ServerOptions::temporary();
        let servers = ServerPair::start(&options, &options)?;
        Ok(Self {
            database: servers.database.admin().clone(),
            broker: servers.broker.management().clone(),
            _own: Some(servers),
        })
    }

    /// A new database, dropped with the value returned.
    pub fn create_database(&self) -> Result<TestDatabase, StackError> {
        let name = unique_name();
        self.database.create_database(&name)?;
        Ok(TestDatabase { admin: self.database.clone(), name })
    }

    /// A new virtual host with the shared policies, deleted with the value returned.
    pub fn create_vhost(&self) -> Result<TestVhost, StackError> {
        let name = unique_name();
        self.broker.create_vhost(&name)?;
        Ok(TestVhost { management: self.broker.clone(), name })
    }
}

#[derive(Debug)]
pub struct TestDatabase {
    admin: DatabaseAdmin,
    name: String,
}

impl TestDatabase {
    pub fn url(&self) -> String {
        self.admin.database_url(&self.name)
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // What cannot be dropped is in the way of no other: the next name is new.
        let _ = self.admin.drop_database(&self.name);
    }
}

#[derive(Debug)]
pub struct TestVhost {
    management: Management,
    name: String,
}

impl TestVhost {
    pub fn url(&self) -> String {
        self.management.vhost_url(&self.name)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn management(&self) -> &Management {
        &self.management
    }
}

impl Drop for TestVhost {
    fn drop(&mut self) {
        // As with a database.
        let _ = self.management.delete_vhost(&self.name);
    }
}

/// A name that no other test has, not even one on another machine that uses the same servers.
fn unique_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("registrar_test_{}_{next}_{nanos}", process::id())
}
