import Glibc

/// The requests of a corpus file; Benchmarks/README.md says what is in one.
package struct CorpusReader: Sendable {
    package private(set) var requests: [[UInt8]] = []
    /// Nanoseconds since the Unix epoch to which the newest span refers.
    package let baseNanos: UInt64

    /// - Returns: nil for a file that cannot be read, or is no corpus
    package init?(path: String, limit: Int) {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        guard let header = Self.read(20, from: file), header.starts(with: "OTLPCRP1".utf8) else { return nil }
        baseNanos = UInt64(Self.number(header[8..<16]))
        for _ in 0..<min(limit, Self.number(header[16..<20])) {
            guard let entry = Self.read(8, from: file),
                let request = Self.read(Self.number(entry[4..<8]), from: file)
            else { return nil }
            requests.append(request)
        }
    }

    private static func read(_ count: Int, from file: UnsafeMutablePointer<FILE>) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return fread(&bytes, 1, count, file) == count ? bytes : nil
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
