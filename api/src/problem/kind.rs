use axum::http::StatusCode;

/// Makes [`ProblemKind`] of a table: the name in its `type`, the status, its title, and what a
/// developer should do about it.
macro_rules! kinds {
    ($($kind:ident: $slug:literal, $status:ident, $title:literal, $advice:literal;)*) => {
        /// What kind of problem an error answer is about: the `type` of RFC 9457, a section of `/docs`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProblemKind { $($kind),* }

        impl ProblemKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: [Self; [$($slug),*].len()] = [$(Self::$kind),*];

            /// The name in the `type`, stable for programs.
            pub fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug),* }
            }

            pub fn status(self) -> StatusCode {
                match self { $(Self::$kind => StatusCode::$status),* }
            }

            /// The kind in a few words, the same for every occurrence.
            pub fn title(self) -> &'static str {
                match self { $(Self::$kind => $title),* }
            }

            pub fn advice(self) -> &'static str {
                match self { $(Self::$kind => $advice),* }
            }
        }
    };
}

kinds! {
    MalformedRequest: "malformed-request", BAD_REQUEST, "Malformed request",
        "Send a body that is well-formed in the format its Content-Type names, in UTF-8. Do not \
         repeat the request unchanged, but for a file whose upload broke off.";
    MalformedHead: "malformed-head", BAD_REQUEST, "Malformed request head",
        "Send HTTP/1.1 with one valid Host header, at most one Content-Type, and a body that is \
         chunked at most once. Libraries for HTTP do so by themselves.";
    MalformedIdempotencyKey: "malformed-idempotency-key", BAD_REQUEST, "Malformed Idempotency-Key",
        "Send one Idempotency-Key that cannot be guessed, for instance a random UUID made when the \
         form is shown.";
    MalformedParameter: "malformed-parameter", BAD_REQUEST, "Malformed parameter",
        "Send only the parameters that the documentation names, with the values it names.";
    Unauthorized: "unauthorized", UNAUTHORIZED, "No valid key",
        "Send the header Authorization: Bearer with a key for imports. Who runs the service makes one with \
         registrar keys create; one that expired or was revoked is of no use.";
    UnknownImport: "unknown-import", NOT_FOUND, "Unknown import",
        "This key's importer has no import of this reference. Use the status_url of the answer to the \
         upload as it is, with a key of the same importer.";
    UnknownReference: "unknown-reference", NOT_FOUND, "Unknown reference",
        "The reference was never issued here. Use the status_url of the answer to the registration as \
         it is.";
    NotFound: "not-found", NOT_FOUND, "Not found",
        "Nothing is at this address. The documentation lists every address.";
    MethodNotAllowed: "method-not-allowed", METHOD_NOT_ALLOWED, "Method not allowed",
        "Use one of the methods in the Allow header.";
    BodyTimeout: "body-timeout", REQUEST_TIMEOUT, "Request body too slow",
        "Nothing was accepted. Send the whole body within the time in /limits.";
    EmailAlreadyRegistered: "email-already-registered", CONFLICT, "Email address already registered",
        "The registration was accepted and then rejected, within the wait that Prefer asked for. \
         reference and status_url lead to it. Do not repeat the request: one email address is one \
         student.";
    Rejected: "rejected", CONFLICT, "Registration rejected",
        "The registration was accepted and then rejected, within the wait that Prefer asked for. code \
         says why; reference and status_url lead to it.";
    BodyTooLarge: "body-too-large", PAYLOAD_TOO_LARGE, "Request body too large",
        "Send one registration, no larger than /limits says.";
    FileTooLarge: "file-too-large", PAYLOAD_TOO_LARGE, "File too large",
        "Nothing was accepted. errors has a stable code and says what to do: split the file, or send it \
         uncompressed or as NDJSON. /limits says how large it may be.";
    UriTooLong: "uri-too-long", URI_TOO_LONG, "Address too long",
        "Shorten the path and query to the length in /limits.";
    UnsupportedMediaType: "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "Unsupported media type",
        "Send one of the media types in the answer's Accept header, with no other content coding than \
         its Accept-Encoding header names. Of an import, what the file is decides, and not its type: \
         the message says how to make CSV of it.";
    InvalidRegistration: "invalid-registration", UNPROCESSABLE_ENTITY, "Invalid registration",
        "Every member of errors names a field by its JSON pointer, the rule by a stable code, and \
         says in a sentence what to change. Nothing was accepted.";
    UnreadableFile: "unreadable-file", UNPROCESSABLE_ENTITY, "File cannot be read",
        "Nothing was accepted. errors has a stable code and says what to change in the file, or how to \
         name its encoding, delimiter or columns in the address.";
    TooManyImports: "too-many-imports", TOO_MANY_REQUESTS, "Too many imports with this key",
        "Wait for as many seconds as Retry-After says. Nothing was accepted; /limits says how many imports \
         and rows a key has.";
    TooManyRequests: "too-many-requests", TOO_MANY_REQUESTS, "Too many requests",
        "Wait for as many seconds as Retry-After says. Nothing was accepted.";
    HeadersTooLarge: "headers-too-large", REQUEST_HEADER_FIELDS_TOO_LARGE, "Request headers too large",
        "Send fewer or shorter headers; /limits says how many. Cookies are not needed.";
    InternalError: "internal-error", INTERNAL_SERVER_ERROR, "Internal error",
        "A fault of the service. A registration may or may not have been accepted: repeat it as after \
         outcome-unknown. Report the trace_id if the fault comes again.";
    UnknownTransferCoding: "unknown-transfer-coding", NOT_IMPLEMENTED, "Unknown transfer coding",
        "Send the body with a Content-Length or chunked, without any other transfer coding.";
    CannotAcceptNow: "cannot-accept-now", SERVICE_UNAVAILABLE, "Cannot accept registrations now",
        "Nothing was accepted. Repeat the request after Retry-After seconds.";
    OutcomeUnknown: "outcome-unknown", SERVICE_UNAVAILABLE, "Outcome unknown",
        "The registration may or may not have been accepted. Repeat the same request with the same \
         Idempotency-Key: it never makes a second registration. Repeated without a key it is another \
         registration, which is rejected with email_already_registered if the first one was accepted.";
    ImportInterrupted: "import-interrupted", SERVICE_UNAVAILABLE, "Import interrupted",
        "Some rows were accepted, others not. Upload the same file again after Retry-After seconds: what is \
         registered already is found to be.";
    TooManyStreams: "too-many-streams", SERVICE_UNAVAILABLE, "Too many event streams",
        "Ask for the status itself, after Retry-After seconds.";
    NotReady: "not-ready", SERVICE_UNAVAILABLE, "Not ready",
        "For orchestrators: send requests to another instance. errors names what is missing.";
    Timeout: "timeout", GATEWAY_TIMEOUT, "No answer in time",
        "A registration may or may not have been accepted: repeat it as after outcome-unknown.";
}

impl ProblemKind {
    /// The `type` of RFC 9457: a reference to the section that explains the kind.
    pub fn type_uri(self) -> String {
        format!("/docs#{}", self.slug())
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
