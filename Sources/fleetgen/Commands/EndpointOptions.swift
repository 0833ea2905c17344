import ArgumentParser
import Foundation

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

    @Option(
        help: ArgumentHelp(
            "A file with the bearer token that receivers want; without TLS, whoever listens on the way reads it.",
            valueName: "file"))
    var tokenFile: String?

    /// - Throws: `ValidationError` when it is not an endpoint, or there is no token where one should be.
    func parsed(_ transport: ExportTransport) throws -> ExportEndpoint {
        do {
            let given = transport == .http ? endpoint : grpcEndpoint
            var parsed = try ExportEndpoint(given ?? "127.0.0.1", transport: transport)
            parsed.authorization = try tokenFile.map { "Bearer " + (try Self.token(in: $0)) }
            return parsed
        } catch let error as ValidationError {
            throw error
        } catch {
            throw ValidationError("\(error)")
        }
    }

    /// What a file holds, without the white space around it.
    private static func token(in path: String) throws -> String {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ValidationError("cannot read the token from '\(path)': is the file there, and readable?")
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        // Anything else cannot be in a header, or would make two of it.
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw ValidationError("'\(path)' holds no token: it has to be one word of printable ASCII")
        }
        return token
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
