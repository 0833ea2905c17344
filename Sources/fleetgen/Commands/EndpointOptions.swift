import ArgumentParser

/// The options that say where telemetry goes.
struct EndpointOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "OTLP/HTTP receiver; given without --grpc-endpoint, all goes there (default: http://127.0.0.1:4318).",
            valueName: "url"))
    var endpoint: String?

    @Option(
        help: ArgumentHelp(
            "OTLP/gRPC receiver, without TLS; given without --endpoint, all goes there (default: 127.0.0.1:4317).",
            valueName: "host:port"))
    var grpcEndpoint: String?

    @Flag(help: "Compress request bodies.")
    var gzip = false

    /// - Throws: `ValidationError` when it is not an endpoint.
    func parsed(_ transport: ExportTransport) throws -> ExportEndpoint {
        do {
            let given = transport == .http ? endpoint : grpcEndpoint
            return try ExportEndpoint(given ?? "127.0.0.1", transport: transport)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    /// The only transport that a receiver was named for; nil when both or none were.
    var onlyTransport: ExportTransport? {
        switch (endpoint, grpcEndpoint) {
        case (nil, nil), (.some, .some): nil
        case (.some, nil): .http
        case (nil, .some): .grpc
        }
    }

    func validate() throws {
        for transport in ExportTransport.allCases { _ = try parsed(transport) }
    }
}
