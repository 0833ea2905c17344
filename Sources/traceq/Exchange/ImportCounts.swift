/// What became of the requests of a file.
struct ImportCounts: Hashable, Sendable {
    /// Requests that were read, the bad ones among them.
    var requests = 0
    /// Requests that could not be read.
    var badRequests = 0
    /// Spans that are stored now and were not before.
    var stored = 0
    /// Spans of requests that were stored before.
    var known = 0
    /// Spans that are none: without an id.
    var refused = 0
    /// Log records that are stored now, and those of requests that were stored before.
    var logRecords = 0
    var knownLogRecords = 0

    var spans: Int { stored + known + refused }
    /// Spans and log records that are stored, now or before.
    var taken: Int { stored + known + logRecords + knownLogRecords }

    static func += (left: inout ImportCounts, right: ImportCounts) {
        left.requests += right.requests
        left.badRequests += right.badRequests
        left.stored += right.stored
        left.known += right.known
        left.refused += right.refused
        left.logRecords += right.logRecords
        left.knownLogRecords += right.knownLogRecords
    }
}
