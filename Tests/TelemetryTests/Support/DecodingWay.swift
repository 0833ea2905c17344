import OTLPModel
import TestSupport

@testable import Telemetry

/// The ways from a request to columns, which have to agree on what is kept of it.
enum DecodingWay: CaseIterable, Sendable {
    case cursor, reference, json

    private var decoder: ProtobufDecoder { self == .reference ? .reference : .cursor }

    func decode(
        _ request: ExportTraceServiceRequest, _ change: (inout DecodeLimits) -> Void = { _ in }
    ) throws -> DecodedTraces {
        try decode(request, change) { body, limits in
            try self == .json
                ? .fromJSON(body.span, arrival: someArrival, limits: limits)
                : .fromProtobuf(body.span, arrival: someArrival, decoder: decoder, limits: limits)
        }
    }

    func decode(
        _ request: ExportLogsServiceRequest, _ change: (inout DecodeLimits) -> Void = { _ in }
    ) throws -> DecodedLogs {
        try decode(request, change) { body, limits in
            try self == .json
                ? .fromJSON(body.span, arrival: someArrival, limits: limits)
                : .fromProtobuf(body.span, arrival: someArrival, decoder: decoder, limits: limits)
        }
    }

    func decode(
        _ request: ExportMetricsServiceRequest, _ change: (inout DecodeLimits) -> Void = { _ in }
    ) throws -> DecodedMetrics {
        try decode(request, change) { body, limits in
            try self == .json
                ? .fromJSON(body.span, arrival: someArrival, limits: limits)
                : .fromProtobuf(body.span, arrival: someArrival, decoder: decoder, limits: limits)
        }
    }

    /// Encodes a request as this way wants it.
    private func decode<Decoded>(
        _ request: some OTLPRequest, _ change: (inout DecodeLimits) -> Void,
        _ read: ([UInt8], DecodeLimits) throws -> Decoded
    ) throws -> Decoded {
        var limits = DecodeLimits()
        change(&limits)
        return try read(self == .json ? Array(request.json.text.utf8) : request.protobufBytes(), limits)
    }
}
