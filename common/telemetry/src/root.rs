//! Whether a trace is recorded: decided once, where it begins.
//!
//! A span costs microseconds also when it is not recorded, so below a root that is not recorded none
//! are made. What runs there is in the context of the ids that such a span would have: log lines,
//! messages and problem documents name the same trace.

use std::sync::OnceLock;

use opentelemetry::trace::{Link, SpanContext, SpanKind, TraceContextExt, TraceFlags, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, Sampler, SamplingDecision, SamplingResult, ShouldSample,
};

/// The sampler of this process, once telemetry has started.
static SAMPLER: OnceLock<Sampler> = OnceLock::new();

/// What becomes of a trace, and the context in which its work runs.
#[derive(Debug)]
pub enum Root {
    /// Spans are made; this is the parent of the first.
    Recorded(Context),
    /// No spans are made.
    NotRecorded(Context),
}

impl Root {
    /// Decides for work that `parent` caused; the context may be empty.
    pub fn decide(parent: Context) -> Self {
        match SAMPLER.get() {
            Some(sampler) => Self::decide_with(sampler, &parent),
            None => Self::NotRecorded(parent),
        }
    }

    /// The parent of the first span that is made for work which `parent` caused; none when it is not
    /// recorded. For what needs ids only when it is.
    pub fn parent_if_recorded(parent: &Context) -> Option<Context> {
        let caller = parent.span().span_context().clone();
        recorded(SAMPLER.get()?, parent, trace_id(&caller))
    }

    fn decide_with(sampler: &Sampler, parent: &Context) -> Self {
        let caller = parent.span().span_context().clone();
        let trace_id = trace_id(&caller);
        if let Some(parent) = recorded(sampler, parent, trace_id) {
            return Self::Recorded(parent);
        }
        let span_id = RandomIdGenerator::default().new_span_id();
        let (flags, state) = (TraceFlags::NOT_SAMPLED, caller.trace_state().clone());
        let span = SpanContext::new(trace_id, span_id, flags, false, state);
        Self::NotRecorded(Context::new().with_remote_span_context(span))
    }
}

/// That of the caller, or else a new one.
fn trace_id(caller: &SpanContext) -> TraceId {
    if caller.is_valid() { caller.trace_id() } else { RandomIdGenerator::default().new_trace_id() }
}

fn recorded(sampler: &Sampler, parent: &Context, trace_id: TraceId) -> Option<Context> {
    let result = sampler.should_sample(Some(parent), trace_id, "", &SpanKind::Server, &[], &[]);
    let is_recorded = result.decision == SamplingDecision::RecordAndSample;
    is_recorded.then(|| parent.with_value(IsRecorded))
}

/// In the context of every span below a root that is recorded.
#[derive(Debug)]
struct IsRecorded;

/// Does not decide again what was decided at the root, since the root's span has another trace id
/// than the decision was made for.
#[derive(Clone, Debug)]
pub(super) struct DecidedAtRoot(pub(super) Sampler);

impl DecidedAtRoot {
    pub(super) fn install(&self) {
        _ = SAMPLER.set(self.0.clone());
    }
}

impl ShouldSample for DecidedAtRoot {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        match parent.filter(|parent| parent.get::<IsRecorded>().is_some()) {
            Some(parent) => SamplingResult {
                decision: SamplingDecision::RecordAndSample,
                attributes: Vec::new(),
                trace_state: parent.span().span_context().trace_state().clone(),
            },
            None => self.0.should_sample(parent, trace_id, name, kind, attributes, links),
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
    use opentelemetry_sdk::trace::SdkTracerProvider;

    use super::*;
    use crate::propagation::{self, Headers};

    fn caused_by(flags: &str) -> Context {
        let parent = format!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{flags}");
        propagation::extract(&Headers::from([("traceparent".to_owned(), parent)]))
    }

    fn parent_based(sampler: Sampler) -> Sampler {
        Sampler::ParentBased(Box::new(sampler))
    }

    #[test]
    fn a_root_that_is_not_recorded_has_ids_all_the_same() {
        for sampler in [Sampler::AlwaysOff, parent_based(Sampler::TraceIdRatioBased(0.0))] {
            let Root::NotRecorded(context) = Root::decide_with(&sampler, &Context::new()) else {
                panic!("{sampler:?}");
            };
            let span = context.span().span_context().clone();
            assert!(span.is_valid() && !span.is_sampled());
        }
    }

    #[test]
    fn the_trace_and_the_decision_of_a_parent_are_kept() {
        let sampler = parent_based(Sampler::AlwaysOn);
        let Root::NotRecorded(context) = Root::decide_with(&sampler, &caused_by("00")) else {
            panic!("the parent is not recorded");
        };
        let span = context.span().span_context().clone();
        assert_eq!(span.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_ne!(span.span_id().to_string(), "b7ad6b7169203331");
        let sampler = parent_based(Sampler::AlwaysOff);
        assert!(matches!(Root::decide_with(&sampler, &caused_by("01")), Root::Recorded(_)));
    }

    #[test]
    fn every_span_below_a_recorded_root_is_recorded_and_none_is_decided_about_again() {
        let Root::Recorded(context) = Root::decide_with(&Sampler::AlwaysOn, &Context::new()) else {
            panic!("every root is recorded");
        };
        let sampler = DecidedAtRoot(Sampler::AlwaysOff);
        let tracers = SdkTracerProvider::builder().with_sampler(sampler).build();
        let tracer = tracers.tracer("test");
        let root = tracer.start_with_context("root", &context);
        assert!(root.span_context().is_sampled());
        let child = tracer.start_with_context("child", &context.with_span(root));
        assert!(child.span_context().is_sampled());
        let elsewhere = tracer.start_with_context("elsewhere", &Context::new());
        assert!(!elsewhere.span_context().is_sampled());
    }
}
