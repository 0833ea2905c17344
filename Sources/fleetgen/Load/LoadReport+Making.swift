import Foundation

extension LoadReport {
    /// The figures that the sender itself knows.
    init(_ outcome: LoadOutcome, connections: Int) {
        self.init()
        spans = outcome.counts.spans
        requests = outcome.counts.requests
        rejectedSpans = outcome.counts.rejectedSpans
        lostSpans = outcome.counts.lostSpans
        retries = outcome.counts.retries
        self.connections = connections
        seconds = outcome.seconds
        spansPerSecond = outcome.seconds > 0 ? Double(outcome.counts.spans) / outcome.seconds : 0
        latencyP50Ms = outcome.latencies.quantile(0.5)
        latencyP99Ms = outcome.latencies.quantile(0.99)
        latencyMaxMs = outcome.latencies.quantile(1)
        refusals = outcome.counts.refusals.count
        if refusals > 0 {
            refusalP50Ms = outcome.counts.refusals.quantile(0.5)
            refusalP99Ms = outcome.counts.refusals.quantile(0.99)
            refusalMaxMs = outcome.counts.refusals.quantile(1)
        }
        wireBytes = outcome.counts.bytes
        firstComplaint = outcome.counts.firstComplaint
    }

    mutating func setServerCPU(_ seconds: Double) {
        serverCpuSeconds = seconds
        serverCpuSecondsPerMillionSpans = perMillionSpans(seconds)
    }

    mutating func setSettledServerCPU(_ seconds: Double) {
        settledServerCpuSeconds = seconds
        settledServerCpuSecondsPerMillionSpans = perMillionSpans(seconds)
    }

    /// One JSON object with snake_case keys.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    private func perMillionSpans(_ seconds: Double) -> Double? {
        spans > 0 ? seconds / Double(spans) * 1e6 : nil
    }
}
