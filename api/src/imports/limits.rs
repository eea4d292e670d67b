use std::time::Duration;

use clap::Args;
use registrar_runtime::config::{bounded, duration};

/// How large an import may be, how slow, and how many there may be.
#[derive(Args, Clone, Debug)]
pub struct ImportLimits {
    /// The largest file to import, in bytes and uncompressed
    #[arg(long, env = "REGISTRAR_IMPORT_BYTES", default_value = "1073741824",
        value_parser = bounded(1_024_u64..=1_099_511_627_776))]
    pub import_bytes: u64,
    // A dry run keeps a hash of each.
    /// The most rows of a file to import
    #[arg(long, env = "REGISTRAR_IMPORT_ROWS", default_value = "1500000",
        value_parser = bounded(1_u64..=20_000_000))]
    pub import_rows: u64,
    /// How long an upload may send nothing
    #[arg(long, env = "REGISTRAR_IMPORT_IDLE_TIMEOUT", default_value = "1m", value_parser = duration)]
    pub import_idle_timeout: Duration,
    /// How long an upload may take
    #[arg(long, env = "REGISTRAR_IMPORT_TIMEOUT", default_value = "6h", value_parser = duration)]
    pub import_timeout: Duration,
    // Each has a thread, of which the runtime has 512, and others need some as well.
    /// The most uploads at once; each takes up to 10 MB of memory, a JSON array or a dry run up to
    /// 20 MB more
    #[arg(long, env = "REGISTRAR_IMPORTS", default_value = "16",
        value_parser = bounded(1_usize..=256))]
    pub imports: usize,
    /// The most uploads at once with one key
    #[arg(long, env = "REGISTRAR_IMPORTS_PER_KEY", default_value = "2",
        value_parser = bounded(1_usize..=1_000))]
    pub imports_per_key: usize,
    /// The most uploads a minute with one key
    #[arg(long, env = "REGISTRAR_IMPORTS_PER_MINUTE", default_value = "30",
        value_parser = bounded(1_u32..=100_000))]
    pub imports_per_minute: u32,
    /// The most rows a day with one key; an upload that begins below it is read to its end
    #[arg(long, env = "REGISTRAR_IMPORT_ROWS_PER_DAY", default_value = "10000000",
        value_parser = bounded(1_u64..=1_000_000_000_000))]
    pub import_rows_per_day: u64,
}
