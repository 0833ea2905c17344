/// What a run sent and what became of it.
struct RunSummary: Sendable {
    /// Requests of the fleet's clients whose spans were sent.
    var clientRequests = 0
    /// Client requests that had not finished at the end; their spans were not sent.
    var cutOff = 0
    var counts = DeliveryCounts()
    var seconds = 0.0
    /// What the run can be made again with.
    var seed: UInt64 = 0
    /// What was really going on; nil unless it was asked for.
    var truth: FleetTruth?

    /// Whether every span that was sent was taken.
    var isComplete: Bool { counts.rejectedSpans == 0 && counts.lostSpans == 0 }

    var text: String {
        var lines = [
            "sent \(counts.spans) spans of \(clientRequests) client requests in \(counts.requests) "
                + "OTLP requests (\(counts.bytes) bytes) within \(Decimals.text(seconds, digits: 1)) s",
            "rejected \(counts.rejectedSpans) spans, lost \(counts.lostSpans), retried "
                + "\(counts.retries) requests; --seed \(seed)",
        ]
        if cutOff > 0 { lines.append("\(cutOff) client requests were still running at the end and not sent") }
        if let complaint = counts.firstComplaint { lines.append("the receiver said: \(complaint)") }
        return lines.joined(separator: "\n")
    }
}
