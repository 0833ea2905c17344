/// The address of a proxy in a GOPROXY list.
package struct GoProxyAddress: Hashable, Sendable {
    package enum Scheme: String, Sendable {
        case https, http, file
    }

    package var scheme: Scheme
    /// Whether it was not written: the go command puts `https://` before what looks like a host or a path.
    package var isSchemeImplied: Bool
    /// Lower case, without port; of an IPv6 address without its brackets. Empty for files.
    package var host: String
    package var port: Int?
    /// From its first slash on, without one at its end.
    package var path: String
    /// Where user name and password stand in what was written, in Unicode scalars from 0; nil without them.
    package var credentials: Range<Int>?
    /// Whether there is something behind a `?` or `#`.
    package var hasQuery: Bool
    /// Whether the host is likely to be a piece of a password, which must not be shown.
    package internal(set) var isPartOfSecret = false

    /// Why a word of a list is no address.
    package enum Fault: Hashable, Sendable, Error {
        /// A single word that means nothing: all but `direct` and `off` are kept for what Go may add.
        case reservedWord
        /// A path of the file system, which has to be written as a `file://` URL.
        case filePath
        case scheme(String)
        /// A `file://` URL with a host or a query.
        case fileWithMore
        case noHost
        case port(String)
        /// What other lists are separated by.
        case semicolon
        /// A space, a control character, or what no scheme has.
        case character
    }

    /// Reads a word as the go command does (`GOPROXY` in go.dev/ref/mod#environment-variables).
    ///
    /// - Parameter word: without spaces around it
    package init(_ word: String) throws(Fault) {
        let begin = word.range(ofFirst: ":/")
        let hasMark = word.utf8.contains {
            [UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/")].contains($0)
        }
        guard hasMark else { throw .reservedWord }
        guard !word.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7f }) else {
            throw .character
        }
        guard !word.hasPrefix("/") else { throw .filePath }
        isSchemeImplied = begin == nil
        var rest = Substring(word)
        if let begin {
            let name = rest[..<begin].lowercased()
            guard name.utf8.allSatisfy(Self.canBeInScheme) else { throw .character }
            guard let scheme = Scheme(rawValue: name) else { throw .scheme(name) }
            self.scheme = scheme
            rest = rest[rest.index(after: begin)...]
        } else {
            scheme = .https
            // As it will be read.
            rest = "//" + rest
        }
        hasQuery = rest.contains { $0 == "?" || $0 == "#" }
        let end = rest.firstIndex { $0 == "?" || $0 == "#" } ?? rest.endIndex
        rest = rest[..<end]
        (host, port, credentials) = ("", nil, nil)
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            guard !rest[..<slash].contains(";") else { throw .semicolon }
            let authority = try Authority(rest[..<slash])
            (host, port) = (authority.host, authority.port)
            if authority.credentialsCount > 0 {
                let start = begin.map { word[..<$0].unicodeScalars.count + 3 } ?? 0
                credentials = start..<start + authority.credentialsCount
            }
            rest = rest[slash...]
        }
        path = rest.hasSuffix("/") ? String(rest.dropLast()) : String(rest)
        guard scheme != .file else {
            guard host.isEmpty, credentials == nil, !hasQuery else { throw .fileWithMore }
            return
        }
        guard !host.isEmpty else { throw .noHost }
    }

    private static func canBeInScheme(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || ModuleEscape.isDigit(byte)
            || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(byte)
    }

    /// Host and port, as telemetry and people name a proxy; the path of a file proxy.
    package var name: String {
        guard !isPartOfSecret else { return GoProxyList.hiddenText }
        guard scheme != .file else { return "file://" + path }
        return host + (port.map { ":\($0)" } ?? "")
    }

    /// Whether it is reached without leaving the machine.
    package var isLocal: Bool {
        scheme == .file || host == "localhost" || host.hasSuffix(".localhost") || host == "::1"
            || host.hasPrefix("127.")
    }

    private struct Authority {
        var host: String
        var port: Int?
        var credentialsCount = 0

        init(_ text: Substring) throws(Fault) {
            var rest = text
            if let at = rest.lastIndex(of: "@") {
                credentialsCount = rest[..<at].unicodeScalars.count
                rest = rest[rest.index(after: at)...]
            }
            var colon = rest.lastIndex(of: ":")
            if rest.hasPrefix("[") {
                guard let close = rest.lastIndex(of: "]") else { throw .noHost }
                host = rest[rest.index(after: rest.startIndex)..<close].lowercased()
                let behind = rest[rest.index(after: close)...]
                guard behind.isEmpty || behind.hasPrefix(":") else { throw .noHost }
                colon = behind.firstIndex(of: ":")
            } else {
                host = rest[..<(colon ?? rest.endIndex)].lowercased()
            }
            guard let colon else { return }
            let digits = rest[rest.index(after: colon)...]
            // Go takes a colon without a port.
            guard !digits.isEmpty else { return }
            guard digits.utf8.allSatisfy({ ModuleEscape.isDigit($0) }), let number = Int(digits),
                number <= 65_535
            else { throw .port(String(digits)) }
            port = number
        }
    }
}

extension String {
    /// Where a text begins for the first time.
    fileprivate func range(ofFirst text: String) -> Index? { firstRange(of: text)?.lowerBound }
}
