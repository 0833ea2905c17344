import ArgumentParser

/// The options that say where telemetry goes.
struct EndpointOptions: ParsableArguments {
    @Option(help: ArgumentHelp("OTLP/HTTP receiver.", valueName: "url"))
    var endpoint = "http://127.0.0.1:4318"

    @Option(help: ArgumentHelp("OTLP/gRPC receiver, without TLS.", valueName: "host:port"))
    var grpcEndpoint = "127.0.0.1:4317"

    @Flag(help: "Compress request bodies.")
    var gzip = false

    /// - Throws: `ValidationError` when it is not an endpoint.
    func parsed(_ transport: ExportTransport) throws -> ExportEndpoint {
        do {
            return try ExportEndpoint(transport == .http ? endpoint : grpcEndpoint, transport: transport)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func validate() throws {
        for transport in ExportTransport.allCases { _ = try parsed(transport) }
    }
}
