import OTLPModel

/// What a request body with log records became.
package struct DecodedLogs: Sendable {
    package var batch: LogBatch
    /// Records that were too many for a request, and what to say of them: for the partial success answer.
    package var rejectedRecords = 0
    package var rejectionReason: String?
    /// Records whose trace or span id has a wrong length: they are stored without it.
    package var invalidIDs = 0
    /// What is odd about what was read.
    package var notes: DecodeNotes = []

    /// What the sender should hear of a request that was taken all the same; nil when nothing is amiss.
    package var warning: String? {
        guard invalidIDs > 0 else { return nil }
        return "\(invalidIDs) log records have a trace_id that is not 16 bytes or a span_id that is not 8: "
            + "stored without it"
    }

    /// Decodes a protobuf `ExportLogsServiceRequest`.
    /// - Parameters: as for `DecodedTraces.fromProtobuf`
    /// - Throws: `DecodeError` for what no decoder can read
    package static func fromProtobuf(
        _ body: ByteSpan, arrival: Arrival, decoder: ProtobufDecoder = .cursor,
        limits: DecodeLimits = DecodeLimits(), memory: DecodingMemory? = nil
    ) throws(DecodeError) -> DecodedLogs {
        if decoder == .cursor {
            let shapes = memory?.take() ?? SpanShapes()
            if let decoded = try fromCursor(body, arrival, limits, shapes, memory) {
                return try storable(decoded)
            }
        }
        return try storable(from(try decodeLogsRequest(protobuf: body, limits: limits), arrival, limits))
    }

    /// - Returns: nil for a body that is left to the reference decoder
    private static func fromCursor(
        _ body: ByteSpan, _ arrival: Arrival, _ limits: DecodeLimits, _ shapes: consuming SpanShapes,
        _ memory: DecodingMemory?
    ) throws(DecodeError) -> DecodedLogs? {
        var cursor = TraceCursorDecoder(
            body, of: .logRecords, arrival: arrival, limits: limits, shapes: shapes)
        cursor.decode()
        if let problem = cursor.problem {
            guard let error = problem.error(in: body, of: "ExportLogsServiceRequest", limits) else {
                return nil
            }
            throw error
        }
        if cursor.builder.lacksColumns { return try fromCursor(body, arrival, limits, SpanShapes(), memory) }
        let invalidIDs = cursor.invalidIDs
        let notes: DecodeNotes = cursor.builder.hasCut ? .cut : []
        let rejected = cursor.rejectedItems
        let reason = cursor.rejectionReason
        let (rows, shapes) = cursor.finish()
        memory?.giveBack(shapes)
        return DecodedLogs(
            batch: LogBatch(rows: rows), rejectedRecords: rejected, rejectionReason: reason,
            invalidIDs: invalidIDs, notes: notes)
    }

    /// Decodes an OTLP/JSON `ExportLogsServiceRequest`.
    /// - Throws: `DecodeError` with line and column
    package static func fromJSON(
        _ body: ByteSpan, arrival: Arrival, limits: DecodeLimits = DecodeLimits()
    ) throws(DecodeError) -> DecodedLogs {
        let (request, notes) = try decodeNotedLogsRequest(json: body, limits: limits)
        var decoded = try storable(from(request, arrival, limits))
        decoded.notes.formUnion(notes)
        return decoded
    }

    private static func from(
        _ request: ExportLogsServiceRequest, _ arrival: Arrival, _ limits: DecodeLimits
    ) throws(DecodeError) -> DecodedLogs {
        var builder = SpanBatchBuilder(arrival: arrival, limits: limits)
        let outcome = builder.append(request)
        let notes: DecodeNotes = builder.hasCut ? .cut : []
        let batch = LogBatch(rows: builder.finish().batch)
        try limits.pay(forBatchOf: batch.rows.memoryBytes)
        return DecodedLogs(
            batch: batch, rejectedRecords: outcome.rejected,
            rejectionReason: outcome.rejected > 0 ? limits.tooManyRecords : nil,
            invalidIDs: outcome.invalidIDs, notes: notes)
    }

    private static func storable(_ decoded: DecodedLogs) throws(DecodeError) -> DecodedLogs {
        guard decoded.batch.rows.isStorable else { throw .tooManyValues }
        return decoded
    }
}
