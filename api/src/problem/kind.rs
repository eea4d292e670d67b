use axum::http::StatusCode;

/// What kind of problem an error answer is about: the `type` of RFC 9457, a section of `/docs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The body is not the JSON or form it says it is.
    MalformedRequest,
    /// The head of the request can be understood in more than one way.
    MalformedHead,
    /// The `Idempotency-Key` cannot be used.
    MalformedIdempotencyKey,
    /// The reference was never issued.
    UnknownReference,
    /// No such page.
    NotFound,
    /// The page does not take this method.
    MethodNotAllowed,
    /// The body did not arrive in time.
    BodyTimeout,
    /// Another registration owns the e-mail address.
    EmailAlreadyRegistered,
    /// The registration was rejected, for a reason that a newer version stored.
    Rejected,
    /// The body is larger than the limit.
    BodyTooLarge,
    /// The address is longer than the limit.
    UriTooLong,
    /// The body is neither JSON nor a form.
    UnsupportedMediaType,
    /// The registration breaks rules.
    InvalidRegistration,
    /// The client sends more than its share.
    TooManyRequests,
    /// The headers are more or larger than the limits.
    HeadersTooLarge,
    /// Our own fault.
    InternalError,
    /// The body is encoded for its transfer in an unknown way.
    UnknownTransferCoding,
    /// The broker cannot confirm now; nothing was accepted.
    CannotAcceptNow,
    /// The broker did not say whether it has the registration.
    OutcomeUnknown,
    /// All event streams are taken.
    TooManyStreams,
    /// The instance should get no requests now.
    NotReady,
    /// No answer within the time limit.
    Timeout,
}

/// What the documentation says of a kind.
struct Entry {
    slug: &'static str,
    status: StatusCode,
    title: &'static str,
    advice: &'static str,
}

impl ProblemKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 22] = [
        Self::MalformedRequest,
        Self::MalformedHead,
        Self::MalformedIdempotencyKey,
        Self::UnknownReference,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::BodyTimeout,
        Self::EmailAlreadyRegistered,
        Self::Rejected,
        Self::BodyTooLarge,
        Self::UriTooLong,
        Self::UnsupportedMediaType,
        Self::InvalidRegistration,
        Self::TooManyRequests,
        Self::HeadersTooLarge,
        Self::InternalError,
        Self::UnknownTransferCoding,
        Self::CannotAcceptNow,
        Self::OutcomeUnknown,
        Self::TooManyStreams,
        Self::NotReady,
        Self::Timeout,
    ];

    /// The name in the `type`, stable for programs.
    pub fn slug(self) -> &'static str {
        self.entry().slug
    }

    /// The `type` of RFC 9457: a reference to the section that explains the kind.
    pub fn type_uri(self) -> String {
        format!("/docs#{}", self.slug())
    }

    /// The HTTP status it is answered with.
    pub fn status(self) -> StatusCode {
        self.entry().status
    }

    /// The kind in a few words, the same for every occurrence.
    pub fn title(self) -> &'static str {
        self.entry().title
    }

    /// What a developer should do about it.
    pub fn advice(self) -> &'static str {
        self.entry().advice
    }

    #[expect(clippy::too_many_lines, reason = "a table")]
    fn entry(self) -> Entry {
        let (slug, status, title, advice) = match self {
            Self::MalformedRequest => (
                "malformed-request",
                StatusCode::BAD_REQUEST,
                "Malformed request",
                "Send a body that is well-formed in the format its Content-Type names, in UTF-8. \
                 Do not repeat the request unchanged.",
            ),
            Self::MalformedHead => (
                "malformed-head",
                StatusCode::BAD_REQUEST,
                "Malformed request head",
                "Send HTTP/1.1 with one valid Host header, at most one Content-Type, and a body that \
                 is chunked at most once. Libraries for HTTP do so by themselves.",
            ),
            Self::MalformedIdempotencyKey => (
                "malformed-idempotency-key",
                StatusCode::BAD_REQUEST,
                "Malformed Idempotency-Key",
                "Send one Idempotency-Key that cannot be guessed, for instance a random UUID made \
                 when the form is shown.",
            ),
            Self::UnknownReference => (
                "unknown-reference",
                StatusCode::NOT_FOUND,
                "Unknown reference",
                "The reference was never issued here. Use the status_url of the answer to the \
                 registration as it is.",
            ),
            Self::NotFound => (
                "not-found",
                StatusCode::NOT_FOUND,
                "Not found",
                "Nothing is at this address. The documentation lists every address.",
            ),
            Self::MethodNotAllowed => (
                "method-not-allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                "Method not allowed",
                "Use one of the methods in the Allow header.",
            ),
            Self::BodyTimeout => (
                "body-timeout",
                StatusCode::REQUEST_TIMEOUT,
                "Request body too slow",
                "Nothing was accepted. Send the whole body within the time in /limits.",
            ),
            Self::EmailAlreadyRegistered => (
                "email-already-registered",
                StatusCode::CONFLICT,
                "Email address already registered",
                "The registration was accepted and then rejected, within the wait that Prefer asked \
                 for. reference and status_url lead to it. Do not repeat the request: one email \
                 address is one student.",
            ),
            Self::Rejected => (
                "rejected",
                StatusCode::CONFLICT,
                "Registration rejected",
                "The registration was accepted and then rejected, within the wait that Prefer asked \
                 for. code says why; reference and status_url lead to it.",
            ),
            Self::BodyTooLarge => (
                "body-too-large",
                StatusCode::PAYLOAD_TOO_LARGE,
                "Request body too large",
                "Send one registration, no larger than /limits says.",
            ),
            Self::UriTooLong => (
                "uri-too-long",
                StatusCode::URI_TOO_LONG,
                "Address too long",
                "Shorten the path and query to the length in /limits.",
            ),
            Self::UnsupportedMediaType => (
                "unsupported-media-type",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Unsupported media type",
                "Send one of the media types in the answer's Accept header, with no other content \
                 coding than its Accept-Encoding header names.",
            ),
            Self::InvalidRegistration => (
                "invalid-registration",
                StatusCode::UNPROCESSABLE_ENTITY,
                "Invalid registration",
                "Every member of errors names a field by its JSON pointer, the rule by a stable \
                 code, and says in a sentence what to change. Nothing was accepted.",
            ),
            Self::TooManyRequests => (
                "too-many-requests",
                StatusCode::TOO_MANY_REQUESTS,
                "Too many requests",
                "Wait for as many seconds as Retry-After says. Nothing was accepted.",
            ),
            Self::HeadersTooLarge => (
                "headers-too-large",
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "Request headers too large",
                "Send fewer or shorter headers; /limits says how many. Cookies are not needed.",
            ),
            Self::InternalError => (
                "internal-error",
                StatusCode::INTERNAL_SERVER_ERROR,
                "Internal error",
                "A fault of the service. A registration may or may not have been accepted: repeat it \
                 as after outcome-unknown. Report the trace_id if the fault comes again.",
            ),
            Self::UnknownTransferCoding => (
                "unknown-transfer-coding",
                StatusCode::NOT_IMPLEMENTED,
                "Unknown transfer coding",
                "Send the body with a Content-Length or chunked, without any other transfer coding.",
            ),
            Self::CannotAcceptNow => (
                "cannot-accept-now",
                StatusCode::SERVICE_UNAVAILABLE,
                "Cannot accept registrations now",
                "Nothing was accepted. Repeat the request after Retry-After seconds.",
            ),
            Self::OutcomeUnknown => (
                "outcome-unknown",
                StatusCode::SERVICE_UNAVAILABLE,
                "Outcome unknown",
                "The registration may or may not have been accepted. Repeat the same request with \
                 the same Idempotency-Key: it never makes a second registration. Repeated without a \
                 key it is another registration, which is rejected with email_already_registered \
                 if the first one was accepted.",
            ),
            Self::TooManyStreams => (
                "too-many-streams",
                StatusCode::SERVICE_UNAVAILABLE,
                "Too many event streams",
                "Ask for the status itself, after Retry-After seconds.",
            ),
            Self::NotReady => (
                "not-ready",
                StatusCode::SERVICE_UNAVAILABLE,
                "Not ready",
                "For orchestrators: send requests to another instance. errors names what is \
                 missing.",
            ),
            Self::Timeout => (
                "timeout",
                StatusCode::GATEWAY_TIMEOUT,
                "No answer in time",
                "A registration may or may not have been accepted: repeat it as after \
                 outcome-unknown.",
            ),
        };
        Entry { slug, status, title, advice }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_name_and_is_an_error() {
        let mut slugs: Vec<_> = ProblemKind::ALL.map(ProblemKind::slug).into();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(kind.advice().ends_with('.'), "{}", kind.slug());
        }
    }
}
