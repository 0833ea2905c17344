/// Which GOPROXY lists are allowed.
package struct GoProxyPolicy: Hashable, Sendable {
    /// How a list may end.
    package enum End: String, CaseIterable, Sendable {
        case direct
        case off
        /// With a proxy, behind which there is nothing.
        case proxy
    }

    /// Hosts that may be asked, with their port where it is not the usual one; `*` stands for any text. Nil for any.
    package var hosts: [String]?
    /// Nil for any.
    package var ends: [End]?

    package init(hosts: [String]?, ends: [End]?) {
        self.hosts = hosts
        self.ends = ends
    }

    /// What is wrong with a list, for people; nil when it is allowed. Never says what may be a password.
    func objection(to text: String) -> String? {
        let list = GoProxyList(text)
        guard list.isValid else { return "is no list that the go command takes" }
        let elements = list.reachable.map { list.elements[$0] }
        if let hosts {
            let patterns = hosts.map { GlobPattern($0.lowercased()) }
            for address in elements.compactMap(\.address)
            where !patterns.contains(where: { $0.matches(address.name) || $0.matches(address.host) }) {
                return "asks \(address.name), which is not allowed"
            }
        }
        guard let ends, let last = elements.last else { return nil }
        let end: End =
            switch last.meaning {
            case .direct: .direct
            case .off: .off
            case .empty, .proxy, .wrong: .proxy
            }
        guard !ends.contains(end) else { return nil }
        let allowed = ends.map { $0 == .proxy ? "a proxy" : $0.rawValue }.joined(separator: " or ")
        return "ends with \(end == .proxy ? "a proxy" : end.rawValue) and not with \(allowed)"
    }
}
