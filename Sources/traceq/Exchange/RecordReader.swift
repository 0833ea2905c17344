import Glibc
import Telemetry

/// Reads the requests of a file one after another. Never holds more than one of them and a piece of the file.
final class RecordReader: RecordSource {
    /// The largest request that is read, 64 MiB: the largest that a collector takes by default.
    static let recordBytesMax = 64 << 20
    /// Of requests without a length between them, so much is taken as one.
    static let plainRecordBytes = 1 << 20
    /// So many requests in a row may be empty: a hole in a file reads as zeros, each four of them a length of 0.
    static let emptyInARowMax = 1_000

    /// How requests follow each other; nil before the first was read.
    private(set) var framing: RecordFraming?

    private let source: ImportSource
    private let format: ImportFormat
    private let recordBytesMax: Int
    private var buffer: [UInt8] = []
    /// Where the next request begins in `buffer`.
    private var start = 0
    /// Where `buffer` begins in the decompressed file.
    private var base = 0
    private var isAtEnd = false
    private var number = 0
    /// How many requests without a byte came last.
    private var emptyInARow = 0

    init(_ source: ImportSource, format: ImportFormat = .auto, recordBytesMax: Int = recordBytesMax) {
        self.source = source
        self.format = format
        self.recordBytesMax = recordBytesMax
    }

    /// The next request; nil at the end.
    /// - Throws: `ImportError`; after one that is not local, nothing more can be read
    func next() throws(ImportError) -> ImportRecord? {
        if framing == nil { framing = try detect() }
        let framing = framing ?? .lines
        switch framing {
        case .lines: return try nextLine()
        case .documents: return try nextDocument()
        case .fixedLength, .varintLength: return try nextWithLength(framing)
        case .plain: return try nextPlain()
        case .goLog: return nil
        }
    }

    // MARK: Buffer

    /// Reads on until so many bytes are there.
    /// - Returns: false when the file has fewer
    private func ensure(_ count: Int) throws(ImportError) -> Bool {
        while buffer.count - start < count {
            guard try fill() else { return false }
        }
        return true
    }

    /// - Returns: false at the end of the file
    private func fill() throws(ImportError) -> Bool {
        guard !isAtEnd, let piece = try source.next() else {
            isAtEnd = true
            return false
        }
        if start > 0, start == buffer.count || start > 1 << 20 {
            base += start
            buffer.removeFirst(start)
            start = 0
        }
        buffer += piece
        return true
    }

    /// Takes the bytes up to `end` as a request.
    private func take(to end: Int, from first: Int? = nil, isJSON: Bool) -> ImportRecord {
        number += 1
        let first = first ?? start
        let record = ImportRecord(
            bytes: Array(buffer[first..<end]), isJSON: isJSON, number: number, offset: base + start)
        start = end
        return record
    }

    private func failure(_ message: String, isLocal: Bool = false) -> ImportError {
        ImportError(record: number + 1, offset: base + start, message: message, isLocal: isLocal)
    }

    private var cut: String {
        "the file ends in the middle of request \(HumanUnits.count(Int64(number + 1)))"
    }

    private var tooLarge: ImportError {
        failure(
            "larger than \(HumanUnits.bytes(Int64(recordBytesMax))), the most that one request may have")
    }

    // MARK: Formats

    private func detect() throws(ImportError) -> RecordFraming {
        _ = try ensure(ProtobufStart.bytesNeeded)
        guard !buffer.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw ImportError(
                offset: 0,
                message: "this is an SQLite file, and import reads OTLP: take the spans of a telemetry "
                    + "database out with traceq export --format otlp-json")
        }
        // Not even two empty requests: a file whose blocks were never written.
        guard buffer.count < 8 || buffer[..<8].contains(where: { $0 != 0 }) else { throw unknown() }
        let isProtobuf = format == .otlp || (format == .auto && looksLikeProtobuf())
        guard isProtobuf else {
            if buffer.starts(with: [0xef, 0xbb, 0xbf]) { start = 3 }
            try skipSpace()
            guard start < buffer.count else { return .lines }
            guard buffer[start] == UInt8(ascii: "{") else { throw unknown() }
            return try firstLineIsDocument() ? .lines : .documents
        }
        guard let first = buffer.first, first != 0x0a else { return .plain }
        // A length of up to 64 MiB in four bytes begins with 0 to 4.
        if first <= 4 { return .fixedLength }
        return .varintLength
    }

    private func unknown() -> ImportError {
        let shown = hexadecimal(buffer[start...].prefix(8))
        let array =
            buffer[start] == UInt8(ascii: "[") ? " (an array of requests is none: write one a line)" : ""
        return failure(
            "no OTLP: it begins with the bytes \(shown)\(array); OTLP/JSON begins with '{', protobuf with "
                + "0a or a length")
    }

    /// Whether the file begins as one of the protobuf framings does.
    private func looksLikeProtobuf() -> Bool {
        guard let first = buffer.first else { return false }
        if first == 0x0a { return buffer.count > 1 && !ProtobufStart.isJSON(buffer) }
        if first <= 4 { return buffer.count >= 4 }
        // Spaces are small lengths as well.
        let visible = buffer.first { !ProtobufStart.isSpace($0) }
        if visible == nil || visible == UInt8(ascii: "{") { return false }
        guard let (length, end) = Self.varint(buffer, at: 0), end < buffer.count else { return false }
        return length <= UInt64(recordBytesMax) && buffer[end] == 0x0a
    }

    /// Whether the first document ends in the line in which it begins: then each line is one.
    private func firstLineIsDocument() throws(ImportError) -> Bool {
        var balance = JSONBalance()
        var index = start
        while true {
            if let end = balance.end(of: buffer, from: &index, stopAtLineFeed: true) {
                return buffer[start..<end].last == UInt8(ascii: "}")
            }
            if index < buffer.count { return false }
            guard buffer.count - start <= recordBytesMax else { throw tooLarge }
            guard try fill() else { return true }
        }
    }

    // MARK: JSON

    private func skipSpace() throws(ImportError) {
        while true {
            while start < buffer.count, ProtobufStart.isSpace(buffer[start]) { start += 1 }
            guard start == buffer.count, try fill() else { return }
        }
    }

    private func nextLine() throws(ImportError) -> ImportRecord? {
        try skipSpace()
        guard start < buffer.count else { return nil }
        var searched = 0
        while true {
            if let feed = Self.lineFeed(in: buffer, from: start + searched) {
                guard feed - start <= recordBytesMax else {
                    var error = tooLarge
                    error.isLocal = true
                    start = feed
                    number += 1
                    throw error
                }
                return take(to: feed, isJSON: true)
            }
            searched = buffer.count - start
            guard searched <= recordBytesMax else { throw tooLarge }
            guard try fill() else {
                var balance = JSONBalance()
                var index = start
                guard balance.end(of: buffer, from: &index, stopAtLineFeed: false) != nil else {
                    throw cutDocument()
                }
                return take(to: buffer.count, isJSON: true)
            }
        }
    }

    /// What is left of the file begins a document that does not end.
    private func cutDocument() -> ImportError {
        let error = failure("\(cut)", isLocal: true)
        start = buffer.count
        number += 1
        return error
    }

    private static func lineFeed(in bytes: [UInt8], from first: Int) -> Int? {
        bytes.withUnsafeBytes { all -> Int? in
            guard let address = all.baseAddress, first < all.count,
                let found = memchr(address + first, 0x0a, all.count - first)
            else { return nil }
            return UnsafeRawPointer(found) - address
        }
    }

    private func nextDocument() throws(ImportError) -> ImportRecord? {
        try skipSpace()
        guard start < buffer.count else { return nil }
        var balance = JSONBalance()
        var searched = 0
        while true {
            var index = start + searched
            if let end = balance.end(of: buffer, from: &index, stopAtLineFeed: false) {
                return take(to: end, isJSON: true)
            }
            searched = index - start
            guard searched <= recordBytesMax else { throw tooLarge }
            guard try fill() else { throw cutDocument() }
        }
    }

    // MARK: Protobuf

    private static func varint(_ bytes: [UInt8], at first: Int) -> (value: UInt64, end: Int)? {
        var value: UInt64 = 0
        for (place, index) in (first..<min(bytes.count, first + 10)).enumerated() {
            value |= UInt64(bytes[index] & 0x7f) << UInt64(7 * place)
            if bytes[index] < 0x80 { return (value, index + 1) }
        }
        return nil
    }

    private func nextWithLength(_ framing: RecordFraming) throws(ImportError) -> ImportRecord? {
        guard try ensure(1) else { return nil }
        let length: UInt64
        let header: Int
        if framing == .fixedLength {
            guard try ensure(4) else { throw failure("\(cut), within its length") }
            length = buffer[start..<start + 4].reduce(0) { $0 << 8 | UInt64($1) }
            header = 4
        } else {
            _ = try ensure(10)
            guard let (value, end) = Self.varint(buffer, at: start) else {
                throw failure(
                    isAtEnd && buffer.count - start < 10 ? "\(cut), within its length" : "no length")
            }
            length = value
            header = end - start
        }
        guard length <= UInt64(recordBytesMax) else { throw tooLarge }
        emptyInARow = length == 0 ? emptyInARow + 1 : 0
        guard emptyInARow <= Self.emptyInARowMax else {
            throw failure(
                "no OTLP: more than \(HumanUnits.count(Int64(Self.emptyInARowMax))) empty requests in a row")
        }
        guard try ensure(header + Int(length)) else {
            throw failure(
                "\(cut): \(length) bytes are announced, the file has \(buffer.count - start - header)")
        }
        var record = take(to: start + header + Int(length), from: start + header, isJSON: false)
        if record.bytes.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
            record.bytes = try decompressed(record)
        }
        record.isJSON = format != .otlp && ProtobufStart.isJSON(record.bytes)
        return record
    }

    /// The file exporter with `compression: zstd` compresses each request for itself.
    private func decompressed(_ record: ImportRecord) throws(ImportError) -> [UInt8] {
        var plain: [UInt8] = []
        var used = 0
        let decoder = ZstdDecoder()
        do {
            while used < record.bytes.count, plain.count <= recordBytesMax {
                try decoder.process(record.bytes, from: &used, into: &plain, room: recordBytesMax + 1)
            }
            if plain.count <= recordBytesMax { try decoder.finish(into: &plain) }
        } catch {
            throw ImportError(
                record: record.number, offset: record.offset, message: error.message, isLocal: true)
        }
        guard plain.count <= recordBytesMax else {
            throw ImportError(
                record: record.number, offset: record.offset, message: tooLarge.message, isLocal: true)
        }
        return plain
    }

    /// Takes whole `ResourceSpans`, as many as make a request of some size: protobuf allows to cut there.
    private func nextPlain() throws(ImportError) -> ImportRecord? {
        var length = 0
        while length < Self.plainRecordBytes {
            guard try ensure(length + 1) else { break }
            _ = try ensure(length + 11)
            guard buffer[start + length] == 0x0a else {
                throw failure(
                    "no OTLP request: byte \(base + start + length) begins no ResourceSpans, ResourceMetrics or ResourceLogs"
                )
            }
            guard let (value, end) = Self.varint(buffer, at: start + length + 1) else {
                throw failure("cut short or damaged: no length at byte \(base + start + length + 1)")
            }
            guard value <= UInt64(recordBytesMax) else { throw tooLarge }
            let header = end - start
            let whole = header + Int(value)
            // What is here already is a request, if the next part would make it too large.
            if whole > recordBytesMax, length > 0 { break }
            guard try ensure(whole) else {
                throw failure(
                    "\(cut): \(value) bytes are announced at byte \(base + start + length), the file has "
                        + "\(buffer.count - start - header)")
            }
            length = whole
        }
        return length == 0 ? nil : take(to: start + length, isJSON: false)
    }
}
