import Telemetry

/// A request of a file, decoded: of whichever signal it is.
struct DecodedRecord: Sendable {
    /// What stands for the address of the sender.
    static let peerAddress = "import"

    var batch: TelemetryBatch
    /// Items that are refused alone, and why the first of them is.
    var refused: Int
    var reason: String?

    var signal: Signal { batch.signal }
    var items: Int { batch.count }

    init(_ record: ImportRecord, receivedAt: UnixNanos) throws(DecodeError) {
        let arrival = Arrival(receivedAt: receivedAt, peerAddress: Self.peerAddress)
        let body = record.bytes.span
        switch record.signal ?? .traces {
        case .traces:
            let decoded =
                record.isJSON
                ? try DecodedTraces.fromJSON(body, arrival: arrival)
                : try DecodedTraces.fromProtobuf(body, arrival: arrival)
            (batch, refused, reason) = (.spans(decoded.batch), decoded.rejectedSpans, decoded.rejectionReason)
        case .metrics:
            let decoded =
                record.isJSON
                ? try DecodedMetrics.fromJSON(body, arrival: arrival)
                : try DecodedMetrics.fromProtobuf(body, arrival: arrival)
            (batch, refused, reason) = (
                .points(decoded.batch), decoded.rejectedPoints, decoded.rejectionReason
            )
        case .logs:
            let decoded =
                record.isJSON
                ? try DecodedLogs.fromJSON(body, arrival: arrival)
                : try DecodedLogs.fromProtobuf(body, arrival: arrival)
            (batch, refused, reason) = (
                .logs(decoded.batch), decoded.rejectedRecords, decoded.rejectionReason
            )
        }
    }
}

extension ImportRecord {
    /// Which signal it is of, as far as its bytes tell; nil when they do not.
    var signal: Signal? {
        isJSON ? SignalGuess.signal(ofJSON: bytes.span) : SignalGuess.signal(ofProtobuf: bytes.span)
    }
}

extension Signal {
    /// What one of its items is called.
    var item: String {
        switch self {
        case .traces: "span"
        case .metrics: "point"
        case .logs: "log record"
        }
    }
}
