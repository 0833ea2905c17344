/// What became of the spans that were sent.
struct DeliveryCounts: Hashable, Sendable {
    /// Requests that were answered with success.
    var requests = 0
    /// Spans that the receiver took.
    var spans = 0
    /// Spans that it refused within a request that it took.
    var rejectedSpans = 0
    /// Spans of requests that it refused for good, or that it never answered.
    var lostSpans = 0
    /// Requests that were given up because no attempt got an answer that decided.
    var unansweredRequests = 0
    /// Attempts beyond the first.
    var retries = 0
    /// Milliseconds from the first byte of an attempt to the answer that it cannot be taken now.
    var refusals: [Double] = []
    /// Bytes of the bodies that were taken, as sent.
    var bytes = 0
    /// The first thing that the receiver complained about, or nil.
    var firstComplaint: String?

    static func += (left: inout DeliveryCounts, right: DeliveryCounts) {
        left.requests += right.requests
        left.spans += right.spans
        left.rejectedSpans += right.rejectedSpans
        left.lostSpans += right.lostSpans
        left.unansweredRequests += right.unansweredRequests
        left.retries += right.retries
        left.refusals += right.refusals
        left.bytes += right.bytes
        left.firstComplaint = left.firstComplaint ?? right.firstComplaint
    }
}
