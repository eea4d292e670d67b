//! Queries and where they were found.

/// A query as it is sent to Prometheus.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// Such as `dashboard registrar-queue, panel "How many wait?"`.
    pub(crate) place: String,
    pub(crate) expression: String,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// At one point in time.
    Instant,
    /// From the beginning until now.
    Range,
    /// The exemplars of the series.
    Exemplars,
}
