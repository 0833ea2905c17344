/// What one source sent since it was counted first.
package struct SourceCounts: Hashable, Sendable {
    /// Requests that were answered with success.
    package var requests = 0
    /// Spans, points and log records that were accepted.
    package var items = 0
    /// Items that were refused alone, by partial success.
    package var rejectedItems = 0
    /// Bytes of the bodies of accepted requests, as they came.
    package var bodyBytes = 0
    /// Requests and connections that were refused.
    package var refusals = 0
}
