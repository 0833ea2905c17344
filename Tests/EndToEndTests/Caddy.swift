import Foundation
import Glibc
import TestSupport

/// The real Caddy, serving a folder as a module proxy and tracing every request.
struct Caddy: Sendable {
    private let process: ChildProcess
    let port: Int

    /// The service name that it reports.
    static let service = "caddy-edge"

    /// Starts it and waits until it serves.
    ///
    /// - Parameters:
    ///   - files: Where the module files and the configuration go.
    ///   - exporting: `http/protobuf` or `grpc`.
    ///   - endpoint: The collector's address for that protocol.
    static func start(
        in files: TemporaryDirectory, exporting protocolName: String, to endpoint: String
    ) async throws -> Caddy {
        let port = try freePort()
        return try await start(
            in: files, port: port, configuration: configuration(port: port, root: files.file("site")),
            environment: [
                "OTEL_EXPORTER_OTLP_PROTOCOL": protocolName, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
                "OTEL_SERVICE_NAME": service,
            ])
    }

    /// The same with any configuration that listens on a port of this machine.
    ///
    /// - Parameter environment: what it has besides that of the tests
    static func start(
        in files: TemporaryDirectory, port: Int, configuration: String,
        environment variables: [String: String]
    ) async throws -> Caddy {
        try files.write(configuration, to: "Caddyfile")
        var environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
        environment["OTEL_BSP_SCHEDULE_DELAY"] = "100"
        environment["XDG_DATA_HOME"] = files.file("data")
        environment["XDG_CONFIG_HOME"] = files.file("config")
        let process = try ChildProcess(
            Repository.pythonEnvironmentProgram("caddy"),
            ["run", "--config", files.file("Caddyfile"), "--adapter", "caddyfile"], environment: environment)
        let isServing = await process.standardError.first {
            $0.contains("serving initial configuration") ? true : nil
        }
        guard isServing == true else {
            throw TestSupportError("Caddy ended at once: \(await process.standardError.wholeText())")
        }
        return Caddy(process: process, port: port)
    }

    /// Ends it; all spans are exported before it goes.
    func terminate() async throws -> FinishedProgram {
        process.send(SIGTERM)
        return try await process.finish(within: .seconds(30))
    }

    func killAtOnce() {
        process.send(SIGKILL)
    }

    /// `file_server` hands on what it does not find, so that the 404 is written inside the traced
    /// handler: an error that leaves the handler is answered after its span has ended, as a 200.
    private static func configuration(port: Int, root: String) -> String {
        """
        {
            admin off
            auto_https off
            persist_config off
            grace_period 2s
        }
        http://127.0.0.1:\(port) {
            root * \(root)
            tracing {
                span module-proxy
            }
            route {
                file_server {
                    pass_thru
                }
                respond 404
            }
        }
        """
    }
}
