import Foundation
import TestSupport
import Testing

@Suite("The built traceq as scripts see it", .timeLimit(.minutes(15)))
struct BuiltProgramTests {
    static let commands: [([String], Int32)] = [
        (["--version"], 0), (["--help"], 0), (["slowst"], 1), (["slowest", "--bogus"], 1),
        (["slowest", "--since", "soon"], 1), (["trace", "xyz"], 1),
        (["db", "info", "--db", "/nonexistent/telemetry.db"], 3),
    ]

    @Test("exit codes", arguments: commands)
    func exitCodes(arguments: [String], expected: Int32) async throws {
        let finished = try await FinishedProgram.run(BuiltProgram.traceq.path(), arguments)
        #expect(finished.status == .exited(expected))
        #expect(finished.standardOutput.isEmpty == (expected != 0))
        #expect(finished.standardError.isEmpty == (expected == 0))
    }

    @Test("a reader that goes away is no error")
    func brokenPipe() async throws {
        let finished = try await FinishedProgram.run(
            "/bin/bash",
            [
                "-c", "set -o pipefail; \"$0\" --help | true; echo ${PIPESTATUS[0]}",
                try BuiltProgram.traceq.path(),
            ])
        #expect(finished.standardOutput == "0\n")
        #expect(finished.standardError.isEmpty)
    }

    @Test("output that cannot be written is an error")
    func fullDevice() async throws {
        let finished = try await FinishedProgram.run(
            "/bin/bash", ["-c", "\"$0\" --help > /dev/full", try BuiltProgram.traceq.path()])
        #expect(finished.status == .exited(1))
        #expect(finished.standardError.contains("cannot write the output"))
    }
}
