import OTLPModel

/// Leaves out what is too much of the parts of a request that are decoded into values: resources, scopes, events, links,
/// metrics and what their points have. Attributes that are too many are counted, and texts that are too long say how long they were, as those of a span
/// do (`SpanBatchBuilder`).
struct PartCutter {
    private let attributesMax: Int
    private let valueBytesMax: Int
    /// Whether anything was too much.
    private(set) var hasCut = false

    init(_ limits: DecodeLimits) {
        attributesMax = limits.attributesMax
        valueBytesMax = limits.valueBytesMax
    }

    /// Takes up that something was not even decoded.
    mutating func noteLeftOut() { hasCut = true }

    /// Takes over what was not even decoded.
    mutating func note(_ decoding: borrowing MessageDecoding) { hasCut = hasCut || decoding.hasLeftOut }

    /// Takes over what was cut of a resource or scope.
    mutating func note(_ envelope: borrowing EnvelopeDecoding) { hasCut = hasCut || envelope.hasCut }

    mutating func cut(_ resource: inout Resource) {
        cut(&resource.attributes, dropped: &resource.droppedAttributesCount)
    }

    mutating func cut(_ scope: inout InstrumentationScope) {
        cut(&scope.name)
        cut(&scope.version)
        cut(&scope.attributes, dropped: &scope.droppedAttributesCount)
    }

    mutating func cut(_ event: inout SpanEvent) {
        cut(&event.name)
        cut(&event.attributes, dropped: &event.droppedAttributesCount)
    }

    mutating func cut(_ link: inout SpanLink) {
        cut(&link.traceState)
        cut(&link.attributes, dropped: &link.droppedAttributesCount)
    }

    mutating func cut(_ metric: inout Metric) {
        cut(&metric.name)
        cut(&metric.description)
        cut(&metric.unit)
        cut(&metric.metadata)
    }

    mutating func cut(_ exemplars: inout [Exemplar]) {
        for index in exemplars.indices { cut(&exemplars[index].filteredAttributes) }
    }

    /// Attributes that have no place for the number of those that were left out.
    mutating func cut(_ attributes: inout [KeyValue]) {
        var dropped: UInt32 = 0
        cut(&attributes, dropped: &dropped)
    }

    private mutating func cut(_ attributes: inout [KeyValue], dropped: inout UInt32) {
        let excess = attributes.count - attributesMax
        if excess > 0 {
            attributes.removeLast(excess)
            dropped = DroppedCount.sum(dropped, UInt64(excess))
            hasCut = true
        }
        for index in attributes.indices {
            switch attributes[index].value {
            case .string(var text):
                guard cut(&text) else { continue }
                attributes[index].value = .string(text)
            case .bytes(let bytes) where bytes.count > valueBytesMax:
                attributes[index].value = .bytes(Array(bytes.prefix(valueBytesMax)))
                hasCut = true
            default: break
            }
        }
    }

    @discardableResult
    private mutating func cut(_ text: inout String) -> Bool {
        // Without a limit nothing is counted, and a text is measured in its bytes.
        guard text.utf8.count > valueBytesMax else { return false }
        let bytes = Array(text.utf8)
        text = String(
            decoding: LongText.cut(bytes.span, bytes.indices, bytesMax: valueBytesMax), as: UTF8.self)
        hasCut = true
        return true
    }
}
