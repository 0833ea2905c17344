import Foundation
import Glibc
import TestSupport
import Testing

/// Senders that try again, while the collector is started again and again.
@Suite("Senders that try again lose nothing over restarts", .serialized, .timeLimit(.minutes(15)))
struct RestartTests {
    /// How the collector ends.
    enum Ending: String, Sendable, CaseIterable {
        case order = "SIGTERM"
        case death = "kill -9"
    }

    private static let restarts = 10
    private static let protocols = ["grpc", "http"]

    /// Restarts the collector, each time when more has come, until all restarts are done.
    ///
    /// - Parameter progress: returns when the sender has got something across since it was asked last
    private func restart(
        _ collector: inout Collector, _ ending: Ending, with arguments: [String],
        _ progress: () async throws -> Void
    ) async throws {
        for _ in 0..<Self.restarts {
            try await progress()
            switch ending {
            case .order: try await collector.stop()
            case .death: await collector.killAtOnce()
            }
            collector = try await Collector.start(on: collector.database, arguments)
        }
        try await progress()
    }

    @Test(
        "K4: the OpenTelemetry SDK for Python, over ten restarts of each kind: nothing lost, nothing twice",
        arguments: protocols, Ending.allCases)
    func pythonSDK(protocolName: String, ending: Ending) async throws {
        let database = try Database()
        let folder = try TemporaryDirectory()
        let (httpPort, grpcPort) = (try freePort(), try freePort())
        let ports = ["--listen-http", "127.0.0.1:\(httpPort)", "--listen-grpc", "127.0.0.1:\(grpcPort)"]
        var collector = try await Collector.start(on: database, ports)
        defer { collector.process.send(SIGKILL) }
        let script = Repository.root.appending(path: "Tests/EndToEndTests/Scripts/send_on_and_on.py")
        let sender = try ChildProcess(
            Repository.pythonEnvironmentProgram("python"),
            [
                script.path(percentEncoded: false), "--protocol", protocolName, "--endpoint",
                "http://127.0.0.1:\(protocolName == "grpc" ? grpcPort : httpPort)", "--until",
                folder.file("end"),
            ])
        defer { sender.send(SIGKILL) }
        var seen = 0
        try await restart(&collector, ending, with: ports) {
            let before = seen
            for _ in 0..<1_200 {
                seen = await sender.standardOutput.textSoFar().utf8.count { $0 == UInt8(ascii: "\n") }
                if seen >= before + 50 { return }
                try await Task.sleep(for: .milliseconds(25))
            }
            throw TestSupportError("the SDK gets nothing across: \(await sender.standardError.textSoFar())")
        }
        try folder.write("", to: "end")
        let sent = try await sender.finish(within: .seconds(90)).succeeded().standardOutput
            .split(separator: "\n").map(String.init)
        #expect(sent.count >= 50 * Self.restarts)
        let stored = try await database.rows(["sql", "SELECT span_id FROM spans"]).compactMap {
            $0["span_id"]?.text
        }
        #expect(Set(stored).count == stored.count, "something is there twice")
        #expect(Set(stored) == Set(sent))
    }

    @Test(
        "K4: the sample fleet, over ten restarts of each kind: nothing lost, nothing twice",
        arguments: Ending.allCases)
    func fleet(ending: Ending) async throws {
        let database = try Database()
        let (httpPort, grpcPort) = (try freePort(), try freePort())
        let ports = ["--listen-http", "127.0.0.1:\(httpPort)", "--listen-grpc", "127.0.0.1:\(grpcPort)"]
        var collector = try await Collector.start(on: database, ports)
        defer { collector.process.send(SIGKILL) }
        let fleet = try ChildProcess(
            BuiltProgram.fleetgen.path(),
            [
                "--endpoint", "http://127.0.0.1:\(httpPort)", "--grpc-endpoint", "127.0.0.1:\(grpcPort)",
                "--rate", "200", "--duration", "45s", "--seed", "11",
            ])
        defer { fleet.send(SIGKILL) }
        var stored = 0
        try await restart(&collector, ending, with: ports) {
            let before = stored
            for _ in 0..<100 {
                stored = try await database.spanCount()
                if stored > before { return }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        // It ends with 0 only when each of its spans was taken.
        let summary = try await fleet.finish(within: .seconds(120)).succeeded().standardOutput
        let sent = Double(summary.split(separator: " ").dropFirst().first ?? "")
        let counts = try await database.rows([
            "sql", "SELECT count(*) AS spans, count(DISTINCT trace_id || span_id) AS ids FROM spans",
        ])
        #expect(counts.first?["spans"]?.number == sent, "\(summary)")
        #expect(counts.first?["ids"]?.number == sent)
    }
}
