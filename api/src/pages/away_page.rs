use serde::Serialize;

/// What `away.html` is given.
#[derive(Serialize)]
pub struct AwayPage {
    /// Why, and what to do.
    pub message: &'static str,
}
