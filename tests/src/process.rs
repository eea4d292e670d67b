//! The processor time and memory of a process, from `/proc`.

use std::fs;
use std::time::Duration;

use rustix::param::clock_ticks_per_second;

/// Seconds on a processor since a process began, all its threads together.
pub fn cpu(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The second field is the program's name, in parentheses, and may hold spaces.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    // Fields 14 and 15 of proc_pid_stat(5): user and system time.
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 1_000 / clock_ticks_per_second())
}

/// The most memory that a process has had resident, in MiB.
pub fn peak_memory_mib(pid: u32) -> f64 {
    memory_mib(pid, "VmHWM:")
}

/// The memory that a process has resident now, in MiB.
pub fn resident_memory_mib(pid: u32) -> f64 {
    memory_mib(pid, "VmRSS:")
}

fn memory_mib(pid: u32, field: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let value = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    let kib: f64 = value.trim().trim_end_matches(" kB").parse().unwrap();
    kib / 1024.0
}

/// How many files and sockets a process has open.
pub fn open_descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}
