//! A trace as a tree that people can read.

use std::fmt;

use crate::collector::Span;

/// The spans of one trace, each under its parent, in the order in which they began.
///
/// As text it is what a trace viewer shows: name, kind, service, time, attributes and links.
#[derive(Debug)]
pub struct TraceTree {
    /// Depth first, each with its depth.
    spans: Vec<(usize, Span)>,
}

impl TraceTree {
    /// Sorts the spans into a tree. Its roots are those whose parent is not among them.
    pub fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_by_key(|span| span.began);
        let mut tree = Self { spans: Vec::new() };
        let is_root = |span: &&Span| !spans.iter().any(|other| other.span_id == span.parent_id);
        for root in spans.iter().filter(is_root) {
            tree.add(0, root, &spans);
        }
        tree
    }

    fn add(&mut self, depth: usize, span: &Span, all: &[Span]) {
        self.spans.push((depth, span.clone()));
        for child in all.iter().filter(|other| other.parent_id == span.span_id) {
            self.add(depth + 1, child, all);
        }
    }

    /// The spans alone, depth first.
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        self.spans.iter().map(|(_, span)| span)
    }

    /// The spans of this name, in the order in which they began.
    pub fn named(&self, name: &str) -> Vec<&Span> {
        self.spans().filter(|span| span.name == name).collect()
    }

    /// The only span of this name.
    pub fn only(&self, name: &str) -> &Span {
        let found = self.named(name);
        assert_eq!(found.len(), 1, "spans {name} in\n{self}");
        found[0]
    }

    /// Name, kind and service of each span in a line, indented by its depth; failed ones say so.
    pub fn outline(&self) -> String {
        self.spans.iter().fold(String::new(), |outline, (depth, span)| {
            outline + &"  ".repeat(*depth) + &title(span) + "\n"
        })
    }
}

fn title(span: &Span) -> String {
    let failed = if span.is_error { " FAILED" } else { "" };
    let kind = span.kind.as_str_name().trim_start_matches("SPAN_KIND_");
    format!("{} [{kind}, {}]{failed}", span.name, span.service)
}

impl fmt::Display for TraceTree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, span) in &self.spans {
            let indent = "  ".repeat(*depth);
            let milliseconds = span.took.as_secs_f64() * 1_000.0;
            writeln!(formatter, "{indent}{} {milliseconds:.1} ms", title(span))?;
            for (name, value) in &span.attributes {
                writeln!(formatter, "{indent}    {name} = {value}")?;
            }
            for (trace_id, span_id) in &span.links {
                writeln!(formatter, "{indent}    link to {span_id} in trace {trace_id}")?;
            }
        }
        Ok(())
    }
}
