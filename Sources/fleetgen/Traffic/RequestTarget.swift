/// What a request asks for; the kinds are those of the GOPROXY protocol.
enum RequestKind: String, CaseIterable, Sendable {
    case list
    case latest
    case info
    /// `.info` of a branch, which a proxy has to resolve upstream each time.
    case query
    case mod
    case zip
    case sumdbSupported = "sumdb-supported"
    case sumdbLookup = "sumdb-lookup"
    case sumdbTile = "sumdb-tile"
    /// The probe that an orchestrator sends to a proxy, past the edge.
    case health

    /// Whether an immutable file of one version is asked for.
    var isVersionFile: Bool { self == .info || self == .mod || self == .zip }

    /// How long an edge keeps the answer, in nanoseconds.
    var edgeLifetimeNanos: UInt64 {
        switch self {
        case .list, .latest, .query: UInt64(seconds: 60)
        case .sumdbSupported: UInt64(seconds: 3_600)
        case .sumdbLookup, .sumdbTile: UInt64(seconds: 86_400)
        case .info, .mod, .zip: UInt64(seconds: 7 * 86_400)
        case .health: 0
        }
    }
}

/// One file of a proxy.
struct RequestTarget: Hashable, Sendable {
    let kind: RequestKind
    /// As the client sends it, capitals written `%21x`.
    let wirePath: String
    /// As a server sees it after percent-decoding, capitals written `!x`.
    let path: String
    /// What the answer's body holds; 0 when there is none.
    let bytes: Int64
    /// Size of the version's zip, which is what fetching the version costs; 0 without a version.
    let zipBytes: Int64
    /// The module and version, for files that a proxy fetches and stores as one.
    let versionKey: String
    /// The module's position in the catalogue: what is popular is more often cached already.
    let popularityRank: Int
    /// False for the path prefixes that `go get` tries although no module may be there.
    let exists: Bool
    /// The module's path with its capitals as they are; empty for what is about no module.
    var modulePath = ""
    /// The version, or what is to be resolved to one; empty where none is asked for.
    var version = ""
}

extension RequestTarget {
    /// A file of a module, `suffix` being what follows the module's path.
    private init(
        _ kind: RequestKind, module: CatalogueModule, rank: Int, suffix: String, wireSuffix: String? = nil,
        bytes: Int64, zipBytes: Int64 = 0, versionKey: String = "", version: String = ""
    ) {
        self.init(
            kind: kind, wirePath: "/\(module.wirePath)\(wireSuffix ?? suffix)",
            path: "/\(module.escapedPath)\(suffix)", bytes: bytes, zipBytes: zipBytes,
            versionKey: versionKey, popularityRank: rank, exists: true, modulePath: module.path,
            version: version)
    }

    /// `.info`, `.mod` or `.zip` of a version.
    static func file(
        _ kind: RequestKind, of version: ModuleVersion, in module: CatalogueModule, rank: Int
    ) -> RequestTarget {
        precondition(kind.isVersionFile, "only .info, .mod and .zip are files of a version")
        let bytes =
            switch kind {
            case .info: version.infoBytes
            case .mod: version.modBytes
            default: version.zipBytes
            }
        let name = CatalogueModule.escape(version.version, marker: "!")
        let wireName = CatalogueModule.escape(version.version, marker: "%21")
        return RequestTarget(
            kind, module: module, rank: rank, suffix: "/@v/\(name).\(kind.rawValue)",
            wireSuffix: "/@v/\(wireName).\(kind.rawValue)", bytes: bytes, zipBytes: version.zipBytes,
            versionKey: "\(module.path)@\(version.version)", version: version.version)
    }

    static func list(of module: CatalogueModule, rank: Int) -> RequestTarget {
        let bytes = module.versions.reduce(Int64(0)) { $0 + Int64($1.version.utf8.count) + 1 }
        return RequestTarget(.list, module: module, rank: rank, suffix: "/@v/list", bytes: bytes)
    }

    static func latest(of module: CatalogueModule, rank: Int) -> RequestTarget {
        RequestTarget(
            .latest, module: module, rank: rank, suffix: "/@latest",
            bytes: module.versions.last?.infoBytes ?? 0)
    }

    static func query(_ branch: String, of module: CatalogueModule, rank: Int) -> RequestTarget {
        RequestTarget(
            .query, module: module, rank: rank, suffix: "/@v/\(branch).info", bytes: 96,
            zipBytes: module.versions.last?.zipBytes ?? 0, versionKey: "\(module.path)@\(branch)",
            version: branch)
    }

    /// The list of a path that is no module: the healthy 404.
    static func probe(_ prefix: String) -> RequestTarget {
        RequestTarget(
            kind: .list, wirePath: "/\(CatalogueModule.escape(prefix, marker: "%21"))/@v/list",
            path: "/\(CatalogueModule.escape(prefix, marker: "!"))/@v/list", bytes: 0, zipBytes: 0,
            versionKey: "", popularityRank: 0, exists: false, modulePath: prefix)
    }

    static func sumdbLookup(_ version: ModuleVersion, of module: CatalogueModule, rank: Int) -> RequestTarget
    {
        let text = "@\(version.version)"
        return RequestTarget(
            kind: .sumdbLookup, wirePath: "/sumdb/sum.golang.org/lookup/\(module.wirePath)\(text)",
            path: "/sumdb/sum.golang.org/lookup/\(module.escapedPath)\(text)",
            bytes: 380 + Int64(2 * module.path.utf8.count), zipBytes: 0, versionKey: "",
            popularityRank: rank, exists: true, modulePath: module.path, version: version.version)
    }

    /// A fixed path that needs no escaping.
    static func fixed(_ kind: RequestKind, path: String, bytes: Int64) -> RequestTarget {
        RequestTarget(
            kind: kind, wirePath: path, path: path, bytes: bytes, zipBytes: 0, versionKey: "",
            popularityRank: 0, exists: true)
    }

    static let sumdbSupported = fixed(
        .sumdbSupported, path: "/sumdb/sum.golang.org/supported", bytes: 0)

    static let health = fixed(.health, path: "/healthz", bytes: 0)

    /// A tile of the sum database's tree; those on the right edge are partial.
    static func sumdbTile(level: Int, number: Int, width: Int) -> RequestTarget {
        func digits(_ number: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, 3 - text.count)) + text
        }
        let partial = width < 256 ? ".p/\(width)" : ""
        return fixed(
            .sumdbTile,
            path: "/sumdb/sum.golang.org/tile/8/\(level)/x\(digits(number / 1_000))/"
                + "\(digits(number % 1_000))\(partial)",
            bytes: Int64(32 * width))
    }
}
