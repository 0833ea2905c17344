package import Telemetry

extension SenderBook {
    /// What follows from many requests of a sender.
    package struct Habit: Hashable, Sendable {
        package var finding: SenderFinding
        package var detail: String
        /// None of them for what is not about a signal.
        package var signals: SignalSet = []
    }

    /// Requests with metrics are small where there is little to measure: they are too many when they come oftener than
    /// every five seconds.
    private static let metricsNanosMin: Int64 = 5_000_000_000

    /// As many requests show a habit.
    private static let smallRequestsMin = 500
    /// Of a small one: fewer items than that, on average.
    private static let itemsMin = 3

    fileprivate static func sendsSmallRequests(_ record: Record, _ signal: Signal) -> Bool {
        let accepted = record.accepted[signal]
        guard accepted.requests >= smallRequestsMin, accepted.items < itemsMin * accepted.requests else {
            return false
        }
        let nanos = record.lastAt.rawValue - record.firstAt.rawValue
        return signal != .metrics || nanos / Int64(accepted.requests) < metricsNanosMin
    }
}

extension SenderBook.Record {
    package func habits(isLocal: Bool) -> [SenderBook.Habit] {
        var habits: [SenderBook.Habit] = []
        // 32 KiB: below that compression saves a packet or two.
        let size = uncompressedRequests > 0 ? uncompressedBytes / uncompressedRequests : 0
        if !isLocal, uncompressedRequests >= 10, size >= 32 << 10 {
            habits.append(
                SenderBook.Habit(
                    finding: .uncompressed, detail: "\(HumanUnits.bytes(Int64(size))) a request"))
        }
        for signal in Signal.allCases where SenderBook.sendsSmallRequests(self, signal) {
            let sent = accepted[signal]
            let detail =
                "\(HumanUnits.count(sent.requests, "request")) with \(HumanUnits.count(Int64(sent.items))) "
                + signal.itemName
            habits.append(
                SenderBook.Habit(
                    finding: .smallRequests, detail: detail, signals: SignalSet(signal)))
        }
        if repeatedRequests >= 10, 20 * repeatedRequests >= counts.requests {
            habits.append(
                SenderBook.Habit(finding: .repeats, detail: HumanUnits.count(repeatedRequests, "time")))
        }
        return habits
    }
}
