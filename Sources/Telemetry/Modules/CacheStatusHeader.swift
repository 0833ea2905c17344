/// The header `Cache-Status` (RFC 9211): a list with a member for each cache on the way, the last one nearest to
/// the client, each with parameters: `Origin; fwd=uri-miss; stored, "Edge; 1"; hit; ttl=30`.
enum CacheStatusHeader {
    /// What the cache nearest to the client did; nil when the header does not say.
    static func result(_ text: String) -> CacheResult? {
        guard let member = split(text, at: ",").last(where: { !$0.isEmpty }) else { return nil }
        var isHit = false
        var isCollapsed = false
        var forward: String?
        var forwardStatus: String?
        for parameter in split(member, at: ";").dropFirst() {
            let (name, value) = pair(parameter)
            switch name {
            // A flag may be written as ?1 or be told to be off, as every structured field's.
            case "hit": isHit = value != "?0"
            case "collapsed": isCollapsed = value != "?0"
            case "fwd": forward = value
            case "fwd-status": forwardStatus = value
            default: break
            }
        }
        if isCollapsed { return .coalesced }
        switch forward {
        case "stale": return forwardStatus == "304" ? .revalidated : .stale
        case "uri-miss", "vary-miss", "miss", "partial": return .miss
        case "request", "method", "bypass": return .bypass
        default: return isHit ? .hit : nil
        }
    }

    /// The parts between separators that do not stand in a quoted string, trimmed.
    private static func split(_ text: String, at separator: Character) -> [String] {
        var parts: [String] = []
        var part = ""
        var isQuoted = false
        var isEscaped = false
        for character in text {
            if isQuoted {
                part.append(character)
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    isQuoted = false
                }
            } else if character == separator {
                parts.append(part.trimmedASCII)
                part = ""
            } else {
                if character == "\"" { isQuoted = true }
                part.append(character)
            }
        }
        parts.append(part.trimmedASCII)
        return parts
    }

    private static func pair(_ parameter: String) -> (name: String, value: String?) {
        guard let equals = parameter.firstIndex(of: "=") else { return (parameter.lowercased(), nil) }
        let value = parameter[parameter.index(after: equals)...].trimmedASCII
        let plain = value.hasPrefix("\"") && value.hasSuffix("\"") && value.count > 1
        return (
            parameter[..<equals].trimmedASCII.lowercased(),
            (plain ? String(value.dropFirst().dropLast()) : value).lowercased()
        )
    }
}
