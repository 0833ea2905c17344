import Telemetry

/// What a request's body became.
struct DecodedExport {
    var batch: TelemetryBatch
    var digest: BodyDigest
    var signal: Signal
    /// Spans, data points or log records.
    var items: Int
    /// Items that were refused alone, and why the first of them was.
    var rejected = 0
    var reason: String?
    var notes: DecodeNotes = []
    /// Whether secrets were taken out of it.
    var isRedacted = false
    /// Whether there were points of more series than their source may have.
    var hasTooManySeries = false
    /// Log records with ids of a wrong length, which are stored without them.
    var invalidIDs = 0
    /// The unit that times came in where it is surely not nanoseconds.
    var timeUnit: OriginInspection.TimeUnit?
    /// What the sender should change.
    var notices: [SenderNotice] = []
}
