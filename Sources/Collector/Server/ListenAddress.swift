import NIOCore

/// A host and a port to listen on, as somebody writes it: `127.0.0.1:4317`, `localhost:0`, `[::1]:4318`.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address; an IPv6 address without its brackets.
    package var host: String
    /// 0 to 65535; 0 lets the system choose.
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`, or a port alone, which is one of 127.0.0.1.
    package init(parsing text: String) throws(CollectorError) {
        guard !text.contains("://") else {
            throw Self.invalid(
                text, "is a URL: the protocol goes with the option, and a path with the sender")
        }
        guard let colon = text.lastIndex(of: ":"), !(text.hasPrefix("[") && text.hasSuffix("]")) else {
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw Self.invalid(text, "has no port")
            }
            self.init(host: "127.0.0.1", port: try Self.port(text[...], of: text))
            return
        }
        var host = text[..<colon]
        let portText = text[text.index(after: colon)...]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { throw Self.invalid(text, "has no IPv6 address in its brackets") }
        } else if text.contains("[") || text.contains("]") {
            throw Self.invalid(text, "has a bracket without the other one, or in the wrong place")
        } else if host.contains(":") {
            throw Self.invalid(text, "is ambiguous: an IPv6 address goes into brackets, [::1]:4318")
        }
        guard !host.isEmpty else { throw Self.invalid(text, "has no host") }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") }) else {
            throw Self.invalid(text, "is not a host and a port")
        }
        self.init(host: String(host), port: try Self.port(portText, of: text))
    }

    private static func port(_ digits: Substring, of text: String) throws(CollectorError) -> Int {
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), port <= 65_535
        else { throw invalid(text, "has no port from 0 to 65535") }
        return port
    }

    /// The address that a channel got, which tells the port when 0 was asked for.
    init?(_ address: SocketAddress?) {
        guard let address, let host = address.ipAddress, let port = address.port else { return nil }
        self.init(host: host, port: port)
    }

    /// Whether only this machine can connect.
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8($0) != nil }
    }

    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private static func invalid(_ text: String, _ problem: String) -> CollectorError {
        CollectorError(
            .usage,
            "the listen address \"\(LogLine.escaped(text))\" \(problem): write HOST:PORT or PORT, "
                + "127.0.0.1:4318"
        )
    }
}

extension ListenAddress {
    /// Whether both cannot be listened on: one port of one host, or of all hosts and one of them. Port 0 stands
    /// for a free one each time.
    func overlaps(_ other: ListenAddress) -> Bool {
        let everywhere = ["0.0.0.0", "::"]
        return port == other.port && port != 0
            && (host == other.host || everywhere.contains(host) || everywhere.contains(other.host))
    }
}
