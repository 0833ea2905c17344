import Foundation

/// `fleetgen.truth/1`: a JSON object a line, which says by `type` what it is of.
enum TruthFile {
    /// Writes all lines: the run, nodes, mirrors, publications, sessions, fetches, requests.
    static func write(_ truth: FleetTruth, to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
        defer { try? file.close() }
        try write([truth.run], to: file)
        try write(truth.nodes, to: file)
        try write(truth.mirrors, to: file)
        try write(truth.publications, to: file)
        try write(truth.sessions, to: file)
        try write(truth.fetches, to: file)
        try write(truth.requests, to: file)
    }

    /// Lines of one type, in pieces that memory does not feel.
    static func write(_ lines: [some Encodable], to file: FileHandle) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var piece = Data()
        for line in lines {
            piece += try encoder.encode(line)
            piece.append(0x0A)
            guard piece.count > 1 << 20 else { continue }
            try file.write(contentsOf: piece)
            piece.removeAll(keepingCapacity: true)
        }
        try file.write(contentsOf: piece)
    }
}
