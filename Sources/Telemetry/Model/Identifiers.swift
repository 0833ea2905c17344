/// A trace id: 16 bytes, not all zero. Lower-case hex outside.
package struct TraceID: Hashable, Sendable, Comparable {
    /// The first eight bytes, the first byte highest, so that ids sort as their hex does.
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Nil unless there are 16 bytes that are not all zero (OTLP `Span.trace_id`).
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.init(high: bigEndian(bytes.prefix(8)), low: bigEndian(bytes.dropFirst(8)))
        guard high != 0 || low != 0 else { return nil }
    }

    package var bytes: [UInt8] { bigEndianBytes(high) + bigEndianBytes(low) }
    package var hex: String { hexDigits(high) + hexDigits(low) }

    package static func < (left: TraceID, right: TraceID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

/// A span id: 8 bytes, not all zero. Lower-case hex outside.
package struct SpanID: Hashable, Sendable, Comparable {
    /// The first byte highest.
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Nil unless there are 8 bytes that are not all zero (OTLP `Span.span_id`).
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 8 else { return nil }
        rawValue = bigEndian(bytes)
        guard rawValue != 0 else { return nil }
    }

    package var bytes: [UInt8] { bigEndianBytes(rawValue) }
    package var hex: String { hexDigits(rawValue) }

    package static func < (left: SpanID, right: SpanID) -> Bool { left.rawValue < right.rawValue }
}

private func bigEndian(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
}

private func bigEndianBytes(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
}

private func hexDigits(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
