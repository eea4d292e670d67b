//! Metrics in `OpenMetrics` 1.0, which has exemplars.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};

use super::exemplars::{Exemplar, Exemplars};

/// The exemplars of every distribution, by its name.
pub(super) type ExemplarsByName = BTreeMap<String, Arc<Exemplars>>;

pub(super) fn write(families: &[MetricFamily], exemplars: &ExemplarsByName) -> String {
    let mut page = Page { text: String::new() };
    for family in families {
        page.family(family, exemplars.get(family.name()).map(AsRef::as_ref));
    }
    page.line(format_args!("# EOF"));
    page.text
}

/// The end of a counter's sample, which is no part of its family's name.
const TOTAL: &str = "_total";

struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // To write into a String cannot fail.
        _ = writeln!(self.text, "{line}");
    }

    fn family(&mut self, family: &MetricFamily, exemplars: Option<&Exemplars>) {
        let (name, kind) = match family.get_field_type() {
            MetricType::COUNTER => {
                (family.name().strip_suffix(TOTAL).unwrap_or(family.name()), "counter")
            }
            MetricType::GAUGE => (family.name(), "gauge"),
            MetricType::HISTOGRAM => (family.name(), "histogram"),
            MetricType::SUMMARY | MetricType::UNTYPED => return,
        };
        self.line(format_args!("# TYPE {name} {kind}"));
        self.line(format_args!("# HELP {name} {}", escaped(family.help())));
        for metric in family.get_metric() {
            let labels = metric.get_label();
            match family.get_field_type() {
                MetricType::COUNTER => {
                    self.sample(name, TOTAL, labels, metric.get_counter().get_value());
                }
                MetricType::HISTOGRAM => self.histogram(name, metric, exemplars),
                _ => self.sample(name, "", labels, metric.get_gauge().get_value()),
            }
        }
    }

    fn sample(&mut self, name: &str, suffix: &str, labels: &[LabelPair], value: f64) {
        let (labels, value) = (written(labels, None), number(value));
        self.line(format_args!("{name}{suffix}{labels} {value}"));
    }

    fn histogram(&mut self, name: &str, metric: &Metric, exemplars: Option<&Exemplars>) {
        let (labels, histogram) = (metric.get_label(), metric.get_histogram());
        let value_of = |label: &str| {
            let pair = labels.iter().find(|pair| pair.name() == label);
            pair.map(LabelPair::value)
        };
        let exemplars = exemplars.map(|them| them.of_series(value_of)).unwrap_or_default();
        let buckets = histogram.get_bucket().iter().filter(|it| it.upper_bound().is_finite());
        // Always with a point: "2.0", never "2".
        let buckets = buckets.map(|it| (format!("{:?}", it.upper_bound()), it.cumulative_count()));
        let all = [("+Inf".to_owned(), histogram.get_sample_count())];
        for (number, (bound, count)) in buckets.chain(all).enumerate() {
            let labels = written(labels, Some(&bound));
            let exemplar = exemplars.get(number).copied().flatten().map(exemplar);
            let exemplar = exemplar.unwrap_or_default();
            self.line(format_args!("{name}_bucket{labels} {count}{exemplar}"));
        }
        let (labels, count) = (written(labels, None), histogram.get_sample_count());
        self.line(format_args!("{name}_count{labels} {count}"));
        self.line(format_args!("{name}_sum{labels} {}", number(histogram.get_sample_sum())));
    }
}

/// Its label is well below the 128 characters that are allowed.
fn exemplar(Exemplar { trace, value, at }: Exemplar) -> String {
    let at = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    format!(" # {{trace_id=\"{trace}\"}} {} {at:.3}", number(value))
}

fn written(labels: &[LabelPair], bound: Option<&str>) -> String {
    let pairs = labels.iter().map(|pair| (pair.name(), pair.value()));
    let pairs = pairs.chain(bound.map(|bound| ("le", bound)));
    let pairs = pairs.map(|(name, value)| format!("{name}=\"{}\"", escaped(value)));
    let pairs = pairs.collect::<Vec<_>>().join(",");
    if pairs.is_empty() { pairs } else { format!("{{{pairs}}}") }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('"', "\\\"")
}

fn number(value: f64) -> String {
    if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Metrics;
    use crate::propagation::TraceId;

    #[test]
    fn each_kind_of_metric_is_written_as_openmetrics_has_it() {
        let metrics = Metrics::new();
        metrics.counter("a_seen_total", "Seen, \"here\"\nand \\ there.").unwrap().inc_by(3);
        let places = metrics.gauges("b_level", "Now.", &[("place", &[])]).unwrap();
        places.with_label_values(&["a \"b\" \\ \n"]).set(-7);
        let waits = metrics.histograms("c_seconds", "Waited.", &[("lane", &[])], &[0.5, 2.0]);
        let waits = waits.unwrap();
        waits.observe(&["bulk"], 0.25, None);
        waits.observe(&["bulk"], 1.5, Some(TraceId::from(0xabc)));
        waits.observe(&["bulk"], 3.0, None);
        let text = metrics.render_open_metrics();
        let (exemplar, rest): (Vec<_>, Vec<_>) = text.lines().partition(|it| it.contains(" # {"));
        assert_eq!(
            rest.join("\n"),
            r#"# TYPE a_seen counter
# HELP a_seen Seen, \"here\"\nand \\ there.
a_seen_total 3
# TYPE b_level gauge
# HELP b_level Now.
b_level{place="a \"b\" \\ \n"} -7
# TYPE c_seconds histogram
# HELP c_seconds Waited.
c_seconds_bucket{lane="bulk",le="0.5"} 1
c_seconds_bucket{lane="bulk",le="+Inf"} 3
c_seconds_count{lane="bulk"} 3
c_seconds_sum{lane="bulk"} 4.75
# EOF"#
        );
        let [exemplar] = exemplar[..] else { panic!("{exemplar:?}") };
        let expected = "c_seconds_bucket{lane=\"bulk\",le=\"2.0\"} 2 # \
                        {trace_id=\"00000000000000000000000000000abc\"} 1.5 ";
        let moment = exemplar.strip_prefix(expected);
        let moment: f64 = moment.expect(exemplar).parse().unwrap();
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
        assert!((now - 60.0..=now + 1.0).contains(&moment), "{exemplar}");
        assert!(text.ends_with("\n# EOF\n"));
    }

    #[test]
    fn what_comes_from_outside_is_written_as_openmetrics_has_it_too() {
        let metrics = Metrics::new();
        #[cfg(target_os = "linux")]
        metrics.register_process().unwrap();
        metrics.read_counter("lines_total", "So far.", || 5).unwrap();
        metrics.read_gauge("most", "No bound.", &[], || f64::INFINITY).unwrap();
        let text = metrics.render_open_metrics();
        for part in ["# TYPE lines counter\n", "\nlines_total 5\n", "\nmost +Inf\n"] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
        #[cfg(target_os = "linux")]
        for part in ["# TYPE process_cpu_seconds counter\n", "\nprocess_cpu_seconds_total "] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
    }
}
