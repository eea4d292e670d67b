//! `GET /imports/template.csv`.

use axum::http::header;
use axum::response::IntoResponse;
use registrar_domain::Field;

/// A file to begin with: the header that every file needs, and no rows.
#[utoipa::path(
    get,
    path = "/imports/template.csv",
    tag = "imports",
    responses((status = 200, description = "A header row.", body = String, content_type = "text/csv"))
)]
pub async fn template() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"students.csv\""),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, format!("{}\r\n", Field::ALL.map(Field::name).join(",")))
}
