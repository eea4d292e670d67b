use utoipa::OpenApi;

use crate::{handlers, problem::ProblemDocument};

/// The OpenAPI document. Each handler describes itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Registrar",
        description = "Registers students. A registration is accepted once it is stored safely in a queue, \
                       and ends as registered, rejected or on hold: it is never lost.",
        license(name = "MIT")
    ),
    paths(
        handlers::root::service,
        handlers::livez::livez,
        handlers::readyz::readyz,
        handlers::register::register_student_handler,
        handlers::registration::registration,
        handlers::events::events,
        handlers::limits::limits,
        handlers::openapi::openapi,
        handlers::docs::docs,
    ),
    components(schemas(ProblemDocument)),
    tags(
        (name = "registrations", description = "Register a student, and see what becomes of it."),
        (name = "service", description = "The service itself."),
    )
)]
pub(super) struct Description;
