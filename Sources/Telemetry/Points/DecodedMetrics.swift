import OTLPModel

/// What the body of a metrics request became.
package struct DecodedMetrics: Sendable {
    package var batch: PointBatch
    /// Points that were refused alone, and why the first of them was: for the partial success answer.
    package var rejectedPoints = 0
    package var rejectionReason: String?
    /// Attributes of points whose key came again: of these the last one counts.
    package var repeatedKeys = 0
    /// What is odd about what was read.
    package var notes: DecodeNotes = []

    /// Decodes a protobuf `ExportMetricsServiceRequest`.
    /// - Parameters:
    ///   - body: the decompressed body
    ///   - decoder: `.reference` reads everything with libprotobuf-c; `.cursor` falls back to it for bodies
    ///     that are valid in a way that no emitter uses
    /// - Throws: `DecodeError` for what no decoder can read
    package static func fromProtobuf(
        _ body: ByteSpan, arrival: Arrival, decoder: ProtobufDecoder = .cursor,
        limits: DecodeLimits = DecodeLimits()
    ) throws(DecodeError) -> DecodedMetrics {
        if decoder == .cursor {
            var cursor = MetricsCursorDecoder(body, arrival: arrival, limits: limits)
            cursor.decode()
            guard let problem = cursor.problem else { return try storable(cursor.builder) }
            if let error = problem.error(in: body, of: "ExportMetricsServiceRequest", limits) { throw error }
        }
        return try from(try decodeMetricsRequest(protobuf: body, limits: limits), arrival, limits)
    }

    /// Decodes an OTLP/JSON `ExportMetricsServiceRequest`.
    /// - Throws: `DecodeError` with line and column
    package static func fromJSON(
        _ body: ByteSpan, arrival: Arrival, limits: DecodeLimits = DecodeLimits()
    ) throws(DecodeError) -> DecodedMetrics {
        let (request, notes) = try decodeNotedMetricsRequest(json: body, limits: limits)
        var decoded = try from(request, arrival, limits)
        decoded.notes.formUnion(notes)
        return decoded
    }

    private static func from(
        _ request: ExportMetricsServiceRequest, _ arrival: Arrival, _ limits: DecodeLimits
    ) throws(DecodeError) -> DecodedMetrics {
        var builder = PointBatchBuilder(arrival: arrival, limits: limits)
        builder.append(request)
        try limits.pay(forBatchOf: builder.batch.memoryBytes)
        return try storable(builder)
    }

    private static func storable(_ builder: PointBatchBuilder) throws(DecodeError) -> DecodedMetrics {
        guard !builder.isOverfull else {
            throw DecodeError(
                .tooLarge, "the request holds more points than can be stored at once; send less in one")
        }
        var notes: DecodeNotes = []
        if builder.repeatedKeys > 0 { notes.insert(.repeatedKeys) }
        if builder.cutter.hasCut { notes.insert(.cut) }
        return DecodedMetrics(
            batch: builder.batch, rejectedPoints: builder.rejected,
            rejectionReason: builder.rejectionReason, repeatedKeys: builder.repeatedKeys, notes: notes)
    }
}
