/// Where a webhook is posted to: `https://hooks.example.com/path?query`.
package struct WebhookAddress: Hashable, Sendable {
    package var isEncrypted: Bool
    /// Without brackets around an IPv6 address.
    package var host: String
    package var port: Int
    /// Path and query; may hold a secret.
    package var target: String

    /// As the field Host has it.
    package var authority: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return port == (isEncrypted ? 443 : 80) ? shown : "\(shown):\(port)"
    }

    /// - Returns: nil for what is no http or https URL, has a user name or a fragment, or a character that no URL has
    package init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !text.contains("#") else { return nil }
        var rest = text[...]
        if rest.lowercased().hasPrefix("https://") {
            isEncrypted = true
            rest = rest.dropFirst(8)
        } else if rest.lowercased().hasPrefix("http://") {
            isEncrypted = false
            rest = rest.dropFirst(7)
        } else {
            return nil
        }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        let behind = rest[end...]
        target = behind.hasPrefix("/") ? String(behind) : "/" + behind
        guard !authority.contains("@") else { return nil }
        var digits: Substring?
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            host = String(authority[authority.index(after: authority.startIndex)..<close])
            let tail = authority[authority.index(after: close)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { return nil }
            digits = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { return nil }
            host = parts.first.map(String.init) ?? ""
            digits = parts.count == 2 ? parts[1] : nil
        }
        guard !host.isEmpty else { return nil }
        port = isEncrypted ? 443 : 80
        if let digits {
            guard let number = Int(digits), (1...65_535).contains(number) else { return nil }
            port = number
        }
    }

    /// With a path behind the one that there is.
    func appending(_ path: String) -> WebhookAddress {
        var address = self
        let mark = target.firstIndex(of: "?") ?? target.endIndex
        var own = target[..<mark]
        guard !own.hasSuffix(path) else { return self }
        if own.hasSuffix("/") { own = own.dropLast() }
        address.target = own + path + target[mark...]
        return address
    }
}
