package import Foundation

/// Where things lie in this checkout.
package enum Repository {
    /// The folder with `Package.swift`.
    package static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A program of the Python environment that `scripts/python-env` makes.
    package static func pythonEnvironmentProgram(_ name: String) throws -> String {
        let path = root.appending(path: ".venv/bin/\(name)").path(percentEncoded: false)
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw TestSupportError("\(path) is missing; run scripts/python-env")
        }
        return path
    }
}
