import OTLPModel

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

/// Which decoder reads protobuf bodies.
package enum ProtobufDecoder: String, Sendable, CaseIterable {
    /// The one-pass cursor, straight into columns.
    case cursor
    /// libprotobuf-c behind its fence: slower, and the oracle that the cursor is tested against.
    case reference
}

/// What a request body became.
package struct DecodedTraces: Sendable {
    package var batch: SpanBatch
    /// Spans that were refused alone, and why the first of them was: for the partial success answer.
    package var rejectedSpans = 0
    package var rejectionReason: String?
    /// What is odd about what was read.
    package var notes: DecodeNotes = []

    /// Decodes a protobuf `ExportTraceServiceRequest`.
    /// - Parameters:
    ///   - body: the decompressed body
    ///   - decoder: `.reference` reads everything with libprotobuf-c; `.cursor` falls back to it for bodies
    ///     that are valid in a way that no emitter uses
    ///   - memory: makes the cursor faster, and changes nothing of what it reads
    /// - Throws: `DecodeError` for what no decoder can read
    package static func fromProtobuf(
        _ body: ByteSpan, arrival: Arrival, decoder: ProtobufDecoder = .cursor,
        limits: DecodeLimits = DecodeLimits(), memory: DecodingMemory? = nil
    ) throws(DecodeError) -> DecodedTraces {
        if decoder == .cursor {
            let shapes = memory?.take() ?? SpanShapes()
            if let decoded = try fromCursor(body, arrival, limits, shapes, memory) {
                return try storable(decoded)
            }
        }
        return try storable(from(try decodeTraceRequest(protobuf: body, limits: limits), arrival, limits))
    }

    /// - Returns: nil for a body that is left to the reference decoder
    private static func fromCursor(
        _ body: ByteSpan, _ arrival: Arrival, _ limits: DecodeLimits, _ shapes: consuming SpanShapes,
        _ memory: DecodingMemory?
    ) throws(DecodeError) -> DecodedTraces? {
        var cursor = TraceCursorDecoder(body, arrival: arrival, limits: limits, shapes: shapes)
        cursor.decode()
        if let problem = cursor.problem {
            guard let error = problem.error(in: body, of: "ExportTraceServiceRequest", limits) else {
                return nil
            }
            throw error
        }
        if cursor.builder.lacksColumns { return try fromCursor(body, arrival, limits, SpanShapes(), memory) }
        let rejected = cursor.rejectedItems
        let reason = cursor.rejectionReason
        var notes: DecodeNotes = cursor.hasZeroParent ? .zeroParent : []
        if cursor.builder.hasCut { notes.insert(.cut) }
        let (batch, shapes) = cursor.finish()
        memory?.giveBack(shapes)
        return DecodedTraces(batch: batch, rejectedSpans: rejected, rejectionReason: reason, notes: notes)
    }

    /// Decodes an OTLP/JSON `ExportTraceServiceRequest`.
    /// - Throws: `DecodeError` with line and column
    package static func fromJSON(
        _ body: ByteSpan, arrival: Arrival, limits: DecodeLimits = DecodeLimits()
    ) throws(DecodeError) -> DecodedTraces {
        let (request, notes) = try decodeNotedTraceRequest(json: body, limits: limits)
        return try from(request, arrival: arrival, notes: notes, limits: limits)
    }

    /// Takes spans that were decoded from another format.
    static func from(
        _ request: ExportTraceServiceRequest, arrival: Arrival, notes: DecodeNotes, limits: DecodeLimits
    ) throws(DecodeError) -> DecodedTraces {
        var decoded = try storable(from(request, arrival, limits))
        decoded.notes.formUnion(notes)
        return decoded
    }

    private static func from(
        _ request: ExportTraceServiceRequest, _ arrival: Arrival, _ limits: DecodeLimits
    ) throws(DecodeError) -> DecodedTraces {
        var builder = SpanBatchBuilder(arrival: arrival, limits: limits)
        let outcome = builder.append(request, limits: limits)
        let notes: DecodeNotes = builder.hasCut ? .cut : []
        let batch = builder.finish().batch
        try limits.pay(forBatchOf: batch.memoryBytes)
        return DecodedTraces(
            batch: batch, rejectedSpans: outcome.rejected, rejectionReason: outcome.reason, notes: notes)
    }

    private static func storable(_ decoded: DecodedTraces) throws(DecodeError) -> DecodedTraces {
        guard decoded.batch.isStorable else { throw .tooManyValues }
        var decoded = decoded
        decoded.notes.formUnion(decoded.batch.notes)
        return decoded
    }
}

extension MessageDecoding.Problem {
    /// Why a body cannot be decoded; nil for one that is left to the reference decoder.
    /// - Parameter request: what OTLP calls the message that the body should be
    func error(in body: ByteSpan, of request: String, _ limits: DecodeLimits) -> DecodeError? {
        switch self {
        case .malformed(let offset):
            DecodeError(
                .malformedProtobuf,
                "malformed protobuf at byte \(offset) of \(body.count): not an \(request), or cut short")
        case .tooDeep(let offset):
            DecodeError(
                .tooDeep, "attribute value at byte \(offset) nests deeper than \(limits.maxDepth) levels")
        case .shortage(let isLasting): isLasting ? .tooMuchMemory : .noMemory
        case .unusual: nil
        }
    }
}

extension DecodeError {
    static let tooManyValues = DecodeError(
        .tooLarge, "the request holds more values than can be stored at once; send less in one")
}
