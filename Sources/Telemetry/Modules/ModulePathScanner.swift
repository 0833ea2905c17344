/// Classifies the paths and URLs of requests, one after another, without memory of its own for each.
struct ModulePathScanner {
    /// The path of the last request where it had to be percent-decoded.
    private var plain: [UInt8] = []

    /// What one text says.
    struct Finding {
        var kind: ModuleKind
        /// The module is a path above which none can be: `ModulePathScan.isAboveModules`.
        var isAboveModules = false
        /// Git asks there when the query says so, which may stand in another attribute.
        var isInfoRefs = false
    }

    /// Classifies a URL, a request target or a path; nil for what is none (`""` and `-` mean "no value").
    mutating func scan(_ bytes: ByteSpan, _ range: Range<Int>) -> Finding? {
        read(bytes, range) { Self.finding($0, $1, $2, $3, bytes) }
    }

    /// The same, with what the text asks for.
    /// - Parameter name: becomes the module, and behind `ModuleName.separator` the version or what was asked for in its
    ///   place; nothing where no module is asked for
    mutating func scan(_ bytes: ByteSpan, _ range: Range<Int>, name: inout [UInt8]) -> Finding? {
        name.removeAll(keepingCapacity: true)
        return read(bytes, range) { path, pathRange, scan, url in
            let finding = Self.finding(path, pathRange, scan, url, bytes)
            ModuleRequest.appendName(finding.kind, path, pathRange, scan, url, bytes, to: &name)
            return finding
        }
    }

    private static func finding(
        _ path: ByteSpan, _ pathRange: Range<Int>, _ scan: ModulePathScan, _ url: URLText, _ bytes: ByteSpan
    ) -> Finding {
        let isModule = scan.kind == .list || scan.kind == .latest
        let isInfoRefs = path.ends(pathRange, with: "/info/refs")
        return Finding(
            kind: kind(scan, isInfoRefs, bytes, url),
            isAboveModules: isModule && scan.isAboveModules(path), isInfoRefs: isInfoRefs)
    }

    /// Reads a text and hands over its parts: the percent-decoded path with its scan, and the URL.
    mutating func read<Answer>(
        _ bytes: ByteSpan, _ range: Range<Int>,
        _ use: (ByteSpan, Range<Int>, ModulePathScan, URLText) -> Answer
    ) -> Answer? {
        guard !range.isEmpty, !bytes.holds("-", in: range) else { return nil }
        let url = URLText(bytes, range)
        let isSumDBHost =
            bytes.holds("sum.golang.org", in: url.host) || bytes.holds("sum.golang.google.cn", in: url.host)
        guard url.hasPercent else {
            return use(bytes, url.path, ModulePathScan(bytes, url.path, isSumDBHost: isSumDBHost), url)
        }
        plain.removeAll(keepingCapacity: true)
        URLText.appendPercentDecoded(bytes, url.path, to: &plain)
        return use(
            plain.span, plain.indices, ModulePathScan(plain.span, plain.indices, isSumDBHost: isSumDBHost),
            url)
    }

    private static func kind(
        _ scan: ModulePathScan, _ isInfoRefs: Bool, _ bytes: ByteSpan, _ url: URLText
    ) -> ModuleKind {
        guard !url.query.isEmpty else { return scan.kind }
        return QueryFinding(bytes, url.query).refine(scan.kind, isInfoRefs: isInfoRefs)
    }
}

/// What the query of a request adds to its path.
struct QueryFinding: Hashable {
    /// `go-get=1`: the go command looks for the repository of a module.
    var isGoGet: Bool
    /// Git's first request, over `…/info/refs`.
    var isGitService: Bool

    init(_ bytes: ByteSpan, _ query: Range<Int>) {
        isGoGet = URLText.query(bytes, query, has: "go-get=1")
        isGitService =
            URLText.query(bytes, query, has: "service=git-upload-pack")
            || URLText.query(bytes, query, has: "service=git-receive-pack")
    }

    func refine(_ kind: ModuleKind, isInfoRefs: Bool) -> ModuleKind {
        if isGoGet { return .goGetMeta }
        return isGitService && isInfoRefs ? .vcs : kind
    }
}
