import Foundation
import TestSupport

@testable import Telemetry

/// `Tests/Fixtures/version-1.sql` is the dump of a file that a collector of format 1 wrote: two segments of two
/// spans, and two spans in the journal.
enum FormatOneFile {
    static func make(at path: String) throws {
        let dump = Repository.root.appending(path: "Tests/Fixtures/version-1.sql")
        let connection = try Connection(path: path, mode: .readWrite)
        for setting in Schema.newFileSettings { try connection.execute(setting) }
        try connection.execute(try String(contentsOf: dump, encoding: .utf8))
    }
}
