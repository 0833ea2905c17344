import Foundation

/// A folder of its own for a test; it and everything in it goes with the value's owner.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        var template = Array((NSTemporaryDirectory() + "traceq-test.XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw TestSupportError("cannot make a temporary folder: \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file or folder in here.
    package func file(_ name: String) -> String {
        path + "/" + name
    }

    /// Writes a file, and the folders above it where they lack.
    package func write(_ text: String, to name: String) throws {
        let url = URL(filePath: file(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: false, encoding: .utf8)
    }
}
