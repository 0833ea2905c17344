import Foundation

/// The programs that this package builds.
package enum BuiltProgram: String {
    case collector = "traceq-collector"
    case traceq
    case fleetgen
    /// No program but the extension for other programs that have SQLite.
    case sqliteExtension = "libtraceq_sqlite.so"

    /// The program's path: in `TRACEQ_BIN_DIR` where that is set, else beside the running tests.
    package func path() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let folder: String
        if let named = environment["TRACEQ_BIN_DIR"], !named.isEmpty {
            folder = named
        } else {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            folder = URL(filePath: tests).deletingLastPathComponent().path(percentEncoded: false)
        }
        let path = URL(filePath: folder).appending(path: rawValue).path(percentEncoded: false)
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw TestSupportError("\(path) is missing; build the release programs with make build")
        }
        return path
    }
}
