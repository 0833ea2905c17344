/// A program that has ended, and what it said.
package struct FinishedProgram: Sendable {
    package var status: ExitStatus
    package var standardOutput: String
    package var standardError: String

    /// Runs a program to its end.
    package static func run(
        _ executable: String, _ arguments: [String], environment: [String: String]? = nil,
        within limit: Duration = .seconds(60)
    ) async throws -> FinishedProgram {
        let child = try ChildProcess(executable, arguments, environment: environment)
        return try await child.finish(within: limit)
    }

    /// Itself when the program succeeded; what it complained about as an error otherwise.
    package func succeeded() throws -> FinishedProgram {
        guard status == .exited(0) else {
            throw TestSupportError("the program ended with \(status): \(standardError)\(standardOutput)")
        }
        return self
    }
}
