import Telemetry

/// What a database file holds, with any content.
enum StoredCheck {
    /// A few bytes can say that a segment has millions of spans, which all are the same, and each takes its time.
    private static let spansMax = 1 << 12

    static func journal(_ row: [UInt8]) -> [String] {
        StoredBytes.readJournalRow(row)
        return []
    }

    static func chunks(_ bytes: [UInt8], _ signal: Signal) -> [String] {
        guard let segment = ChunkList(bytes), segment.spans <= spansMax else { return [] }
        StoredBytes.readSegment(
            segment.chunks, signal: signal, spans: segment.spans, traces: segment.traces)
        return []
    }

    /// What is not right of a batch that was just decoded: it can be read back from the journal, the segments that are made
    /// of it are sound, and all that holds without its secrets, too.
    static func problems(of batch: TelemetryBatch) -> [String] {
        var problems = encoded(batch)
        var redacted = batch
        if redacted.redact(redactor) > 0 {
            problems += encoded(redacted).map { "redacted: \($0)" }
            if redacted.redact(redactor) > 0 { problems.append("what is redacted is redacted again") }
        }
        return problems
    }

    private static let redactor = Redactor()

    private static func encoded(_ batch: TelemetryBatch) -> [String] {
        let bytes = batch.encoded()
        guard StoredBytes.isBatch(bytes) else { return ["a batch that was encoded cannot be read back"] }
        return StoredBytes.segments(of: [bytes]).flatMap { StoredBytes.problems(of: $0) }
    }
}
