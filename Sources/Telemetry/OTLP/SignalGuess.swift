/// Tells by a request's body which signal it is of. The three requests of OTLP look alike down to their
/// items, so that one signal's body read as another's seems to be full of odd items.
package enum SignalGuess {
    /// How many envelopes without items are looked at.
    private static let envelopesMax = 16

    /// The signal of an OTLP/protobuf body; nil when its first item does not tell, or there is none.
    ///
    /// ```
    /// message ExportXServiceRequest { repeated ResourceX resource_x = 1; }
    /// message ResourceX { Resource resource = 1; repeated ScopeX scope_x = 2; }
    /// message ScopeX { InstrumentationScope scope = 1; repeated X items = 2; }
    /// ```
    /// - Parameter declared: what the sender says it is, which counts where the item does not contradict it
    package static func signal(ofProtobuf body: ByteSpan, declared: Signal? = nil) -> Signal? {
        var envelopesLeft = envelopesMax
        var request = WireCursor(body, 0..<body.count)
        while let group = next(1, &request) {
            var resource = WireCursor(body, group)
            while let scoped = next(2, &resource) {
                var scope = WireCursor(body, scoped)
                if let item = next(2, &scope) { return signal(ofItem: body, item, declared) }
                envelopesLeft -= 1
                if envelopesLeft == 0 { return declared }
            }
        }
        return declared
    }

    /// The next submessage of that number; nil at the end, and where the bytes are no protobuf.
    private static func next(_ number: UInt32, _ cursor: inout WireCursor) -> Range<Int>? {
        while cursor.hasMore {
            let tag = cursor.tag()
            if tag == number << 3 | 2 {
                let range = cursor.lengthDelimited()
                return cursor.failed ? nil : range
            }
            cursor.skip(tag)
        }
        return nil
    }

    /// Most fields give a signal away by their number and wire type. Those that do not: an id, a name or a
    /// time-less text in 1, and what is a name, a gauge or a body in 5, or attributes, points or an id in 9 to 11.
    private static func signal(ofItem body: ByteSpan, _ item: Range<Int>, _ declared: Signal?) -> Signal? {
        var first: Range<Int>?
        var hasContent = false
        var cursor = WireCursor(body, item)
        while cursor.hasMore {
            let tag = cursor.tag()
            switch tag {
            // parent, kind, start, end, dropped counts, links, status, flags
            case 4 << 3 | 2, 6 << 3, 7 << 3 | 1, 8 << 3 | 1, 10 << 3, 12 << 3, 14 << 3, 13 << 3 | 2,
                15 << 3 | 2,
                16 << 3 | 5:
                return .traces
            // sum
            case 7 << 3 | 2: return .metrics
            // time, severity, attributes, dropped count, flags, observed time
            case 1 << 3 | 1, 2 << 3, 6 << 3 | 2, 7 << 3, 8 << 3 | 5, 11 << 3 | 1: return .logs
            case 1 << 3 | 2: first = cursor.lengthDelimited()
            case 5 << 3 | 2, 9 << 3 | 2, 10 << 3 | 2, 11 << 3 | 2:
                hasContent = true
                cursor.skip(tag)
            default: cursor.skip(tag)
            }
        }
        if let declared {
            // Where a metric has its name a span has an id of 16 bytes, and a log record a time.
            let isName = first.map { !$0.isEmpty && $0.count != 16 && isText(body, $0) } ?? false
            return hasContent && isName ? .metrics : declared
        }
        guard !cursor.failed, hasContent else { return nil }
        guard let first else { return .logs }
        return isText(body, first) ? .metrics : first.count == 16 ? .traces : nil
    }

    private static func isText(_ body: ByteSpan, _ range: Range<Int>) -> Bool {
        range.allSatisfy { body[$0] >= 0x20 && body[$0] != 0x7f }
    }

    /// The signal of an OTLP/JSON body, by the first key that names one.
    package static func signal(ofJSON body: ByteSpan) -> Signal? {
        var reader = JSONReader(body, maxDepth: 64)
        do throws(DecodeError) {
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "resourceSpans", "resource_spans": return .traces
                case "resourceMetrics", "resource_metrics": return .metrics
                case "resourceLogs", "resource_logs": return .logs
                default: try reader.skipValue()
                }
            }
        } catch {
            // Whoever decodes the body will say what is wrong with it.
        }
        return nil
    }
}
