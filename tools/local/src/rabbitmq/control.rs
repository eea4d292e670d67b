//! What only the control program can do or knows. It is an Erlang VM of its own and takes one to two
//! seconds.

use std::time::Duration;

use super::RabbitMq;
use crate::StackError;
use crate::process::output_within;

const TIMEOUT: Duration = Duration::from_mins(3);

/// Nodes talk to those that know their secret. So the node expects another from each of its peers,
/// and hangs up.
const CUT_OFF: &str = "Peers = nodes(), persistent_term:put(cut_off, Peers), \
                       [begin erlang:set_cookie(N, cut_off), erlang:disconnect_node(N) end \
                       || N <- Peers], ok.";

/// The node remembers which nodes it was cut off from: it is no longer connected to them, and which function
/// says who they are depends on RabbitMQ's version.
const REJOIN: &str = "[erlang:set_cookie(N, erlang:get_cookie()) \
                      || N <- persistent_term:get(cut_off)], ok.";

/// Of each queue of the virtual host `/`, asked of the queue itself. In a tuple, since a list of numbers may be
/// shown as text. RabbitMQ 4.3 takes the name of a query, and versions before it a function.
const QUEUE_DEPTHS: &str = "Ask = fun(Queue, Query) -> \
                            {ok, Count, _} = ra:consistent_query(amqqueue:get_pid(Queue), Query), \
                            Count end, \
                            Depth = fun(Queue) -> \
                            try Ask(Queue, fun rabbit_fifo:query_messages_total/1) \
                            catch error:function_clause -> \
                            Ask(Queue, {rabbit_fifo, query_messages_total, []}) end end, \
                            list_to_tuple(lists:map(Depth, rabbit_amqqueue:list(<<\"/\">>))).";

/// By AMQP 0.9.1, which is what everything here speaks. What names the protocol depends on RabbitMQ's
/// version.
const MESSAGES_RECEIVED: &str = "Of = rabbit_global_counters:overview(), \
                                 New = maps:get(#{protocol => amqp091}, Of, none), \
                                 #{messages_received_total := Count} = \
                                 maps:get([{protocol, amqp091}], Of, New), Count.";

impl RabbitMq {
    /// The messages, ready and unacknowledged, in each queue of the virtual host `/`, which are quorum
    /// queues, at this moment.
    ///
    /// What the management API and `list_queues` say of such a queue is what its leader reported up to
    /// five seconds ago, and none before its first report: so a queue with messages may seem empty. And
    /// the management API adds up what each node knows, and a node that led a queue and fell silent goes
    /// on knowing of messages that are long gone.
    pub fn queue_depths(&self) -> Result<Vec<u64>, StackError> {
        let answer = self.control(&["eval", QUEUE_DEPTHS])?;
        let depths = answer.trim().trim_matches(['{', '}']).split_terminator(',');
        depths.map(|depth| number("Counting the messages in queues", depth)).collect()
    }

    /// The nodes on which a copy of this quorum queue runs, as this node finds them this moment; the
    /// management API may go on with what a former leader reported.
    pub fn online_copies(&self, queue: &str) -> Result<Vec<String>, StackError> {
        let list = self.control(&["list_queues", "--no-table-headers", "name", "online"])?;
        let copies = list.lines().find_map(|line| line.strip_prefix(queue)?.strip_prefix('\t'));
        let copies = copies.unwrap_or_default().trim_matches(['[', ']', ' ']);
        Ok(copies.split(',').map(|node| node.trim().to_owned()).collect())
    }

    /// Blocks publishers when the node uses more than this share of the machine's memory.
    /// 0.00001 sets the alarm off, 0.4 (the default) clears it.
    pub fn set_memory_watermark(&self, fraction: f64) -> Result<(), StackError> {
        self.control(&["set_vm_memory_high_watermark", &fraction.to_string()]).map(drop)
    }

    /// Blocks publishers when the disk has less than this free. A petabyte sets the alarm off,
    /// 50,000,000 (the default) clears it.
    pub fn set_disk_free_limit(&self, bytes: u64) -> Result<(), StackError> {
        self.control(&["set_disk_free_limit", &bytes.to_string()]).map(drop)
    }

    /// Lets nothing through between this node and the others of its cluster. It sees a minority
    /// then, and stops serving its clients.
    pub fn cut_off(&self) -> Result<(), StackError> {
        self.control(&["eval", CUT_OFF]).map(drop)
    }

    /// Ends a [`Self::cut_off`]. The node serves again once it has found a majority.
    pub fn rejoin(&self) -> Result<(), StackError> {
        self.control(&["eval", REJOIN]).map(drop)
    }

    /// A quorum queue of the virtual host `/` takes and confirms nothing, as while another leader is elected.
    pub fn suspend_queue(&self, queue: &str) -> Result<(), StackError> {
        self.control(&["eval", &format!("sys:suspend('%2F_{queue}').")]).map(drop)
    }

    /// Ends a [`Self::suspend_queue`].
    pub fn resume_queue(&self, queue: &str) -> Result<(), StackError> {
        self.control(&["eval", &format!("sys:resume('%2F_{queue}').")]).map(drop)
    }

    /// How often a quorum queue that is declared from now on reports its counts to metrics. Without this
    /// it does so every five seconds.
    pub fn set_queue_tick(&self, tick: Duration) -> Result<(), StackError> {
        let milliseconds = tick.as_millis();
        let set = format!("application:set_env(rabbit, quorum_tick_interval, {milliseconds}).");
        self.control(&["eval", &set]).map(drop)
    }

    /// How many messages clients have sent since this node started.
    pub fn messages_received(&self) -> Result<u64, StackError> {
        number("Counting the messages", &self.control(&["eval", MESSAGES_RECEIVED])?)
    }

    fn control(&self, arguments: &[&str]) -> Result<String, StackError> {
        let what = format!("rabbitmqctl {}", arguments.join(" "));
        output_within(&what, TIMEOUT, self.service.node.control()?.args(arguments))
    }
}

fn number(what: &str, said: &str) -> Result<u64, StackError> {
    let not_a_number = |_| StackError::Refused {
        what: what.to_owned(),
        detail: format!("rabbitmqctl said {said:?}"),
    };
    said.trim().parse().map_err(not_a_number)
}
