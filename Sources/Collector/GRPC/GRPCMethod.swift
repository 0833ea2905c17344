package import Telemetry

/// A method that the collector serves over gRPC.
package enum GRPCMethod: Hashable, Sendable {
    /// `Export` of one of OTLP's three services.
    case export(Signal)
    /// `grpc.health.v1.Health/Check`: one answer.
    case healthCheck
    /// `grpc.health.v1.Health/Watch`: an answer at once, and one for each change.
    case healthWatch

    private static let paths: [String: GRPCMethod] = [
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export": .export(.traces),
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export": .export(.metrics),
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export": .export(.logs),
        "/grpc.health.v1.Health/Check": .healthCheck,
        "/grpc.health.v1.Health/Watch": .healthWatch,
    ]

    /// What can be asked about with `grpc.health.v1`; the empty name stands for the whole server.
    package static let services: Set<String> = [
        "", "opentelemetry.proto.collector.trace.v1.TraceService",
        "opentelemetry.proto.collector.metrics.v1.MetricsService",
        "opentelemetry.proto.collector.logs.v1.LogsService",
    ]

    /// - Throws: `unknownPath`, with where telemetry goes.
    package init(path: String) throws(Refusal) {
        if let method = Self.paths[path] {
            self = method
            return
        }
        if path.hasPrefix("/opentelemetry.proto.collector.profiles.") {
            throw Refusal(.unknownPath, "profiles are not taken: traces, metrics and logs are")
        }
        if path.hasPrefix("/grpc.reflection.") {
            throw Refusal(.unknownPath, "there is no reflection: the services are OTLP's and grpc.health.v1")
        }
        throw Refusal(
            .unknownPath,
            "unknown method: traces go to /opentelemetry.proto.collector.trace.v1.TraceService/Export, metrics and "
                + "logs to MetricsService and LogsService alike")
    }
}
