import Foundation

/// What `Tests/Fuzz` has of inputs.
package enum FuzzInputs {
    private static let folder = Repository.root.appending(path: "Tests/Fuzz")

    /// The file with the inputs of a target that reach something of their own, which may be missing.
    package static func corpus(_ target: String) -> [UInt8] {
        (try? Data(contentsOf: folder.appending(path: "Corpus/\(target)"))).map { Array($0) } ?? []
    }

    /// The inputs that once found a mistake.
    package static func findings(_ target: String) throws -> [(name: String, bytes: [UInt8])] {
        let folder = folder.appending(path: "Findings/\(target)")
        guard FileManager.default.fileExists(atPath: folder.path(percentEncoded: false)) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
            .map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
    }
}
