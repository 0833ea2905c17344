import Foundation
import TestSupport
import Testing

/// Text that is compared with a file in a folder of `Tests/Snapshots`; `UPDATE_SNAPSHOTS=1` writes the file.
enum Snapshot {
    static func expect(
        _ text: String, matches name: String, in folder: String = "Rendering", end: String = "txt",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = Repository.root.appending(path: "Tests/Snapshots/\(folder)/\(name).\(end)")
        if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
            try Data(text.utf8).write(to: file)
        }
        let expected = try String(decoding: Data(contentsOf: file), as: UTF8.self)
        #expect(text == expected, "differs from \(file.lastPathComponent)", sourceLocation: sourceLocation)
    }
}
