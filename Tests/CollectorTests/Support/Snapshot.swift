import Foundation
import TestSupport
import Testing

/// Text that is compared with a file in `Tests/Snapshots/Admin`; `UPDATE_SNAPSHOTS=1` writes the file.
enum Snapshot {
    static func expect(_ text: String, is name: String) throws {
        let file = Repository.root.appending(path: "Tests/Snapshots/Admin/\(name).txt")
        if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let expected = try String(decoding: Data(contentsOf: file), as: UTF8.self)
        #expect(text == expected, "differs from Tests/Snapshots/Admin/\(name).txt")
    }
}
