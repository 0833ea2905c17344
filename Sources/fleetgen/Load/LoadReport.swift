/// The figures of a load.
struct LoadReport: Encodable, Hashable, Sendable {
    let schema = "fleetgen.load/1"
    /// Spans that the receiver acknowledged.
    var spans = 0
    var requests = 0
    var rejectedSpans = 0
    var lostSpans = 0
    var retries = 0
    var connections = 0
    var seconds = 0.0
    var spansPerSecond = 0.0
    var latencyP50Ms = 0.0
    var latencyP99Ms = 0.0
    var latencyMaxMs = 0.0
    /// Answers that a request cannot be taken now; the times are from the first byte of the request.
    var refusals = 0
    var refusalP50Ms: Double?
    var refusalP99Ms: Double?
    var refusalMaxMs: Double?
    /// Bytes of the acknowledged bodies as they went over the wire.
    var wireBytes = 0
    var senderCpuSeconds = 0.0
    /// The server's own time between the first request and the last answer.
    var serverCpuSeconds: Double?
    var serverCpuSecondsPerMillionSpans: Double?
    /// The same up to the end of the settling time.
    var settledServerCpuSeconds: Double?
    var settledServerCpuSecondsPerMillionSpans: Double?
    var serverPeakResidentBytes: Int64?
    var firstComplaint: String?

    private enum CodingKeys: String, CodingKey {
        case schema, spans, requests, rejectedSpans, lostSpans, retries, connections, seconds
        case spansPerSecond, latencyP50Ms, latencyP99Ms, latencyMaxMs, wireBytes, senderCpuSeconds
        case refusals, refusalP50Ms, refusalP99Ms, refusalMaxMs
        case serverCpuSeconds, serverCpuSecondsPerMillionSpans, settledServerCpuSeconds
        case settledServerCpuSecondsPerMillionSpans, serverPeakResidentBytes, firstComplaint
    }

    var text: String {
        var lines = [
            "\(spans) spans acknowledged in \(requests) requests over \(connections) connections within "
                + "\(number(seconds, 2)) s",
            "\(number(spansPerSecond, 0)) spans/s, \(number(Double(wireBytes) / seconds / 1e6, 1)) MB/s",
            "latency p50 \(number(latencyP50Ms, 1)) ms, p99 \(number(latencyP99Ms, 1)) ms, max "
                + "\(number(latencyMaxMs, 1)) ms",
            "rejected \(rejectedSpans) spans, lost \(lostSpans), retried \(retries) requests",
            "sender CPU \(number(senderCpuSeconds, 2)) s",
        ]
        if let refusalP50Ms, let refusalP99Ms, let refusalMaxMs {
            lines.insert(
                "refused \(refusals) times, within p50 \(number(refusalP50Ms, 1)) ms, p99 "
                    + "\(number(refusalP99Ms, 1)) ms, max \(number(refusalMaxMs, 1)) ms", at: 3)
        }
        if let serverCpuSeconds, let serverCpuSecondsPerMillionSpans {
            lines.append(
                "server CPU \(number(serverCpuSeconds, 2)) s, "
                    + "\(number(serverCpuSecondsPerMillionSpans, 2)) s per million spans")
        }
        if let settledServerCpuSeconds, let settledServerCpuSecondsPerMillionSpans {
            lines.append(
                "server CPU when settled \(number(settledServerCpuSeconds, 2)) s, "
                    + "\(number(settledServerCpuSecondsPerMillionSpans, 2)) s per million spans")
        }
        if let serverPeakResidentBytes {
            lines.append("server peak memory \(number(Double(serverPeakResidentBytes) / 1e6, 1)) MB")
        }
        if let firstComplaint { lines.append("the receiver said: \(firstComplaint)") }
        return lines.joined(separator: "\n")
    }

    private func number(_ value: Double, _ digits: Int) -> String {
        Decimals.text(value, digits: digits)
    }
}
