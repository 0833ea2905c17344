import OTLPModel

extension TraceCursorDecoder {
    /// The fields of a log record that wait until all of it is read.
    private struct PendingRecord {
        var core = SpanBatchBuilder.LogCore()
        var severityText = 0..<0
        var body: Range<Int>?
        var droppedAttributes: UInt64 = 0
        var eventName = 0..<0
    }

    /// ```
    /// message LogRecord {
    ///   fixed64 time_unix_nano = 1; SeverityNumber severity_number = 2; string severity_text = 3; AnyValue body = 5;
    ///   repeated KeyValue attributes = 6; uint32 dropped_attributes_count = 7; fixed32 flags = 8;
    ///   bytes trace_id = 9; bytes span_id = 10; fixed64 observed_time_unix_nano = 11; string event_name = 12;
    /// }
    /// ```
    /// Field number 4 is reserved. An id of a wrong length is left out, and the record stays.
    mutating func logRecord(_ range: Range<Int>) {
        var pending = PendingRecord()
        builder.beginLogRecord()
        var cursor = WireCursor(body, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            case 6 << 3 | 2: attribute(cursor.lengthDelimited())
            case 1 << 3 | 1: pending.core.time = cursor.fixed64()
            case 2 << 3 | 0: pending.core.severity = Int32(truncatingIfNeeded: cursor.varint())
            case 3 << 3 | 2: pending.severityText = cursor.lengthDelimited()
            case 5 << 3 | 2:
                if pending.body != nil { report(.unusual(at: cursor.index)) }
                pending.body = cursor.lengthDelimited()
            case 7 << 3 | 0: pending.droppedAttributes = cursor.varint() & 0xffff_ffff
            case 8 << 3 | 5: pending.core.flags = cursor.fixed32()
            case 9 << 3 | 2: pending.core.trace = LogIdentifier(body, cursor.lengthDelimited(), isTrace: true)
            case 10 << 3 | 2:
                pending.core.span = LogIdentifier(body, cursor.lengthDelimited(), isTrace: false)
            case 11 << 3 | 1: pending.core.observed = cursor.fixed64()
            case 12 << 3 | 2: pending.eventName = cursor.lengthDelimited()
            default: if tag >> 3 == 4 { cursor.skip(tag) } else { cursor.skipUnknown(tag, knownThrough: 12) }
            }
        }
        close(cursor)
        endLogRecord(pending)
    }

    private mutating func endLogRecord(_ pending: PendingRecord) {
        builder.endAttributes()
        let droppedAttributes = DroppedCount.sum(pending.droppedAttributes, builder.droppedAttributes)
        if !pending.severityText.isEmpty { builder.limitedField(.severityText, body, pending.severityText) }
        var value = AnyValue.empty
        if let range = pending.body {
            if let text = textBody(range) {
                builder.field(.textBody, body, text)
            } else {
                value = otherBody(range)
            }
        }
        if droppedAttributes != 0 { builder.field(.droppedAttributesCount, number: droppedAttributes) }
        builder.structuredBody(value)
        if !pending.eventName.isEmpty { builder.setName(body, pending.eventName) }
        guard !builder.isFull else {
            builder.abandonSpan()
            rejectedItems += 1
            rejectionReason = rejectionReason ?? limits.tooManyRecords
            return
        }
        if pending.core.trace == .invalid || pending.core.span == .invalid { invalidIDs &+= 1 }
        builder.endLogRecord(pending.core)
    }

    /// The text of a body that is a string and nothing else, as nearly all are.
    private func textBody(_ range: Range<Int>) -> Range<Int>? {
        var cursor = WireCursor(body, range)
        guard cursor.hasMore, cursor.tag() == 1 << 3 | 2 else { return nil }
        let text = cursor.lengthDelimited()
        return cursor.failed || cursor.hasMore ? nil : text
    }

    /// A body of any other form. What turns out to be a string is taken as one.
    /// - Returns: what is no string
    private mutating func otherBody(_ range: Range<Int>) -> AnyValue {
        var decoding = MessageDecoding(body, limits, allowance: allowance)
        let value = decoding.anyValue(range, depth: 1)
        report(decoding.problem)
        guard case .string(let text) = value else { return value }
        builder.textBody(text)
        return .empty
    }
}

/// An id of a log record, which may have none.
enum LogIdentifier: Equatable {
    case absent
    /// Of a wrong length: OTLP calls it invalid.
    case invalid
    /// First byte highest; the upper half of a span id is 0.
    case valid(high: UInt64, low: UInt64)

    /// - Parameter range: the id in `bytes`
    init(_ bytes: ByteSpan, _ range: Range<Int>, isTrace: Bool) {
        if range.isEmpty {
            self = .absent
        } else if range.count != (isTrace ? 16 : 8) {
            self = .invalid
        } else if isTrace {
            self = .valid(
                high: bytes.loadBigEndianUInt64(at: range.lowerBound),
                low: bytes.loadBigEndianUInt64(at: range.lowerBound &+ 8))
        } else {
            self = .valid(high: 0, low: bytes.loadBigEndianUInt64(at: range.lowerBound))
        }
    }

    /// The number of the id; 0 without one.
    var number: (high: UInt64, low: UInt64) {
        if case .valid(let high, let low) = self { (high, low) } else { (0, 0) }
    }
}
