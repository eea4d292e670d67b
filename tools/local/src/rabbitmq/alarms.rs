//! Setting off the alarms on which RabbitMQ blocks its publishers.

use super::RabbitMq;
use crate::StackError;

impl RabbitMq {
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
}
