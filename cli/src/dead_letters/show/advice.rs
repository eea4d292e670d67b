use registrar_domain::HoldReason;

/// What a reason means and what an operator does about it.
pub(super) fn advice(reason: &str) -> &'static str {
    match HoldReason::from_stored(reason) {
        HoldReason::Undecodable => {
            "It is not a message of ours, or it was damaged. Find out who published it, and discard \
             it; or replay it once a worker can read it."
        }
        HoldReason::UnknownVersion => {
            "A newer API wrote it than the workers can read. Deploy the newer workers, then replay."
        }
        HoldReason::InvalidRegistration => {
            "It breaks a rule that the API holds. See who published it, or whether API and workers \
             differ in version; then replay or discard."
        }
        HoldReason::RefusedByDatabase => {
            "MySQL refused the row, with the error number in the fingerprint. Fix the table, then \
             replay."
        }
        HoldReason::DeliveryLimit => {
            "Workers took it many times and never settled it. See in their logs whether it makes \
             them crash; fix that, then replay."
        }
        HoldReason::Unrouted => {
            "There was no queue for it. Start any worker or API, which restores the queues and \
             their bindings, then replay."
        }
        HoldReason::Unknown => "A newer version put it on hold. Use its `registrar`.",
    }
}
