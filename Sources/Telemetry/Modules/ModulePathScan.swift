/// What the path of a request says, as places in its bytes: nothing is copied, so that the paths of a whole
/// segment are classified at the speed at which they are read.
struct ModulePathScan {
    var kind = ModuleKind.other
    var fault: ModulePathFault?
    /// What stands before the module or before `/sumdb/`: where the proxy is mounted.
    var base = 0..<0
    /// Still encoded (`ModuleEscape`).
    var module = 0..<0
    /// A canonical version or, of kind `query`, anything else; still encoded.
    var version = 0..<0
    var sumdb = 0..<0
    /// `H/L/N[.p/W]`.
    var tile = 0..<0

    /// Reads a path that is percent-decoded and has no query.
    /// - Parameter sumdbHost: the host of the request where that is a checksum database itself
    init(_ path: ByteSpan, _ range: Range<Int>, isSumDBHost: Bool = false) {
        guard range.count > 1 else {
            kind = range.isEmpty || path[range.lowerBound] == UInt8(ascii: "/") ? .ops : .other
            return
        }
        if Self.isOps(path, range) {
            kind = .ops
            return
        }
        if path.ends(range, with: "/git-upload-pack") || path.ends(range, with: "/git-receive-pack") {
            kind = .vcs
            module = Self.withoutSlash(path, range.lowerBound..<range.upperBound - 16)
            return
        }
        if isSumDBHost {
            let rest = Self.withoutSlash(path, range)
            if readSumDB(path, rest, name: rest.lowerBound..<rest.lowerBound) { return }
        }
        let landmarks = Landmarks(path, range)
        if let start = landmarks.sumdb, findSumDB(path, start..<range.upperBound, in: range) { return }
        if let at = landmarks.at, readModule(path, range, at) { return }
        kind = path.ends(range, with: "/index") ? .index : .other
    }

    private static func isOps(_ path: ByteSpan, _ range: Range<Int>) -> Bool {
        guard range.count <= 12, path[range.lowerBound] == UInt8(ascii: "/") else { return false }
        return path.holds("/healthz", in: range) || path.holds("/readyz", in: range)
            || path.holds("/livez", in: range) || path.holds("/version", in: range)
            || path.holds("/metrics", in: range) || path.holds("/catalog", in: range)
            || path.holds("/robots.txt", in: range) || path.holds("/favicon.ico", in: range)
            || path.holds("/stats", in: range)
    }

    /// What is looked for in every path, found in one pass.
    private struct Landmarks {
        /// Where the first `/@` is.
        var at: Int?
        /// Where the first `/su` before it is: perhaps that of a checksum database.
        var sumdb: Int?

        @inline(__always)
        init(_ path: ByteSpan, _ range: Range<Int>) {
            let slash = UInt8(ascii: "/")
            let end = range.upperBound
            var index = path.place(of: slash, in: range)
            while index &+ 1 < end {
                let next = path[index &+ 1]
                if next == UInt8(ascii: "@") {
                    at = index
                    return
                }
                if next == UInt8(ascii: "s"), sumdb == nil, index &+ 2 < end,
                    path[index &+ 2] == UInt8(ascii: "u")
                {
                    sumdb = index
                }
                index = path.place(of: slash, in: index &+ 1..<end)
            }
        }
    }

    private static func withoutSlash(_ path: ByteSpan, _ range: Range<Int>) -> Range<Int> {
        guard let first = range.first, path[first] == UInt8(ascii: "/") else { return range }
        return first + 1..<range.upperBound
    }

    // MARK: Modules

    /// Reads `BASE/MODULE/@…`; false when what follows the `@` is nothing of the protocol.
    private mutating func readModule(_ path: ByteSpan, _ range: Range<Int>, _ at: Int) -> Bool {
        let after = at + 2..<range.upperBound
        let isLatest = path.holds("latest", in: after)
        guard isLatest || path.begins(after, with: "v/") else { return false }
        guard let start = Self.moduleStart(path, range.lowerBound..<at) else {
            return refuse(.modulePath)
        }
        module = start..<at
        base = range.lowerBound..<max(range.lowerBound, start - 1)
        if let fault = Self.moduleFault(path, module) {
            module = at..<at
            return refuse(fault)
        }
        if isLatest {
            kind = .latest
        } else {
            readFile(path, after.lowerBound + 2..<after.upperBound)
        }
        return true
    }

    private mutating func refuse(_ fault: ModulePathFault) -> Bool {
        kind = .invalid
        self.fault = fault
        return true
    }

    /// Reads what follows `@v/`.
    private mutating func readFile(_ path: ByteSpan, _ file: Range<Int>) {
        if path.holds("list", in: file) {
            kind = .list
            return
        }
        let isInfo = path.ends(file, with: ".info")
        let isMod = path.ends(file, with: ".mod")
        guard isInfo || isMod || path.ends(file, with: ".zip") else {
            _ = refuse(.file)
            return
        }
        version = file.lowerBound..<file.upperBound - (isInfo ? 5 : 4)
        if let fault = Self.versionFault(path, version) {
            _ = refuse(fault)
        } else if ModuleVersion.isCanonical(path, version) || isEscapedCanonical(path) {
            kind = isInfo ? .info : isMod ? .mod : .zip
        } else if isInfo {
            kind = .query
        } else {
            _ = refuse(.notCanonical)
        }
    }

    /// Versions may have capitals in their pre-release, which are encoded: rare enough to be copied.
    private func isEscapedCanonical(_ path: ByteSpan) -> Bool {
        guard version.contains(where: { path[$0] == UInt8(ascii: "!") }) else { return false }
        let plain = Array(ModuleEscape.decoded(path, version).utf8)
        return ModuleVersion.isCanonical(plain.span, plain.indices)
    }

    private static func versionFault(_ path: ByteSpan, _ version: Range<Int>) -> ModulePathFault? {
        if version.isEmpty || path.holds("latest", in: version) || path.holds("upgrade", in: version)
            || path.holds("patch", in: version)
        {
            return .version
        }
        for index in version {
            let byte = path[index]
            if byte == UInt8(ascii: "/") || byte < 0x20 || byte == 0x7f { return .version }
        }
        return ModuleEscape.isEncoded(path, version) ? nil : .version
    }

    /// Where the first element begins that can begin a module: a host name.
    private static func moduleStart(_ path: ByteSpan, _ range: Range<Int>) -> Int? {
        var start = range.lowerBound
        var hasDot = false
        var isHost = true
        for index in range.lowerBound...range.upperBound {
            if index == range.upperBound || path[index] == UInt8(ascii: "/") {
                if isHost, hasDot, path[start] != UInt8(ascii: "-") { return start }
                start = index + 1
                hasDot = false
                isHost = true
                continue
            }
            let byte = path[index]
            if byte == UInt8(ascii: ".") {
                hasDot = true
            } else if !ModuleEscape.isLower(byte), !ModuleEscape.isDigit(byte), byte != UInt8(ascii: "-") {
                isHost = false
            }
        }
        return nil
    }

    /// What is wrong with a module path; its first element was checked by `moduleStart`.
    private static func moduleFault(_ path: ByteSpan, _ module: Range<Int>) -> ModulePathFault? {
        var previous = UInt8(ascii: "/")
        var isWrong = false
        for index in module {
            let byte = path[index]
            if isPlain(byte) && previous != UInt8(ascii: "!") || ModuleEscape.isLower(byte) {
                previous = byte
                continue
            }
            // Badly written comes before not allowed, wherever each is.
            if ModuleEscape.isUpper(byte) || previous == UInt8(ascii: "!") { return .moduleEscape }
            switch byte {
            case UInt8(ascii: "/"):
                if previous == UInt8(ascii: "/") || previous == UInt8(ascii: ".") { isWrong = true }
            case UInt8(ascii: "."):
                if previous == UInt8(ascii: "/") { isWrong = true }
            case UInt8(ascii: "!"): break
            default: isWrong = true
            }
            previous = byte
        }
        if previous == UInt8(ascii: "!") { return .moduleEscape }
        let isCut = previous == UInt8(ascii: "/") || previous == UInt8(ascii: ".")
        return isWrong || isCut ? .modulePath : nil
    }

    /// Lower-case letters, digits, `-`, `_` and `~`, as bits of two words: nearly all bytes of a module.
    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        let low: UInt64 = 0x03ff_2000_0000_0000
        let high: UInt64 = 0x47ff_fffe_8000_0000
        if byte < 64 { return low >> UInt64(byte) & 1 == 1 }
        return byte < 128 && high >> UInt64(byte &- 64) & 1 == 1
    }

    /// Whether no module can have this path, since repositories of its host lie deeper: the go command asks
    /// for every prefix of an import path, and "not found" is the healthy answer.
    func isAboveModules(_ path: ByteSpan) -> Bool {
        var slashes = 0
        var host = module
        for index in module where path[index] == UInt8(ascii: "/") {
            if slashes == 0 { host = module.lowerBound..<index }
            slashes += 1
        }
        guard slashes > 0 else { return true }
        return slashes == 1
            && (path.holds("github.com", in: host) || path.holds("gitlab.com", in: host)
                || path.holds("bitbucket.org", in: host) || path.holds("codeberg.org", in: host)
                || path.holds("gitee.com", in: host))
    }

    // MARK: Checksum databases

    /// Looks for `/sumdb/NAME/…` in the rest of a path.
    private mutating func findSumDB(_ path: ByteSpan, _ rest: Range<Int>, in range: Range<Int>) -> Bool {
        var index = rest.lowerBound
        while index + 7 < range.upperBound {
            defer { index += 1 }
            guard path[index] == UInt8(ascii: "/"), path.holds("/sumdb/", in: index..<index + 7) else {
                continue
            }
            let start = index + 7
            var elements = PathElements(path, start..<range.upperBound)
            guard let host = elements.next(), host.contains(where: { path[$0] == UInt8(ascii: ".") }) else {
                continue
            }
            // The name may go on after the host.
            var end = host.upperBound
            while end < range.upperBound {
                if readSumDB(path, end + 1..<range.upperBound, name: start..<end) {
                    base = range.lowerBound..<index
                    return true
                }
                guard let element = elements.next(), element.first.map({ path[$0] }) != UInt8(ascii: "@")
                else { break }
                end = element.upperBound
            }
        }
        return false
    }

    /// Reads what follows a database's name; false when it is nothing of the protocol.
    private mutating func readSumDB(_ path: ByteSpan, _ rest: Range<Int>, name: Range<Int>) -> Bool {
        if path.holds("supported", in: rest) {
            kind = .sumdbSupported
        } else if path.holds("latest", in: rest) {
            kind = .sumdbLatest
        } else if path.begins(rest, with: "lookup/") {
            readLookup(path, rest.lowerBound + 7..<rest.upperBound)
        } else if path.begins(rest, with: "tile/") {
            tile = rest.lowerBound + 5..<rest.upperBound
            kind = .sumdbTile
            if ChecksumTile(path, tile) == nil { _ = refuse(.sumdb) }
        } else {
            return false
        }
        sumdb = name
        return true
    }

    private mutating func readLookup(_ path: ByteSpan, _ record: Range<Int>) {
        guard let at = record.last(where: { path[$0] == UInt8(ascii: "@") }) else {
            _ = refuse(.sumdb)
            return
        }
        module = record.lowerBound..<at
        version = at + 1..<record.upperBound
        let fault =
            Self.moduleStart(path, module) == module.lowerBound
            ? Self.moduleFault(path, module) : .modulePath
        if let fault {
            _ = refuse(fault)
        } else if Self.versionFault(path, version) != nil {
            _ = refuse(.version)
        } else if ModuleVersion.isCanonical(path, version) || isEscapedCanonical(path) {
            kind = .sumdbLookup
        } else {
            _ = refuse(.notCanonical)
        }
    }
}
