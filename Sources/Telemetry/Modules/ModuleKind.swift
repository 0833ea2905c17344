/// What a request asks of a Go module proxy (the GOPROXY protocol of go.dev/ref/mod, the checksum database,
/// and what the go command fetches beside them). The numbers are stored: rollups are keyed by them.
package enum ModuleKind: UInt8, CaseIterable, Sendable {
    /// `@v/list`: the versions of a module.
    case list = 1
    /// `@latest`.
    case latest = 2
    /// `@v/V.info` of a canonical version.
    case info = 3
    /// `@v/Q.info` of anything else: a branch, a commit, a part of a version.
    case query = 4
    /// `@v/V.mod`: the module's go.mod file.
    case mod = 5
    /// `@v/V.zip`: the module's files.
    case zip = 6
    /// Whether the proxy serves a checksum database.
    case sumdbSupported = 7
    /// The latest signed tree of a checksum database.
    case sumdbLatest = 8
    /// The record of one version in a checksum database.
    case sumdbLookup = 9
    /// A part of a checksum database's tree.
    case sumdbTile = 10
    /// The feed of versions in the order in which the proxy first saw them.
    case index = 11
    /// `?go-get=1`: where the repository of a module is.
    case goGetMeta = 12
    /// Git over HTTP, for what no proxy serves.
    case vcs = 13
    /// Health, metrics and other pages for whoever runs the server.
    case ops = 14
    /// The shape of a module request that no proxy can answer.
    case invalid = 15
    /// Anything else.
    case other = 16

    /// Its name in the attribute `goproxy.request.kind`, in answers and in filters.
    package var name: String {
        switch self {
        case .list: "list"
        case .latest: "latest"
        case .info: "info"
        case .query: "query"
        case .mod: "mod"
        case .zip: "zip"
        case .sumdbSupported: "sumdb_supported"
        case .sumdbLatest: "sumdb_latest"
        case .sumdbLookup: "sumdb_lookup"
        case .sumdbTile: "sumdb_tile"
        case .index: "index"
        case .goGetMeta: "go_get_meta"
        case .vcs: "vcs"
        case .ops: "ops"
        case .invalid: "invalid"
        case .other: "other"
        }
    }

    /// A file of one version: it never changes, so a cache that has it need not ask for it again. Hit ratios are about
    /// these only.
    package var isImmutable: Bool { self == .info || self == .mod || self == .zip }

    /// What the go command asks the proxies of `GOPROXY` in turn for. Checksums are asked of who serves them.
    var isAskedInTurn: Bool {
        switch self {
        case .list, .latest, .info, .query, .mod, .zip: true
        case .sumdbSupported, .sumdbLatest, .sumdbLookup, .sumdbTile, .index, .goGetMeta, .vcs, .ops,
            .invalid, .other:
            false
        }
    }

    /// What the go command asks a proxy or a checksum database for; the rest is for whoever runs them, or none of
    /// theirs.
    package var isModuleRequest: Bool {
        switch self {
        case .list, .latest, .info, .query, .mod, .zip, .sumdbSupported, .sumdbLatest, .sumdbLookup,
            .sumdbTile:
            true
        case .index, .goGetMeta, .vcs, .ops, .invalid, .other: false
        }
    }

    /// A request to a checksum database.
    package var isChecksum: Bool {
        switch self {
        case .sumdbSupported, .sumdbLatest, .sumdbLookup, .sumdbTile: true
        default: false
        }
    }

    /// Nil for what is no kind's name.
    package init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }
}
