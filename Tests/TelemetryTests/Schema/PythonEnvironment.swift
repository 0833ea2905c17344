import Foundation
import TestSupport

/// The Python that `scripts/python-env` makes, with opentelemetry-proto in it.
enum PythonEnvironment {
    /// Runs a script to its end; makes the environment first where it is missing or old.
    static func run(_ script: URL, _ arguments: [String]) async throws -> FinishedProgram {
        _ = try await FinishedProgram.run(
            Repository.root.appending(path: "scripts/python-env").path(percentEncoded: false), [],
            within: .seconds(300)
        ).succeeded()
        return try await FinishedProgram.run(
            try Repository.pythonEnvironmentProgram("python"),
            [script.path(percentEncoded: false)] + arguments, within: .seconds(120))
    }
}
