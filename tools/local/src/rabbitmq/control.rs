//! What only the control program can do or knows. It is an Erlang VM of its own and takes one to two
//! seconds.

use std::time::Duration;

use super::RabbitMq;
use crate::StackError;
use crate::process::output_within;

const TIMEOUT: Duration = Duration::from_mins(3);

impl RabbitMq {
    /// The messages, ready and unacknowledged, in each queue of the virtual host `/`, as the node
    /// knows them that leads the queue.
    ///
    /// The management API adds up what each node knows, and a node that led a queue and fell silent
    /// goes on knowing of messages that are long gone.
    pub fn queue_depths(&self) -> Result<Vec<u64>, StackError> {
        let list = self.control(&["list_queues", "--no-table-headers", "messages"])?;
        let unexpected = |line: &str| StackError::Refused {
            what: "Counting messages".to_owned(),
            detail: format!("rabbitmqctl said {line:?}"),
        };
        list.lines().map(|line| line.trim().parse().map_err(|_| unexpected(line))).collect()
    }

    /// The nodes on which a copy of this quorum queue runs, as this node finds them this moment; the
    /// management API may go on with what a former leader reported.
    pub fn online_copies(&self, queue: &str) -> Result<Vec<String>, StackError> {
        let list = self.control(&["list_queues", "--no-table-headers", "name", "online"])?;
        let copies = list.lines().find_map(|line| line.strip_prefix(queue)?.strip_prefix('\t'));
        let copies = copies.unwrap_or_default().trim_matches(['[', ']', ' ']);
        Ok(copies.split(',').map(|node| node.trim().to_owned()).collect())
    }

    pub(super) fn control(&self, arguments: &[&str]) -> Result<String, StackError> {
        let what = format!("rabbitmqctl {}", arguments.join(" "));
        output_within(&what, TIMEOUT, self.node.control()?.args(arguments))
    }
}
