import Foundation
import Glibc
import TestSupport

/// A collector of somebody else, which takes OTLP over HTTP and hands it on, trying again until it is accepted.
struct Rotel: Sendable {
    private let process: ChildProcess
    let port: Int

    /// Starts it and waits until it takes requests.
    ///
    /// - Parameters:
    ///   - protocolName: `grpc` or `http`: how it sends.
    ///   - endpoint: where to.
    static func start(sendingBy protocolName: String, to endpoint: String) async throws -> Rotel {
        // A port that is free may be taken by the time that it is asked for.
        for _ in 0..<4 {
            if let rotel = try? await startOnce(sendingBy: protocolName, to: endpoint) { return rotel }
        }
        return try await startOnce(sendingBy: protocolName, to: endpoint)
    }

    private static func startOnce(sendingBy protocolName: String, to endpoint: String) async throws -> Rotel {
        let (httpPort, grpcPort) = (try freePort(), try freePort())
        let arguments = [
            "start", "--exporter", "otlp", "--otlp-exporter-endpoint", endpoint, "--otlp-exporter-protocol",
            protocolName, "--otlp-http-endpoint", "127.0.0.1:\(httpPort)", "--otlp-grpc-endpoint",
            "127.0.0.1:\(grpcPort)", "--batch-timeout", "20ms", "--otlp-exporter-request-timeout", "2s",
            "--otlp-exporter-retry-initial-backoff", "50ms", "--otlp-exporter-retry-max-backoff", "500ms",
            "--otlp-exporter-retry-max-elapsed-time", "300s",
        ]
        let process = try ChildProcess(try program(), arguments)
        let rotel = Rotel(process: process, port: httpPort)
        for _ in 0..<200 {
            if (try? HTTPConnection(port: httpPort)) != nil { return rotel }
            try await Task.sleep(for: .milliseconds(50))
        }
        process.send(SIGKILL)
        let output = await process.standardOutput.wholeText() + process.standardError.wholeText()
        throw TestSupportError("rotel does not listen: \(output)")
    }

    /// Whether it runs here: it needs the library of the Python that it was made for.
    static var runs: Bool {
        get async {
            guard let program = try? program(),
                let answer = try? await FinishedProgram.run(program, ["--version"])
            else { return false }
            return answer.status == .exited(0)
        }
    }

    private static func program() throws -> String {
        let folder = Repository.root.appending(path: ".venv/lib")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
        let candidates = names.map { folder.appending(path: "\($0)/site-packages/rotel/rotel-agent") }
            .map { $0.path(percentEncoded: false) }
        guard let program = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw TestSupportError("there is no rotel in .venv; run scripts/python-env")
        }
        return program
    }

    func killAtOnce() { process.send(SIGKILL) }

    /// How many batches it has given up so far, and told of.
    var droppedBatches: Int {
        get async {
            let output = await process.standardOutput.textSoFar() + process.standardError.textSoFar()
            return output.split(separator: "\n").count { $0.contains("dropping data") }
        }
    }
}
