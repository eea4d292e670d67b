//! Cutting a node off from its cluster, while it and its clients go on.

use super::RabbitMq;
use crate::StackError;

/// Nodes talk to those that know their secret. So the node expects another from each of its peers,
/// and hangs up.
const CUT_OFF: &str = "Peers = nodes(), persistent_term:put(cut_off, Peers), \
                       [begin erlang:set_cookie(N, cut_off), erlang:disconnect_node(N) end \
                       || N <- Peers], ok.";

/// The node remembers which nodes it was cut off from: it is no longer connected to them, and which function
/// says who they are depends on RabbitMQ's version.
const REJOIN: &str = "[erlang:set_cookie(N, erlang:get_cookie()) \
                      || N <- persistent_term:get(cut_off)], ok.";

impl RabbitMq {
    /// Lets nothing through between this node and the others of its cluster. It sees a minority
    /// then, and stops serving its clients.
    pub fn cut_off(&self) -> Result<(), StackError> {
        self.control(&["eval", CUT_OFF]).map(drop)
    }

    /// Ends a [`Self::cut_off`]. The node serves again once it has found a majority.
    pub fn rejoin(&self) -> Result<(), StackError> {
        self.control(&["eval", REJOIN]).map(drop)
    }
}
