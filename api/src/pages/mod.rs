//! Answers for people: the pages of `frontend/pages`, rendered in their language.
//!
//! `show.rs` makes them in one place: of an accepted registration, of a problem, of a status.

mod context;
mod form_page;
mod moment;
mod samples;
mod show;
mod status_page;
mod templates;

pub use context::PageContext;
pub use form_page::{FieldError, FormPage, Values};
use minijinja::{Value, context};
pub use moment::Moment;
pub use show::{form_again, refusal, to_form, to_status};
pub use status_page::{StatusPage, Wait};
pub use templates::Pages;

/// A page, and what its template is given besides what every page gets.
pub enum Page {
    /// The form as it was sent, and what is wrong with it.
    Form(FormPage),
    Status(StatusPage),
    /// Nothing is at this address.
    NotFound,
    /// What was asked for cannot be shown now: why, and what to do.
    Away(&'static str),
}

impl Page {
    pub const TEMPLATES: [&str; 4] = ["form.html", "status.html", "not-found.html", "away.html"];

    fn template(&self) -> &'static str {
        match self {
            Self::Form(_) => "form.html",
            Self::Status(_) => "status.html",
            Self::NotFound => "not-found.html",
            Self::Away(_) => "away.html",
        }
    }

    fn own(&self) -> Value {
        match self {
            Self::Form(page) => Value::from_serialize(page),
            Self::Status(page) => Value::from_serialize(page),
            Self::NotFound => Value::from_serialize(()),
            Self::Away(message) => context! { message },
        }
    }
}
