/// The content of one request, whichever signal it is.
package indirect enum TelemetryBatch: Sendable {
    case spans(SpanBatch)
    case points(PointBatch)
    case logs(LogBatch)

    package var signal: Signal {
        switch self {
        case .spans: .traces
        case .points: .metrics
        case .logs: .logs
        }
    }

    /// How many spans, points, or log records.
    package var count: Int {
        switch self {
        case .spans(let batch): batch.spanCount
        case .points(let batch): batch.pointCount
        case .logs(let batch): batch.recordCount
        }
    }

    /// How much memory it holds: what a request pays for until its spans are in a segment.
    var heldBytes: Int {
        switch self {
        case .spans(let batch): batch.heldBytes
        case .points(let batch): 2 * batch.memoryBytes
        case .logs(let batch): batch.rows.heldBytes
        }
    }

    /// About how much memory what is in it takes.
    var memoryBytes: Int {
        switch self {
        case .spans(let batch): batch.memoryBytes
        case .points(let batch): batch.memoryBytes
        case .logs(let batch): batch.rows.memoryBytes
        }
    }

    /// The first and the last of its times; nil when it is empty.
    var timeRange: ClosedRange<UnixNanos>? {
        switch self {
        case .spans(let batch): batch.startRange
        case .points(let batch): batch.timeRange
        case .logs(let batch): batch.rows.startRange
        }
    }

    /// The columns of its attributes; nil where attributes are no columns.
    var columns: ColumnSet? {
        switch self {
        case .spans(let batch): batch.columns
        case .points: nil
        case .logs(let batch): batch.rows.columns
        }
    }

    /// The spans; nil for another signal.
    var spanBatch: SpanBatch? {
        if case .spans(let batch) = self { batch } else { nil }
    }

    /// The spans or the log records, which have the same columns; nil for another signal.
    func rows(of signal: Signal) -> SpanBatch? {
        switch self {
        case .spans(let batch): signal == .traces ? batch : nil
        case .logs(let batch): signal == .logs ? batch.rows : nil
        case .points: nil
        }
    }

    /// The points; nil for another signal.
    var pointBatch: PointBatch? {
        if case .points(let batch) = self { batch } else { nil }
    }

    /// The batch as bytes; the first one says which signal it is.
    package func encoded() -> [UInt8] {
        switch self {
        case .spans(let batch): batch.encoded()
        case .points(let batch): batch.encoded()
        case .logs(let batch): batch.encoded()
        }
    }

    /// Reads a batch back.
    /// - Throws: `ByteReader.Damage` when the bytes are not an encoded batch
    init(decoding reader: inout ByteReader) throws(ByteReader.Damage) {
        guard reader.remaining > 0 else { throw reader.damage() }
        switch reader.bytes[reader.index] {
        case SpanBatch.encodingVersion: self = .spans(try SpanBatch(decoding: &reader))
        case PointBatch.encodingVersion: self = .points(try PointBatch(decoding: &reader))
        case LogBatch.encodingVersion: self = .logs(try LogBatch(decoding: &reader))
        default: throw reader.damage()
        }
    }
}
