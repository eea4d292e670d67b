//! Every query of every dashboard, recording rule and alert, executed by both generations of Prometheus
//! on a stack with traffic.
//!
//! A query that fails or has no answer shows nothing, or never fires, which is noticed only when
//! it is needed. Grammar and types are checked elsewhere; here, that there are such series.
// The attributes tell clippy that the helpers of the tests are tests too.

#[cfg(test)]
mod answered;
#[cfg(test)]
mod dashboards;
#[cfg(test)]
mod empty;
#[cfg(test)]
mod found;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod selectors;
#[cfg(test)]
mod stack;
#[cfg(test)]
mod variables;
#[cfg(test)]
mod without_thresholds;
