/// Moves the times of an encoded request and makes its ids others, in place: lengths stay as they are.
package struct RequestRewriter: Sendable {
    /// Added to every time, modulo 2^64, so that it can also move them back.
    package let shiftNanos: UInt64
    /// Exclusive-or for the first eight bytes of every id; 0 leaves them.
    private let idMask: UInt64

    /// - Parameter salt: different salts give different ids; 0 leaves them as they are.
    package init(shiftNanos: UInt64, salt: UInt64) {
        self.shiftNanos = shiftNanos
        idMask = salt &* 0x9E37_79B9_7F4A_7C15
    }

    /// - Throws: `ProtobufFields.Malformed` when it is no OTLP trace request.
    package func rewrite(_ bytes: inout [UInt8]) throws {
        // Positions first, as nothing may change while they are being found.
        var times: [Int] = []
        var identifiers: [Range<Int>] = []
        for resourceSpans in try messages(1, in: bytes, bytes.indices) {
            for scopeSpans in try messages(2, in: bytes, resourceSpans) {
                for span in try messages(2, in: bytes, scopeSpans) {
                    try collect(in: bytes, span: span, times: &times, identifiers: &identifiers)
                }
            }
        }
        for offset in times {
            write(read(bytes, at: offset) &+ shiftNanos, to: &bytes, at: offset)
        }
        guard idMask != 0 else { return }
        for range in identifiers where range.count >= 8 {
            write(read(bytes, at: range.lowerBound) ^ idMask, to: &bytes, at: range.lowerBound)
        }
    }

    /// Span: trace_id 1, span_id 2, parent_span_id 4, times 7 and 8, events 11 with their time 1,
    /// links 13 with trace_id 1 and span_id 2.
    private func collect(
        in bytes: [UInt8], span: Range<Int>, times: inout [Int], identifiers: inout [Range<Int>]
    ) throws {
        try ProtobufFields.forEach(in: bytes, range: span) { field in
            switch (field.number, field.content) {
            case (1, .bytes(let range)), (2, .bytes(let range)), (4, .bytes(let range)):
                identifiers.append(range)
            case (7, .fixed64(let range)), (8, .fixed64(let range)):
                times.append(range.lowerBound)
            case (11, .bytes(let event)):
                try ProtobufFields.forEach(in: bytes, range: event) { inner in
                    if inner.number == 1, case .fixed64(let range) = inner.content {
                        times.append(range.lowerBound)
                    }
                }
            case (13, .bytes(let link)):
                try ProtobufFields.forEach(in: bytes, range: link) { inner in
                    if inner.number <= 2, case .bytes(let range) = inner.content {
                        identifiers.append(range)
                    }
                }
            default:
                break
            }
        }
    }

    /// Where the submessages of a field lie.
    private func messages(_ number: Int, in bytes: [UInt8], _ range: Range<Int>) throws -> [Range<Int>] {
        var found: [Range<Int>] = []
        try ProtobufFields.forEach(in: bytes, range: range) { field in
            if field.number == number, case .bytes(let content) = field.content { found.append(content) }
        }
        return found
    }

    private func read(_ bytes: [UInt8], at offset: Int) -> UInt64 {
        (0..<8).reversed().reduce(0) { $0 << 8 | UInt64(bytes[offset + $1]) }
    }

    private func write(_ value: UInt64, to bytes: inout [UInt8], at offset: Int) {
        for index in 0..<8 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
}
