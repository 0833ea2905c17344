import OTLPModel

/// `grpc.health.v1.HealthCheckResponse.ServingStatus`.
package enum ServingStatus: UInt64, Hashable, Sendable {
    case serving = 1
    case notServing = 2
    /// Nothing is known of the service that was asked about; `Watch` says it, `Check` is refused instead.
    case serviceUnknown = 3

    /// `HealthCheckResponse { ServingStatus status = 1; }`
    package var protobuf: [UInt8] {
        var writer = ProtobufWriter()
        writer.varint(1, rawValue)
        return writer.bytes
    }
}
