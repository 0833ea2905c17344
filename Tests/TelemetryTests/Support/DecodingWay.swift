import OTLPModel
import TestSupport

@testable import Telemetry

/// The ways from a request to columns, which have to agree on what is kept of it.
enum DecodingWay: CaseIterable, Sendable {
    case cursor, reference, json

    private static func limits(_ change: (inout DecodeLimits) -> Void) -> DecodeLimits {
        var limits = DecodeLimits()
        change(&limits)
        return limits
    }

    private var decoder: ProtobufDecoder { self == .reference ? .reference : .cursor }

    func decode(
        _ request: ExportTraceServiceRequest, _ change: (inout DecodeLimits) -> Void = { _ in }
    ) throws -> DecodedTraces {
        let limits = Self.limits(change)
        guard self != .json else {
            let body = Array(JSONNode(request).text.utf8)
            return try .fromJSON(body.span, arrival: someArrival, limits: limits)
        }
        let body = request.protobufBytes()
        return try .fromProtobuf(body.span, arrival: someArrival, decoder: decoder, limits: limits)
    }

    func decode(
        _ request: ExportLogsServiceRequest, _ change: (inout DecodeLimits) -> Void = { _ in }
    ) throws -> DecodedLogs {
        let limits = Self.limits(change)
        guard self != .json else {
            let body = Array(JSONNode(request).text.utf8)
            return try .fromJSON(body.span, arrival: someArrival, limits: limits)
        }
        let body = request.protobufBytes()
        return try .fromProtobuf(body.span, arrival: someArrival, decoder: decoder, limits: limits)
    }

    func decode(
        _ request: ExportMetricsServiceRequest, _ change: (inout DecodeLimits) -> Void = { _ in }
    ) throws -> DecodedMetrics {
        let limits = Self.limits(change)
        guard self != .json else {
            let body = Array(JSONNode(request).text.utf8)
            return try .fromJSON(body.span, arrival: someArrival, limits: limits)
        }
        let body = request.protobufBytes()
        return try .fromProtobuf(body.span, arrival: someArrival, decoder: decoder, limits: limits)
    }
}
