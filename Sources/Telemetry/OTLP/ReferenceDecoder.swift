package import OTLPModel

/// Decodes an `ExportTraceServiceRequest` with libprotobuf-c: slow, simple, and what the cursor is held
/// against.
/// - Parameters:
///   - body: the decompressed body, whole
///   - limits: see `ReferenceDecoder` for what they mean to the byte
/// - Throws: `.malformedProtobuf`, `.tooDeep` or `.tooLarge`
package func decodeTraceRequest(
    protobuf body: ByteSpan, limits: DecodeLimits = DecodeLimits()
) throws(DecodeError) -> ExportTraceServiceRequest {
    try ReferenceDecoder.decode(body, limits: limits).request
}

/// Decodes an `ExportMetricsServiceRequest` with libprotobuf-c: see `decodeTraceRequest`.
/// - Throws: `.malformedProtobuf`, `.tooDeep` or `.tooLarge`
package func decodeMetricsRequest(
    protobuf body: ByteSpan, limits: DecodeLimits = DecodeLimits()
) throws(DecodeError) -> ExportMetricsServiceRequest {
    try ReferenceDecoder.decode(body, .metricsRequest, limits) { ReferenceDecoder.unpackMetrics($0, in: $1) }
        .request
}

/// Decodes an `ExportLogsServiceRequest` with libprotobuf-c: see `decodeTraceRequest`.
/// - Throws: `.malformedProtobuf`, `.tooDeep` or `.tooLarge`
package func decodeLogsRequest(
    protobuf body: ByteSpan, limits: DecodeLimits = DecodeLimits()
) throws(DecodeError) -> ExportLogsServiceRequest {
    try ReferenceDecoder.decode(body, .logsRequest, limits) { ReferenceDecoder.unpackLogs($0, in: $1) }
        .request
}

/// libprotobuf-c behind its fence: `WireScan`, then `WireRewrite` where it is needed, then unpacking
/// into a `DecodeArena`, then plain values.
///
/// What it does is protobuf's own semantics, with these choices. Another decoder equals it when it makes
/// the same ones.
///
/// Refused as `.malformedProtobuf`, wherever in the body, inside unknown submessages excepted (those are
/// bytes):
/// 1. A tag of more than five bytes or above 2^32 - 1, and field number 0. Tags and lengths may be
///    longer than they need to be.
/// 2. Wire types 3 and 4 (groups), 6 and 7, also with an unknown field number.
/// 3. A known field with another wire type than its own. Known are the numbers that the schema has
///    today: field 1 of `Status` and 1000 of `ResourceSpans` are reserved, so unknown.
/// 4. A varint of more than ten bytes, or whose tenth byte is above 1 (more than 64 bits), also where
///    32 bits or a bool are wanted and in unknown fields.
/// 5. A length of more than five bytes, above 2^31 - 1, or past the end of the enclosing message.
/// 6. A fixed number or varint that the end of the enclosing message cuts.
///
/// Refused otherwise:
/// 7. `.tooDeep`: more than `maxDepth` `AnyValue` messages nested in one another within one attribute
///    value. A scalar attribute value has depth 1, a scalar in an array (or in a list of pairs) depth 2.
///    `KeyValueList`, `ArrayValue` and `KeyValue` do not count. Above 128 `maxDepth` counts as 128,
///    because libprotobuf-c recurses. Attributes of resources, scopes, spans, events, links and log records
///    alike, and bodies of log records.
/// 8. `.tooLarge`: more than `messagesMax` messages, or an arena that is full (`arenaCapacity`).
///
/// Accepted, and read so:
/// 9. Unknown fields are passed over.
/// 10. A 32-bit field takes the lowest 32 bits of its varint, an enum too: unknown enum numbers stay.
///     A bool is true unless its varint is 0.
/// 11. A singular scalar, string or bytes field that occurs again: the last one wins, an explicit
///     default included.
/// 12. A singular submessage that occurs again is merged: the same as one submessage with the contents
///     one after the other. So repeated fields add up, scalars follow 11, submessages follow 12.
/// 13. Members of `AnyValue`'s `oneof`: the last member wins, whatever it is. The same submessage member
///     (array or list) again, with no other member between, is merged as in 12; with another one
///     between it starts anew.
/// 14. `AnyValue` without a member, or with `string_value_strindex` as its last member, is `.empty`, as
///     is a `KeyValue` without a value. `key_strindex` is passed over. An absent resource, scope or
///     status equals an empty one.
/// 15. Strings: each maximal ill-formed part of UTF-8 becomes U+FFFD (`repairedUTF8`). NUL stays.
/// 16. Ids of any length are handed on as they are. Attribute keys may repeat; their order is kept.
/// 17. An empty body is an empty request. Empty `ResourceSpans` and `ScopeSpans` are kept.
package enum ReferenceDecoder {
    package struct Decoded: Sendable {
        package var request: ExportTraceServiceRequest
        /// Strings that were not UTF-8.
        package var repairedStrings: Int
        /// Memory that unpacking took, in bytes.
        package var arenaBytes: Int
    }

    /// Sixteen million: five times what 64 MiB of usual spans have (23 bytes a message).
    package static let messagesMax = 16 << 20

    /// libprotobuf-c takes about 900 bytes of stack a message and an `AnyValue` level is up to three
    /// messages: 128 levels are 350 KB, which the smallest stack of a thread pool (512 KB) has.
    package static let maxDepthMax = 128

    /// Bytes that unpacking may take for a body of `bodyBytes`.
    ///
    /// Usual spans take 3 to 5 times their size, the smallest attributes that say anything 22 times.
    /// What needs more is an attack, such as megabytes of empty attributes.
    package static func arenaCapacity(bodyBytes: Int) -> Int {
        min(512 << 20, 16 << 20 + 24 * bodyBytes)
    }

    package static func decode(_ body: ByteSpan, limits: DecodeLimits) throws(DecodeError) -> Decoded {
        let (decoded, arenaBytes) = try decode(body, .traceRequest, limits) { unpack($0, in: $1) }
        return Decoded(
            request: decoded.request, repairedStrings: decoded.repairedStrings, arenaBytes: arenaBytes)
    }

    /// Decodes any request.
    /// - Parameter unpack: gives nil when the arena is full
    static func decode<Request>(
        _ body: ByteSpan, _ schema: WireScanSchema, _ limits: DecodeLimits,
        unpack: (ByteSpan, borrowing DecodeArena) -> Request?
    ) throws(DecodeError) -> (request: Request, arenaBytes: Int) {
        let findings = try WireScan.check(
            body, schema: schema, maxDepth: min(limits.maxDepth, maxDepthMax), maxMessages: messagesMax)
        if findings.isPlain { return try unpacked(body, limits, unpack) }
        return try unpacked(WireRewrite.rewritten(body, schema: schema).span, limits, unpack)
    }

    private static func unpacked<Request>(
        _ body: ByteSpan, _ limits: DecodeLimits, _ unpack: (ByteSpan, borrowing DecodeArena) -> Request?
    ) throws(DecodeError) -> (request: Request, arenaBytes: Int) {
        let capacity = arenaCapacity(bodyBytes: body.count)
        let arena = DecodeArena(capacity: capacity, allowance: limits.allowance)
        if let request = unpack(body, arena) { return (request, arena.reservedBytes) }
        if let shortage = arena.shortage { throw shortage }
        if arena.isExhausted {
            throw DecodeError(
                .tooLarge, "the body needs more than \(capacity) bytes to decode: send smaller batches")
        }
        // WireScan refuses all that libprotobuf-c refuses, so this is not reached; it costs nothing.
        throw DecodeError(.malformedProtobuf, "malformed protobuf: libprotobuf-c refused the body")
    }
}
