//! RabbitMQ's management API: a virtual host takes 10 to 40 ms with it; with the control program,
//! an Erlang VM of its own, it would take over a second.

use std::fmt;
use std::time::Duration;

use registrar_management::ManagementError;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use ureq::Agent;
use url::{Position, Url};

use super::definitions;
use crate::{StackError, address};

/// On a busy machine RabbitMQ takes its time to make a virtual host.
const TIMEOUT: Duration = Duration::from_mins(2);

/// For a question that is asked again.
const PROBE_TIMEOUT: Duration = Duration::from_secs(15);

/// What an administrator asks of a broker, ours or another.
#[derive(Clone)]
pub struct Management {
    api: registrar_management::Management,
    probe: registrar_management::Management,
    amqp: Url,
    http: Url,
}

/// A queue as the management API reports it. The counts may be six seconds old, and are 0 before the first:
/// see [`RabbitMq::queue_depths`](crate::RabbitMq::queue_depths).
#[derive(Debug, Clone, Deserialize)]
pub struct Queue {
    pub name: String,
    #[serde(default)]
    pub messages: u64,
    #[serde(default)]
    pub messages_ready: u64,
    #[serde(default)]
    pub messages_unacknowledged: u64,
    #[serde(default)]
    pub consumers: u64,
    pub leader: Option<String>,
    #[serde(default)]
    pub members: Vec<String>,
}

/// A connection as the management API reports it.
#[derive(Debug, Clone, Deserialize)]
pub struct Connection {
    /// The name that its client has given it, if any.
    #[serde(default)]
    pub user_provided_name: String,
    /// The largest frame that both sides have agreed on, in bytes.
    pub frame_max: u32,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl Management {
    /// For the broker on ports of this machine, as `guest`.
    pub(crate) fn local(amqp: u16, http: u16) -> Result<Self, StackError> {
        let address = |scheme, port| address::local(scheme, "guest:guest", port);
        Ok(Self::at(address("amqp", amqp)?, address("http", http)?))
    }

    /// For a broker given by its two addresses; the second may leave out the user.
    pub(crate) fn at(amqp: Url, http: Url) -> Self {
        let api = |timeout| {
            let config = Agent::config_builder()
                .timeout_global(Some(timeout))
                // A broker that was killed and came back has closed what was kept open.
                .max_idle_connections(0)
                .proxy(None);
            let login = (amqp.username(), amqp.password().unwrap_or_default());
            registrar_management::Management::new(config, &http, login)
        };
        Self { api: api(TIMEOUT), probe: api(PROBE_TIMEOUT), amqp, http }
    }

    pub fn vhost_url(&self, name: &str) -> String {
        address::below(&self.amqp, name)
    }

    pub fn url(&self) -> String {
        self.vhost_url("/")
    }

    pub fn http_url(&self) -> String {
        format!(
            "{}://{}/",
            self.http.scheme(),
            &self.http[Position::BeforeHost..Position::AfterPort]
        )
    }

    pub fn version(&self) -> Result<String, StackError> {
        #[derive(Deserialize)]
        struct Overview {
            rabbitmq_version: String,
        }
        self.get(&["overview"]).map(|overview: Overview| overview.rabbitmq_version)
    }

    /// Whether what a consumer requeues by `basic.nack` counts as a delivery that failed. From
    /// RabbitMQ 4.3 on it does not.
    pub fn counts_requeues(&self) -> Result<bool, StackError> {
        let version = self.version()?;
        let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
        let (major, minor): (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        Ok((major, minor) < (4, 3))
    }

    pub fn create_vhost(&self, name: &str) -> Result<(), StackError> {
        let definitions = definitions::for_vhost(name, self.amqp.username())?;
        let made = self.api.post(&["definitions"], &definitions);
        made.map_err(refused(format!("Making the virtual host {name}")))
    }

    /// Deletes a virtual host with all its queues and closes its connections.
    pub fn delete_vhost(&self, name: &str) -> Result<(), StackError> {
        let deleted = self.api.delete(&["vhosts", name]);
        deleted.map_err(refused(format!("Deleting the virtual host {name}")))
    }

    pub fn list_queues(&self, vhost: &str) -> Result<Vec<Queue>, StackError> {
        self.get(&["queues", vhost])
    }

    pub fn delete_queue(&self, vhost: &str, queue: &str) -> Result<(), StackError> {
        let deleted = self.api.delete(&["queues", vhost, queue]);
        deleted.map_err(refused(format!("Deleting the queue {queue}")))
    }

    /// The names of the policies of a virtual host, sorted.
    pub fn list_policies(&self, vhost: &str) -> Result<Vec<String>, StackError> {
        let policies: Vec<Named> = self.get(&["policies", vhost])?;
        let mut names: Vec<_> = policies.into_iter().map(|policy| policy.name).collect();
        names.sort();
        Ok(names)
    }

    /// The open connections to a virtual host. The management API learns of a new one within a second,
    /// and of the end of one as late.
    pub fn list_connections(&self, vhost: &str) -> Result<Vec<Connection>, StackError> {
        self.get(&["vhosts", vhost, "connections"])
    }

    /// Sets a policy on the queues whose names match, above the shared ones.
    pub fn set_policy(
        &self,
        vhost: &str,
        name: &str,
        pattern: &str,
        definition: &Value,
    ) -> Result<(), StackError> {
        let policy = json!({
            "pattern": pattern, "apply-to": "queues", "priority": 10, "definition": definition,
        });
        let set = self.api.put(&["policies", vhost, name], &policy);
        set.map_err(refused(format!("Setting the policy {name}")))
    }

    pub fn delete_policy(&self, vhost: &str, name: &str) -> Result<(), StackError> {
        let deleted = self.api.delete(&["policies", vhost, name]);
        deleted.map_err(refused(format!("Deleting the policy {name}")))
    }

    /// Makes a user with rights to a virtual host only: patterns of what it may configure, write
    /// and read.
    pub fn create_user(
        &self,
        vhost: &str,
        user: &str,
        password: &str,
        [configure, write, read]: [&str; 3],
    ) -> Result<(), StackError> {
        let login = json!({ "password": password, "tags": "" });
        let rights = json!({ "configure": configure, "write": write, "read": read });
        let made = self.api.put(&["users", user], &login);
        let made = made.and_then(|()| self.api.put(&["permissions", vhost, user], &rights));
        made.map_err(refused(format!("Making the user {user}")))
    }

    pub fn delete_user(&self, user: &str) -> Result<(), StackError> {
        let deleted = self.api.delete(&["users", user]);
        deleted.map_err(refused(format!("Deleting the user {user}")))
    }

    /// Who is asking is answered before there are any figures, which others ask for next.
    pub(super) fn answers(&self) -> bool {
        matches!(self.probe.get::<IgnoredAny>(&["overview"], &[]), Ok(Some(_)))
    }

    fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, StackError> {
        const WHAT: &str = "Asking RabbitMQ's management API";
        let missing = || StackError::Refused {
            what: WHAT.to_owned(),
            detail: format!("there is no {}", path.join("/")),
        };
        self.api.get(path, &[]).map_err(refused(WHAT.to_owned()))?.ok_or_else(missing)
    }
}

/// Without the addresses, which hold a password.
impl fmt::Debug for Management {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Management").finish_non_exhaustive()
    }
}

fn refused(what: String) -> impl FnOnce(ManagementError) -> StackError {
    |error| StackError::Refused { what, detail: error.to_string() }
}
