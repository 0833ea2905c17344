import Telemetry

/// What a database file holds, with any content.
enum StoredCheck {
    static func journal(_ row: [UInt8]) -> [String] {
        StoredBytes.readJournalRow(row)
        return []
    }

    static func chunks(_ bytes: [UInt8]) -> [String] {
        guard let segment = ChunkList(bytes) else { return [] }
        StoredBytes.readSegment(
            segment.chunks, signal: segment.signal, spans: segment.spans, traces: segment.traces)
        return []
    }

    /// Whether a batch that was just encoded is one when it is read back.
    static func encodings(of batch: [UInt8]) -> [String] {
        StoredBytes.isBatch(batch) ? [] : ["a batch that was encoded cannot be read back"]
    }
}

/// A segment as bytes: signal (u8), spans and traces (u32 each, lowest byte first), then for each chunk its number
/// (u16), length (u32) and bytes.
struct ChunkList {
    var signal: Signal
    var spans: Int
    var traces: Int
    var chunks: [UInt16: [UInt8]] = [:]

    init(signal: Signal, spans: Int, traces: Int, chunks: [UInt16: [UInt8]]) {
        (self.signal, self.spans, self.traces, self.chunks) = (signal, spans, traces, chunks)
    }

    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func number(_ count: Int) -> Int? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count).reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard let kind = number(1), let signal = Signal(rawValue: Int64(kind)), let spans = number(4),
            let traces = number(4)
        else { return nil }
        (self.signal, self.spans, self.traces) = (signal, spans, traces)
        while let id = number(2), let length = number(4) {
            chunks[UInt16(truncatingIfNeeded: id)] = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
    }

    var bytes: [UInt8] {
        var result: [UInt8] = [UInt8(signal.rawValue)]
        func append(_ number: Int, _ count: Int) {
            for place in 0..<count { result.append(UInt8(truncatingIfNeeded: number >> (8 * place))) }
        }
        append(spans, 4)
        append(traces, 4)
        for (id, content) in chunks.sorted(by: { $0.key < $1.key }) {
            append(Int(id), 2)
            append(content.count, 4)
            result += content
        }
        return result
    }
}
