/// A request to a Go module proxy, taken apart.
package struct ModuleRequest: Hashable, Sendable {
    package var kind: ModuleKind
    /// Why the kind is `invalid`.
    package var fault: ModulePathFault?
    /// The module, decoded: `github.com/Azure/azure-sdk-for-go`.
    package var module: String?
    /// A canonical version, decoded.
    package var version: String?
    /// What a request of kind `query` asks for: a branch, a commit, a part of a version.
    package var query: String?
    /// Where the proxy is mounted, like `/artifactory/api/go/go-virtual`; empty for a proxy of its own.
    package var basePath = ""
    /// The name of the checksum database.
    package var sumdb: String?
    package var tile: ChecksumTile?

    /// Takes apart a URL, a request target or a path; nil for what is none (`""` and `-` mean "no value").
    package init?(_ text: String) { self.init(bytes: Array(text.utf8)) }

    /// The same for bytes that need not be UTF-8.
    package init?(bytes: [UInt8]) {
        var scanner = ModulePathScanner()
        self.init(bytes.span, bytes.indices, &scanner)
    }

    /// The same for some of many bytes.
    init?(_ bytes: ByteSpan, _ range: Range<Int>, _ scanner: inout ModulePathScanner) {
        guard
            let request = scanner.read(
                bytes, range, { ModuleRequest(path: $0, $1, $2, url: $3, bytes) })
        else { return nil }
        self = request
    }

    private init(
        path: ByteSpan, _ pathRange: Range<Int>, _ scan: ModulePathScan, url: URLText, _ bytes: ByteSpan
    ) {
        let query = QueryFinding(bytes, url.query)
        kind = query.refine(scan.kind, isInfoRefs: path.ends(pathRange, with: "/info/refs"))
        fault = kind == .invalid ? scan.fault : nil
        switch kind {
        case .list, .latest, .info, .query, .mod, .zip:
            addModule(path, scan)
            basePath = Self.text(path, scan.base)
        case .sumdbSupported, .sumdbLatest, .sumdbLookup, .sumdbTile:
            sumdb = Self.text(path, scan.sumdb)
            if scan.sumdb.isEmpty { sumdb = Self.text(bytes, url.host) }
            basePath = Self.text(path, scan.base)
            if kind == .sumdbTile { tile = ChecksumTile(path, scan.tile) }
            if kind == .sumdbLookup { addModule(path, scan) }
        case .goGetMeta:
            // The host is part of the module; a server's path alone does not tell it.
            if !url.host.isEmpty {
                let host = Self.text(bytes, url.host)
                module = host + Self.text(path, pathRange)
                if module?.last == "/" { module?.removeLast() }
            }
        case .index, .vcs, .ops, .invalid, .other: break
        }
    }

    private mutating func addModule(_ path: ByteSpan, _ scan: ModulePathScan) {
        module = ModuleEscape.decoded(path, scan.module)
        guard !scan.version.isEmpty else { return }
        let asked = ModuleEscape.decoded(path, scan.version)
        if kind == .query { query = asked } else { version = asked }
    }

    /// Appends the module, and behind `ModuleName.separator` the version or the query; nothing where there is no module.
    /// The same as from a `ModuleRequest`, without making one: for the many paths of a segment.
    static func appendName(
        _ kind: ModuleKind, _ path: ByteSpan, _ pathRange: Range<Int>, _ scan: ModulePathScan,
        _ url: URLText, _ bytes: ByteSpan, to name: inout [UInt8]
    ) {
        switch kind {
        case .list, .latest, .info, .query, .mod, .zip, .sumdbLookup:
            ModuleEscape.appendDecoded(path, scan.module, to: &name)
            if !scan.version.isEmpty {
                name.append(ModuleName.separator)
                ModuleEscape.appendDecoded(path, scan.version, to: &name)
            }
        case .goGetMeta where !url.host.isEmpty:
            for index in url.host { name.append(bytes[index]) }
            for index in pathRange { name.append(path[index]) }
            if name.last == UInt8(ascii: "/") { name.removeLast() }
        default: return
        }
        // Texts are UTF-8, whatever was sent.
        if name.contains(where: { $0 >= 0x80 }) { name = Array(String(decoding: name, as: UTF8.self).utf8) }
    }

    // MARK: What follows from these

    /// Whether the module is a Go toolchain, 60 to 200 MB large.
    package var isToolchain: Bool { module == "golang.org/toolchain" }

    /// Whether the version stands for a commit that has no tag.
    package var isPseudo: Bool { pseudoTime != nil }

    /// When that commit was made, UTC; nil too when the digits are no time.
    package var commitTime: UnixNanos? { pseudoTime.flatMap(Self.time) }

    /// When the commit was made that a version stands for, UTC; nil for a version that stands for none.
    static func commitTime(ofVersion version: String) -> UnixNanos? {
        let plain = Array(version.utf8)
        guard ModuleVersion.isCanonical(plain.span, plain.indices) else { return nil }
        return ModuleVersion.pseudoTime(plain.span, plain.indices).flatMap { time(plain[$0]) }
    }

    /// The digits of that time.
    private var pseudoTime: ArraySlice<UInt8>? {
        guard let version else { return nil }
        let plain = Array(version.utf8)
        return ModuleVersion.pseudoTime(plain.span, plain.indices).map { plain[$0] }
    }

    /// The time that 14 digits stand for; nil where they are no time.
    private static func time(_ digits: ArraySlice<UInt8>) -> UnixNanos? {
        func number(_ from: Int, _ count: Int) -> Int {
            digits.dropFirst(from).prefix(count).reduce(0) { $0 * 10 + Int($1 & 0x0f) }
        }
        let time = CivilTime(
            year: number(0, 4), month: number(4, 2), day: number(6, 2), hour: number(8, 2),
            minute: number(10, 2), second: number(12, 2))
        guard (1...12).contains(time.month), time.hour < 24, time.minute < 60, time.second < 60,
            (1...CivilTime.daysInMonth(time.month, year: time.year)).contains(time.day)
        else { return nil }
        let (nanos, overflow) = time.secondsFromEpoch.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? nil : UnixNanos(rawValue: nanos)
    }

    private static func text(_ bytes: ByteSpan, _ range: Range<Int>) -> String {
        String(decoding: Array(bytes, range), as: UTF8.self)
    }
}
