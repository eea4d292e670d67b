//! What happens to every request: [`Observe`] is the outermost layer, [`Admit`] the innermost.

mod admit;
mod around;
mod cors;
mod observe;
mod outcome;
mod security_headers;
mod trace;

pub use admit::Admit;
pub use around::AroundLayer;
pub use cors::cross_origin;
pub use observe::Observe;
