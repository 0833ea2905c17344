/// The value of an `Origin` header, in lower case (RFC 6454, 6.2; Fetch, "serializing a request origin").
enum WebOrigin {
    /// Longer than any host and port.
    private static let bytesMax = 512
    private static let portDigitsMax = 5
    private static let schemeBytes = Set("abcdefghijklmnopqrstuvwxyz0123456789+-.".utf8)
    /// Of names, of extensions' ids and of IPv4 addresses. Browsers write international names in ASCII.
    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyz0123456789-._".utf8)
    private static let addressBytes = Set("abcdef0123456789:.".utf8)

    /// Whether it is one: scheme, host and port if there is one, or `null`, which browsers send for pages that have
    /// none. A path, a user, spaces or a second origin make it none.
    static func isValid(_ text: String) -> Bool {
        if text == "null" { return true }
        guard text.utf8.count <= bytesMax, let separator = text.firstRange(of: "://") else { return false }
        let scheme = text[..<separator.lowerBound]
        return !scheme.isEmpty && scheme.utf8.allSatisfy(schemeBytes.contains)
            && isAuthority(text[separator.upperBound...])
    }

    /// Whether it is a host, with a port or without.
    private static func isAuthority(_ text: Substring) -> Bool {
        var host = text
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return false }
            let address = text[text.index(after: text.startIndex)..<end]
            guard !address.isEmpty, address.utf8.allSatisfy(addressBytes.contains) else { return false }
            let rest = text[text.index(after: end)...]
            return rest.isEmpty || rest.hasPrefix(":") && isPort(rest.dropFirst())
        }
        if let colon = text.firstIndex(of: ":") {
            guard isPort(text[text.index(after: colon)...]) else { return false }
            host = text[..<colon]
        }
        return !host.isEmpty && host.utf8.allSatisfy(nameBytes.contains)
    }

    private static func isPort(_ text: Substring) -> Bool {
        (1...portDigitsMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Whether a valid origin is the one that is allowed, or one of those: its first `*` stands for at least one
    /// character of the host and the port.
    static func matches(_ origin: String, _ allowed: String) -> Bool {
        if allowed == "*" || allowed == origin { return true }
        guard let star = allowed.firstIndex(of: "*") else { return false }
        let (start, end) = (allowed[..<star], allowed[allowed.index(after: star)...])
        guard origin.utf8.count > start.utf8.count + end.utf8.count, origin.hasPrefix(start),
            origin.hasSuffix(end)
        else { return false }
        // A star before the host would take in the scheme.
        return start.contains("://")
    }
}
