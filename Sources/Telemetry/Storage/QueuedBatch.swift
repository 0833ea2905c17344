/// A batch on its way from a request into a segment: one reference, however often it is handed on.
final class QueuedBatch: Sendable {
    let batch: TelemetryBatch
    /// The first and the last start of its spans, or time of its points; nil when it is empty.
    let timeRange: ClosedRange<UnixNanos>?
    /// Pays for the batch as long as it is in memory; nil for one that nobody sent now.
    private let charge: InFlightBytes.Charge?

    init(_ batch: consuming TelemetryBatch, charge: InFlightBytes.Charge? = nil) {
        timeRange = batch.timeRange
        self.batch = batch
        self.charge = charge
    }

    /// How many spans it has.
    var spans: Int { batch.signal == .traces ? batch.count : 0 }

    /// The first and the last start of its spans; nil without spans.
    var startRange: ClosedRange<UnixNanos>? { batch.signal == .traces ? timeRange : nil }
}
