/// A line of the feed of a module index (index.golang.org/index, Athens' `/index`):
/// `{"Path":"golang.org/x/text","Version":"v0.3.0","Timestamp":"2019-04-10T19:08:52.997264Z"}`.
package enum IndexLine {
    /// Reads a line.
    ///
    /// - Throws: `DecodeError` for what is no such line, with what lacks
    package static func publication(_ line: [UInt8]) throws(DecodeError) -> Publication {
        var reader = JSONReader(line.span, maxDepth: 8)
        var module: String?
        var version: String?
        var time: UnixNanos?
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "Path": module = try reader.string()
            case "Version": version = try reader.string()
            case "Timestamp":
                let text = try reader.string()
                time = UnixNanos(rfc3339: text)
                guard time != nil else {
                    throw DecodeError(
                        .malformedJSON, "the Timestamp '\(DisplayText.escaped(text))' is no RFC 3339 time")
                }
            default: try reader.skipValue()
            }
        }
        try reader.end()
        guard let module, !module.isEmpty, let version, !version.isEmpty, let time else {
            throw DecodeError(.malformedJSON, "Path, Version or Timestamp is missing")
        }
        return Publication(module: module, version: version, time: time)
    }
}
