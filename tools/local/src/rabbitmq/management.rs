//! RabbitMQ's management API: a virtual host takes 10 to 40 ms with it; with the control program,
//! an Erlang VM of its own, it would take over a second.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::http::Response;
use ureq::{Agent, Body};

use super::definitions;
use crate::StackError;
use crate::address::Address;

/// On a busy machine RabbitMQ takes its time to make a virtual host.
const TIMEOUT: Duration = Duration::from_mins(2);

/// For a question that is asked again.
const PROBE_TIMEOUT: Duration = Duration::from_secs(15);

/// RFC 3986's unreserved characters stand for themselves.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What an administrator asks of a broker, ours or another.
#[derive(Debug, Clone)]
pub struct Management {
    agent: Agent,
    amqp: Address,
    http: Address,
}

/// A queue as the management API reports it; the counts may be a second old.
#[derive(Debug, Clone, Deserialize)]
pub struct Queue {
    /// The name.
    pub name: String,
    /// Ready and unacknowledged messages.
    #[serde(default)]
    pub messages: u64,
    /// Messages ready to be delivered.
    #[serde(default)]
    pub messages_ready: u64,
    /// Messages delivered and not yet settled.
    #[serde(default)]
    pub messages_unacknowledged: u64,
    /// Consumers on the queue.
    #[serde(default)]
    pub consumers: u64,
    /// The policy in force, if any.
    pub policy: Option<String>,
    /// The node that leads it, while there is one.
    pub leader: Option<String>,
    /// The nodes that hold a copy.
    #[serde(default)]
    pub members: Vec<String>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl Management {
    /// For the broker on ports of this machine, as `guest`.
    pub(crate) fn local(amqp: u16, http: u16) -> Self {
        let address = |scheme, port| Address::new(scheme, "guest", "guest", port);
        Self::at(address("amqp", amqp), address("http", http))
    }

    /// For a broker given by its two addresses.
    pub(crate) fn at(amqp: Address, http: Address) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            // A broker that was killed and came back has closed what was kept open.
            .max_idle_connections(0)
            .proxy(None)
            .build()
            .new_agent();
        Self { agent, amqp, http }
    }

    /// The address of a virtual host, for lapin: `amqp://guest:guest@127.0.0.1:PORT/NAME`.
    pub fn vhost_url(&self, name: &str) -> String {
        self.amqp.url(&percent_encoded(name))
    }

    /// The address of the virtual host `/`.
    pub fn url(&self) -> String {
        self.vhost_url("/")
    }

    /// The address of the management API, for a browser.
    pub fn http_url(&self) -> String {
        format!("{}://{}:{}/", self.http.scheme, self.http.host, self.http.port)
    }

    /// The broker's version.
    pub fn version(&self) -> Result<String, StackError> {
        #[derive(Deserialize)]
        struct Overview {
            rabbitmq_version: String,
        }
        self.get("overview").map(|overview: Overview| overview.rabbitmq_version)
    }

    /// Whether what a consumer requeues by `basic.nack` counts as a delivery that failed. From
    /// RabbitMQ 4.3 on it does not.
    pub fn counts_requeues(&self) -> Result<bool, StackError> {
        let version = self.version()?;
        let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
        let (major, minor): (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        Ok((major, minor) < (4, 3))
    }

    /// Makes a virtual host with the policies of `infra/rabbitmq/definitions.json`.
    pub fn create_vhost(&self, name: &str) -> Result<(), StackError> {
        let definitions = definitions::for_vhost(name, &self.amqp.user)?;
        let what = format!("Making the virtual host {name}");
        done(&what, self.post("definitions", &definitions))
    }

    /// Deletes a virtual host with all its queues and closes its connections.
    pub fn delete_vhost(&self, name: &str) -> Result<(), StackError> {
        let path = format!("vhosts/{}", percent_encoded(name));
        done(&format!("Deleting the virtual host {name}"), self.delete(&path))
    }

    /// The queues of a virtual host.
    pub fn list_queues(&self, vhost: &str) -> Result<Vec<Queue>, StackError> {
        self.get(&format!("queues/{}", percent_encoded(vhost)))
    }

    /// Deletes a queue with its messages.
    pub fn delete_queue(&self, vhost: &str, queue: &str) -> Result<(), StackError> {
        let path = format!("queues/{}/{}", percent_encoded(vhost), percent_encoded(queue));
        done(&format!("Deleting the queue {queue}"), self.delete(&path))
    }

    /// The names of the policies of a virtual host, sorted.
    pub fn list_policies(&self, vhost: &str) -> Result<Vec<String>, StackError> {
        let policies: Vec<Named> = self.get(&format!("policies/{}", percent_encoded(vhost)))?;
        let mut names: Vec<_> = policies.into_iter().map(|policy| policy.name).collect();
        names.sort();
        Ok(names)
    }

    /// The largest frame that each connection to a virtual host has agreed on, in bytes. The
    /// management API learns of a new connection within a second.
    pub fn frame_sizes(&self, vhost: &str) -> Result<Vec<u32>, StackError> {
        #[derive(Deserialize)]
        struct Connection {
            frame_max: u32,
        }
        let path = format!("vhosts/{}/connections", percent_encoded(vhost));
        let connections: Vec<Connection> = self.get(&path)?;
        Ok(connections.into_iter().map(|connection| connection.frame_max).collect())
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
        let path = self.policy_path(vhost, name);
        done(&format!("Setting the policy {name}"), self.agent.put(path).send_json(policy))
    }

    /// Deletes a policy.
    pub fn delete_policy(&self, vhost: &str, name: &str) -> Result<(), StackError> {
        let path = self.policy_path(vhost, name);
        done(&format!("Deleting the policy {name}"), self.agent.delete(path).call())
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
        let what = format!("Making the user {user}");
        let path = self.path(&format!("users/{}", percent_encoded(user)));
        let login = json!({ "password": password, "tags": "" });
        done(&what, self.agent.put(path).send_json(login))?;
        let of_vhost = format!("permissions/{}/{}", percent_encoded(vhost), percent_encoded(user));
        let rights = json!({ "configure": configure, "write": write, "read": read });
        done(&what, self.agent.put(self.path(&of_vhost)).send_json(rights))
    }

    /// Deletes a user.
    pub fn delete_user(&self, user: &str) -> Result<(), StackError> {
        let path = format!("users/{}", percent_encoded(user));
        done(&format!("Deleting the user {user}"), self.delete(&path))
    }

    /// Closes every connection to a virtual host that the management API knows of, and says how
    /// many. It learns of a new one within a second.
    pub fn close_connections(&self, vhost: &str) -> Result<usize, StackError> {
        let path = format!("vhosts/{}/connections", percent_encoded(vhost));
        let connections: Vec<Named> = self.get(&path)?;
        for connection in &connections {
            let path = format!("connections/{}", percent_encoded(&connection.name));
            done("Closing a connection", self.delete(&path))?;
        }
        Ok(connections.len())
    }

    /// Makes the virtual host `/` have what `infra/rabbitmq/definitions.json` says.
    pub(super) fn apply_definitions(&self) -> Result<(), StackError> {
        self.create_vhost("/")
    }

    /// Who is asking is answered before there are any figures, which others ask for next.
    pub(super) fn answers(&self) -> bool {
        let request = self.agent.get(self.path("overview")).config();
        let request = request.timeout_global(Some(PROBE_TIMEOUT)).build();
        request.call().is_ok_and(|answer| answer.status().is_success())
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, StackError> {
        let what = "Asking RabbitMQ's management API";
        let answer = self.agent.get(self.path(path)).call();
        let mut answer = expect_success(what, answer)?;
        answer.body_mut().read_json().map_err(|error| refused(what, error.to_string()))
    }

    fn post(&self, path: &str, body: &Value) -> Result<Response<Body>, ureq::Error> {
        self.agent.post(self.path(path)).send_json(body)
    }

    fn delete(&self, path: &str) -> Result<Response<Body>, ureq::Error> {
        self.agent.delete(self.path(path)).call()
    }

    fn policy_path(&self, vhost: &str, name: &str) -> String {
        self.path(&format!("policies/{}/{}", percent_encoded(vhost), percent_encoded(name)))
    }

    fn path(&self, path: &str) -> String {
        self.http.url(&format!("api/{path}"))
    }
}

fn expect_success(
    what: &str,
    answer: Result<Response<Body>, ureq::Error>,
) -> Result<Response<Body>, StackError> {
    let mut answer = answer.map_err(|error| refused(what, error.to_string()))?;
    if answer.status().is_success() {
        return Ok(answer);
    }
    let body = answer.body_mut().read_to_string().unwrap_or_default();
    Err(refused(what, format!("{} {body}", answer.status())))
}

fn done(what: &str, answer: Result<Response<Body>, ureq::Error>) -> Result<(), StackError> {
    expect_success(what, answer).map(drop)
}

fn refused(what: &str, detail: String) -> StackError {
    StackError::Refused { what: what.to_owned(), detail }
}

/// For a name as one segment of a path.
fn percent_encoded(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_virtual_host_is_escaped_in_addresses() {
        let management = Management::local(1, 2);
        assert_eq!(management.url(), "amqp://guest:guest@127.0.0.1:1/%2F");
    }
}
