import Foundation
import Glibc
import TestSupport
import Testing

@Suite("traceq-collector status and doctor", .timeLimit(.minutes(15)))
struct AdminCommandTests {
    private func ask(_ words: [String], of collector: Collector) async throws -> FinishedProgram {
        let port = try #require(await collector.adminPort)
        return try await FinishedProgram.run(
            BuiltProgram.collector.path(), words + ["--admin", "127.0.0.1:\(port)"])
    }

    @Test("a collector that works is READY, and status ends with 0")
    func readyCollector() async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            try await collector.store(Self.body)
            let answer = try await ask(["status"], of: collector).succeeded()
            #expect(answer.standardOutput.hasPrefix("READY"), "\(answer.standardOutput)")
            #expect(answer.standardOutput.contains("traces"))
            #expect(answer.standardError.isEmpty)
            let json = try JSONValue(
                parsing: try await ask(["status", "--format", "json"], of: collector).succeeded()
                    .standardOutput)
            #expect(json["ready"] == .bool(true))
            #expect(json["accepted"]?.elements.first?["items"]?.number == 2)
        }
    }

    @Test("doctor names what to change and ends with 2; what it prints is whole JSON on request")
    func doctorNamesTheLine() async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            try await collector.store(Self.body)
            let hint = try await ask(["doctor"], of: collector).succeeded()
            #expect(
                hint.standardOutput.contains("OTEL_RESOURCE_ATTRIBUTES=service.instance.id="),
                "\(hint.standardOutput)")
            #expect(try await collector.post(Self.body, contentType: "text/plain").status == 415)
            let answer = try await ask(["doctor"], of: collector)
            #expect(answer.status == .exited(2), "\(answer.standardOutput)")
            let document = try await ask(["doctor", "--json"], of: collector)
            #expect(try JSONValue(parsing: document.standardOutput)["senders"]?.elements.count == 1)
        }
    }

    @Test("where no collector is, both say so and end with 1", arguments: ["status", "doctor"])
    func nobodyThere(command: String) async throws {
        let port = try freePort()
        let answer = try await FinishedProgram.run(
            BuiltProgram.collector.path(), [command, "--admin", "127.0.0.1:\(port)"])
        #expect(answer.status == .exited(1))
        #expect(answer.standardOutput.isEmpty)
        #expect(
            answer.standardError.contains("127.0.0.1:\(port) cannot be reached"), "\(answer.standardError)")
    }

    @Test("another port of the collector is not taken for its admin port")
    func otherPort() async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            let answer = try await FinishedProgram.run(
                BuiltProgram.collector.path(), ["status", "--admin", "127.0.0.1:\(collector.httpPort)"])
            #expect(answer.status == .exited(1))
            #expect(answer.standardError.contains("admin port"), "\(answer.standardError)")
        }
    }

    @Test("help fits into 80 columns", arguments: [[], ["status"], ["doctor"]])
    func helpWraps(words: [String]) async throws {
        let help = try await FinishedProgram.run(BuiltProgram.collector.path(), words + ["--help"])
            .succeeded()
        #expect(
            help.standardOutput.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(help.standardOutput)"
        )
    }

    @Test(
        "a wrong command line is told once, with a pointer to the help",
        arguments: [["--foo"], ["--retain", "7"], ["--log-level", "loud"], ["status", "--width", "5"]])
    func wrongCommandLine(words: [String]) async throws {
        let answer = try await FinishedProgram.run(BuiltProgram.collector.path(), words)
        #expect(answer.status == .exited(1))
        #expect(answer.standardOutput.isEmpty)
        #expect(answer.standardError.split(separator: "\n").count == 1, "\(answer.standardError)")
        #expect(answer.standardError.contains("--help'"), "\(answer.standardError)")
    }

    private static let body = SampleRequest.body(
        traceID: SampleRequest.id(1, count: 16), spanIDs: [1, 2].map { SampleRequest.id($0, count: 8) })
}
