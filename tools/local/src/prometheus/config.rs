//! The configuration of a private Prometheus: the jobs of the containers' one, with addresses on this
//! machine.
//!
//! It is read line by line. Only the layout that the file has is understood, and a test says so when
//! that changes.

use std::fmt::Write as _;

use serde_json::json;

use super::PrometheusOptions;
use crate::StackError;

const SHARED: &str = include_str!("../../../../infra/prometheus/prometheus.yaml");

const JOB: &str = "  - job_name: ";

/// The ports of metrics on 127.0.0.1. A job without any is left out.
#[derive(Debug, Clone, Default)]
pub struct ScrapeTargets {
    pub api: Vec<u16>,
    pub worker: Vec<u16>,
    pub rabbitmq: Vec<u16>,
    pub mysql: Vec<u16>,
}

/// The whole configuration of a Prometheus that listens on `port`.
pub(super) fn text(options: &PrometheusOptions, port: u16) -> Result<String, StackError> {
    let interval = format!("{}ms", options.interval.as_millis());
    let rule_files: Vec<_> = options
        .rule_files
        .iter()
        .map(|file| std::path::absolute(file).map_err(StackError::io("Could not read a path")))
        .collect::<Result<_, _>>()?;
    let alertmanagers: Vec<_> = options
        .alertmanager
        .iter()
        .map(|&port| json!({ "static_configs": [{ "targets": addresses(&[port]) }] }))
        .collect();
    // JSON is YAML.
    let mut config = format!(
        "global: {}\nrule_files: {}\nalerting: {}\nscrape_configs:\n",
        json!({ "scrape_interval": interval, "evaluation_interval": interval }),
        json!(rule_files),
        json!({ "alertmanagers": alertmanagers }),
    );
    for job in jobs() {
        let ports = ports(&job, options, port);
        if !ports.is_empty() {
            job.write(&mut config, &ports);
        }
    }
    Ok(config)
}

fn ports(job: &Job<'_>, options: &PrometheusOptions, own: u16) -> Vec<u16> {
    let targets = &options.targets;
    match job.name {
        "registrar-api" => targets.api.clone(),
        "registrar-worker" => targets.worker.clone(),
        "rabbitmq" | "rabbitmq-detailed" => targets.rabbitmq.clone(),
        "mysql" => targets.mysql.clone(),
        "prometheus" => vec![own],
        "alertmanager" => options.alertmanager.into_iter().collect(),
        // Servers that do not run on this machine.
        _ => Vec::new(),
    }
}

fn addresses(ports: &[u16]) -> Vec<String> {
    ports.iter().map(|port| format!("127.0.0.1:{port}")).collect()
}

struct Job<'a> {
    name: &'a str,
    lines: Vec<&'a str>,
}

fn jobs() -> Vec<Job<'static>> {
    let lines = SHARED.lines().skip_while(|line| *line != "scrape_configs:").skip(1);
    let mut jobs: Vec<Job<'_>> = Vec::new();
    for line in lines.take_while(|line| line.is_empty() || line.starts_with([' ', '#'])) {
        if let Some(name) = line.strip_prefix(JOB) {
            jobs.push(Job { name, lines: Vec::new() });
        } else if let Some(job) = jobs.last_mut() {
            job.lines.push(line);
        }
    }
    jobs
}

impl Job<'_> {
    /// With everything that it has, except where its targets come from and how often they are asked.
    fn write(&self, config: &mut String, ports: &[u16]) {
        let targets = json!([{ "targets": addresses(ports) }]);
        // Writing to a string cannot fail.
        let _ = writeln!(config, "{JOB}{}\n    static_configs: {targets}", self.name);
        let mut is_kept = false;
        for line in &self.lines {
            if let Some(key) = key(line) {
                is_kept = !is_replaced(key);
            }
            if is_kept && !line.trim_start().starts_with('#') {
                let _ = writeln!(config, "{line}");
            }
        }
    }
}

/// The key of a line that begins a setting of a job.
fn key(line: &str) -> Option<&str> {
    let key = line.strip_prefix("    ")?.split(':').next()?;
    key.starts_with(|first: char| first.is_ascii_lowercase()).then_some(key)
}

fn is_replaced(key: &str) -> bool {
    let is_discovery = key == "static_configs" || key.ends_with("_sd_configs");
    is_discovery || key == "scrape_interval" || key == "scrape_timeout"
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ServerOptions;

    fn options() -> PrometheusOptions {
        PrometheusOptions {
            server: ServerOptions::temporary(),
            interval: Duration::from_millis(1500),
            targets: ScrapeTargets {
                api: vec![1],
                worker: vec![2, 3],
                rabbitmq: vec![4],
                mysql: vec![5],
            },
            rule_files: vec!["/rules/*.yaml".into()],
            alertmanager: Some(6),
            flags: Vec::new(),
        }
    }

    #[test]
    fn each_job_of_the_containers_that_can_run_here_is_asked_here_and_nothing_else_is() {
        let text = text(&options(), 7).unwrap();
        let jobs: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(JOB)).collect();
        let expected = [
            "registrar-api",
            "registrar-worker",
            "rabbitmq",
            "rabbitmq-detailed",
            "mysql",
            "prometheus",
            "alertmanager",
        ];
        assert_eq!(jobs, expected);
        let addresses = text.matches("targets\":[\"127.0.0.1:").count();
        assert_eq!(addresses, expected.len() + 1, "{text}");
        assert!(text.contains("{\"targets\":[\"127.0.0.1:2\",\"127.0.0.1:3\"]}"), "{text}");
        for theirs in ["- targets", "names:", "refresh_interval", "_sd_configs"] {
            assert!(!text.contains(theirs), "{theirs} in {text}");
        }
    }

    #[test]
    fn a_job_without_a_target_is_left_out() {
        let options = PrometheusOptions {
            targets: ScrapeTargets::default(),
            alertmanager: None,
            ..options()
        };
        let text = text(&options, 7).unwrap();
        let jobs: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(JOB)).collect();
        assert_eq!(jobs, ["prometheus"]);
        assert!(text.contains("alerting: {\"alertmanagers\":[]}"), "{text}");
    }

    #[test]
    fn intervals_and_rule_files_are_those_that_were_given() {
        let text = text(&options(), 7).unwrap();
        let intervals = "{\"evaluation_interval\":\"1500ms\",\"scrape_interval\":\"1500ms\"}";
        assert!(text.contains(&format!("global: {intervals}")), "{text}");
        assert!(text.contains("rule_files: [\"/rules/*.yaml\"]"), "{text}");
    }
}
