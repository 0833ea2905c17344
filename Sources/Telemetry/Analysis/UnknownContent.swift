/// What a request holds in place of items: a key of OTLP/JSON, or a field of protobuf, that OTLP does not have. It is
/// passed over, as OTLP wants; where nothing else is in a request, somebody misspelt the key or sends something else.
package struct UnknownContent: Hashable, Sendable {
    /// The key, or `field 7`.
    package var name: String
    /// What it stands in: `the request`, `resourceSpans`, `scopeSpans`.
    package var place: String
    /// What probably should be in its place.
    package var meant: String

    /// Longer keys are cut: nobody misspells so much.
    private static let nameBytesMax = 64
    /// How much of a body is looked at.
    private static let containersMax = 1_000

    /// What leads to the items of a signal: the lists of the request, of a resource and of a scope.
    private struct Level {
        var place: String
        /// The key of the list, and the number of its field.
        var list: String
        var field: UInt32
        /// The other keys, and the numbers of their fields.
        var others: [String]
        var otherFields: [UInt32]
        /// Names that the list had before, or has elsewhere.
        var synonyms: [String]
    }

    private static func levels(of signal: Signal) -> [Level] {
        let (resources, scopes, items, word) =
            switch signal {
            case .traces: ("resourceSpans", "scopeSpans", "spans", "Spans")
            case .metrics: ("resourceMetrics", "scopeMetrics", "metrics", "Metrics")
            case .logs: ("resourceLogs", "scopeLogs", "logRecords", "Logs")
            }
        return [
            Level(
                place: "the request", list: resources, field: 1, others: [], otherFields: [],
                synonyms: [items, scopes, "data", "batches", "resource"]),
            Level(
                place: resources, list: scopes, field: 2, others: ["resource", "schemaUrl"],
                otherFields: [1, 3], synonyms: [items, "instrumentationLibrary\(word)", "scope"]),
            Level(
                place: scopes, list: items, field: 2, others: ["scope", "schemaUrl"],
                otherFields: [1, 3], synonyms: ["logs", "records", "items"]),
        ]
    }

    private init(name: String, in level: Level, meant: String) {
        self.name =
            name.utf8.count <= Self.nameBytesMax
            ? name : String(decoding: name.utf8.prefix(Self.nameBytesMax), as: UTF8.self) + "..."
        place = level.place
        self.meant = meant
    }

    // MARK: JSON

    /// The first key of a body of OTLP/JSON that OTLP does not have on the way to the items.
    package static func first(inJSON body: ByteSpan, of signal: Signal) -> UnknownContent? {
        var reader = JSONReader(body, maxDepth: 256)
        var containersLeft = containersMax
        do throws(DecodeError) {
            return try unknown(in: &reader, levels(of: signal)[...], &containersLeft)
        } catch {
            // A body that was decoded before has no errors.
            return nil
        }
    }

    private static func unknown(
        in reader: inout JSONReader, _ levels: ArraySlice<Level>, _ containersLeft: inout Int
    ) throws(DecodeError) -> UnknownContent? {
        guard let level = levels.first else {
            try reader.skipValue()
            return nil
        }
        containersLeft -= 1
        guard containersLeft > 0 else { throw reader.malformed("enough") }
        try reader.beginObject()
        while let written = try reader.nextKey() {
            if isWritten(written, level.list) {
                try reader.beginArray()
                while try reader.nextElement() {
                    if try reader.takeNull() { continue }
                    if let found = try unknown(in: &reader, levels.dropFirst(), &containersLeft) {
                        return found
                    }
                }
            } else if level.others.contains(where: { isWritten(written, $0) }) {
                try reader.skipValue()
            } else {
                return UnknownContent(name: written, in: level, meant: meant(plain(written), in: level))
            }
        }
        return nil
    }

    /// Whether a key is written in one of the two ways that are read: `scopeSpans` or `scope_spans`.
    private static func isWritten(_ written: String, _ key: String) -> Bool {
        guard written != key else { return true }
        return written == key.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
    }

    /// A key as misspelt ones are compared.
    private static func plain(_ key: String) -> String {
        key.utf8.count > nameBytesMax ? key : key.lowercased().filter { $0 != "_" && $0 != "-" }
    }

    private static func meant(_ key: String, in level: Level) -> String {
        guard key != plain(level.list), !level.synonyms.contains(where: { plain($0) == key }) else {
            return level.list
        }
        let near = level.others.map { (name: $0, distance: EditDistance.between(plain($0), key)) }
            .min { $0.distance < $1.distance }
        if let near, near.distance <= max(1, near.name.count / 4) { return near.name }
        return level.list
    }

    // MARK: Protobuf

    /// The first field of a protobuf body that OTLP does not have on the way to the items.
    package static func first(inProtobuf body: ByteSpan, of signal: Signal) -> UnknownContent? {
        var containersLeft = containersMax
        return unknown(in: body, 0..<body.count, levels(of: signal)[...], &containersLeft)
    }

    private static func unknown(
        in body: ByteSpan, _ range: Range<Int>, _ levels: ArraySlice<Level>, _ containersLeft: inout Int
    ) -> UnknownContent? {
        guard let level = levels.first, containersLeft > 0 else { return nil }
        containersLeft -= 1
        var cursor = WireCursor(body, range)
        while cursor.hasMore {
            let tag = cursor.tag()
            guard !cursor.failed else { return nil }
            let isMessage = tag & 7 == 2
            if isMessage, tag >> 3 == level.field {
                let content = cursor.lengthDelimited()
                guard !cursor.failed else { return nil }
                if let found = unknown(in: body, content, levels.dropFirst(), &containersLeft) {
                    return found
                }
            } else if isMessage, level.otherFields.contains(tag >> 3) {
                cursor.skip(tag)
            } else {
                return UnknownContent(
                    name: "field \(tag >> 3)", in: level, meant: "\(level.list), field \(level.field)")
            }
        }
        return nil
    }
}
