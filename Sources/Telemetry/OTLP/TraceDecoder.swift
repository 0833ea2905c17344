/// Where and when a request came in. Never mixed with the times inside it.
package struct Arrival: Hashable, Sendable {
    package var receivedAt: UnixNanos
    /// Address of the sender, without the port; a collector in between counts as the sender.
    package var peerAddress: String

    package init(receivedAt: UnixNanos, peerAddress: String) {
        self.receivedAt = receivedAt
        self.peerAddress = peerAddress
    }
}

/// What a request body became.
package struct DecodedTraces: Sendable {
    package var batch: SpanBatch
    /// Spans that were refused alone, and why the first of them was: for the partial success answer.
    package var rejectedSpans = 0
    package var rejectionReason: String?

    package init(batch: SpanBatch) { self.batch = batch }
}

/// Which decoder reads protobuf bodies.
package enum ProtobufDecoder: String, Sendable, CaseIterable {
    /// The one-pass cursor, straight into columns.
    case cursor
    /// libprotobuf-c behind its fence: slower, and the oracle that the cursor is tested against.
    case reference
}
extension DecodedTraces {
    package static func fromProtobuf(
        _ body: ByteSpan, arrival: Arrival, decoder: ProtobufDecoder = .cursor,
        limits: DecodeLimits = DecodeLimits()
    ) throws(DecodeError) -> DecodedTraces { throw DecodeError(.tooLarge, "stub") }
    package static func fromJSON(
        _ body: ByteSpan, arrival: Arrival, limits: DecodeLimits = DecodeLimits()
    ) throws(DecodeError) -> DecodedTraces { throw DecodeError(.tooLarge, "stub") }
}
