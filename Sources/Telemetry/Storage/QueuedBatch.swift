/// A batch on its way from a request into a segment: one reference, however often it is handed on.
final class QueuedBatch: Sendable {
    let batch: SpanBatch
    /// The first and the last start of its spans; nil without spans.
    let startRange: ClosedRange<UnixNanos>?

    init(_ batch: consuming SpanBatch) {
        startRange = batch.startRange
        self.batch = batch
    }
}
