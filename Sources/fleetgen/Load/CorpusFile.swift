import Foundation

/// A file of encoded OTLP trace requests.
///
/// Little endian: `OTLPCRP1`, the time in nanoseconds that the newest span refers to (8 bytes), the
/// number of requests (4), then for each request its spans (4), its length (4), and its bytes.
struct CorpusFile: Sendable {
    /// Where a request lies in the file.
    private struct Entry {
        let spanCount: Int
        let range: Range<Data.Index>
    }

    /// Why a file is no corpus.
    struct FormatError: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    private static let magic = Data("OTLPCRP1".utf8)

    /// Nanoseconds since the Unix epoch to which the newest span refers.
    let baseNanos: UInt64
    private let data: Data
    private let entries: [Entry]

    /// How many requests were read.
    var count: Int { entries.count }

    /// - Throws: `FormatError`, or an error of the file system.
    init(path: String, limit: Int = .max) throws {
        try self.init(Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe), limit: limit)
    }

    /// - Parameter limit: how many requests to read at most.
    /// - Throws: `FormatError`.
    init(_ data: Data, limit: Int = .max) throws {
        guard data.starts(with: Self.magic), data.count >= 20 else {
            throw FormatError(description: "not a corpus: the file does not begin with OTLPCRP1")
        }
        baseNanos = Self.number(in: data, at: 8, byteCount: 8)
        let count = Int(Self.number(in: data, at: 16, byteCount: 4))
        var offset = 20
        var entries: [Entry] = []
        for index in 0..<min(count, limit) {
            guard data.count - offset >= 8 else { throw Self.cut(index) }
            let spanCount = Int(Self.number(in: data, at: offset, byteCount: 4))
            let length = Int(Self.number(in: data, at: offset + 4, byteCount: 4))
            offset += 8
            guard data.count - offset >= length else { throw Self.cut(index) }
            let start = data.startIndex + offset
            entries.append(Entry(spanCount: spanCount, range: start..<(start + length)))
            offset += length
        }
        self.data = data
        self.entries = entries
    }

    /// How many spans a request has.
    func spanCount(at index: Int) -> Int { entries[index].spanCount }

    /// A copy of a request's bytes.
    func bytes(at index: Int) -> [UInt8] { [UInt8](data[entries[index].range]) }

    private static func cut(_ index: Int) -> FormatError {
        FormatError(description: "the corpus ends within request \(index + 1): make it again")
    }

    private static func number(in data: Data, at offset: Int, byteCount: Int) -> UInt64 {
        let start = data.startIndex + offset
        return data[start..<(start + byteCount)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
