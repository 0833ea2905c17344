/// What a decoder accepts at the most. What is over a limit of a span's or log record's parts is left out, and counted
/// where OTLP has a place for it: `dropped_attributes_count` and its like.
package struct DecodeLimits: Sendable {
    /// How deep arrays and key-value lists may nest in an attribute. 64: four times what any emitter
    /// was seen to use, and shallow enough for every stack.
    package var maxDepth = 64

    /// Spans or log records in a request; those beyond are refused alone.
    package var spansMax = Int.max
    /// Attributes of a span, log record, point, event, link, resource or scope: the first ones are kept.
    package var attributesMax = Int.max
    /// Events of a span: the first ones are kept.
    package var eventsMax = Int.max
    /// Links of a span: the first ones are kept.
    package var linksMax = Int.max
    /// Bytes of a text or bytes value of such an attribute, of names and of messages; a longer text is cut and says so
    /// (`LongText`). What a log record says, and what lies in arrays and lists, is kept whole.
    package var valueBytesMax = Int.max

    /// What decoding may hold beside the body; nil: as much as it takes.
    package var allowance: MemoryAllowance?

    package init() {}

    var tooManySpans: String { "a request may carry \(spansMax) spans: send fewer in one" }
    var tooManyRecords: String { "a request may carry \(spansMax) log records: send fewer in one" }

    /// Pays for a batch beside the values that it was made of.
    func pay(forBatchOf bytes: Int) throws(DecodeError) {
        try allowance?.cover(bytes)
    }
}
