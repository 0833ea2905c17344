/// A segment as bytes: spans and traces (u32 each, lowest byte first), then for each chunk its number (u16), length (u32)
/// and bytes.
struct ChunkList {
    var spans: Int
    var traces: Int
    var chunks: [UInt16: [UInt8]] = [:]

    init(spans: Int, traces: Int, chunks: [UInt16: [UInt8]]) {
        (self.spans, self.traces, self.chunks) = (spans, traces, chunks)
    }

    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func number(_ count: Int) -> Int? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count).reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard let spans = number(4), let traces = number(4) else { return nil }
        (self.spans, self.traces) = (spans, traces)
        while let id = number(2), let length = number(4) {
            chunks[UInt16(truncatingIfNeeded: id)] = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
    }

    var bytes: [UInt8] {
        var result: [UInt8] = []
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
