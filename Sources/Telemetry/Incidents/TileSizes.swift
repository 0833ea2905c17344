import OTLPModel

/// Which answers with full tiles of a checksum database have a size that a full one cannot have: each has 256 hashes of 32
/// bytes.
struct TileSizes: Sendable {
    /// Of a full tile, in bytes.
    static let full: UInt64 = 8_192
    /// A tile that is not full has fewer hashes, and each is as long.
    private static let hash: UInt64 = 32
    /// Where buffers and pages end, a body is cut that could be one of a tile that is not full.
    private static let cuts: Set<UInt64> = [512, 1_024, 2_048, 4_096]
    private static let paths = ["url.path", "http.target", "url.full", "http.url"]
    private static let encoding = "http.response.header.content-encoding"

    /// By segment and row.
    private var bad: Set<UInt64> = []

    init() {}

    /// Where a size raises the question, the path says whether the tile is a full one, and a header whether it was compressed.
    init(_ segment: SegmentExchanges) throws(StoreError) {
        let doubtful = segment.exchanges.filter(Self.isDoubtful)
        guard !doubtful.isEmpty else { return }
        let rows = try SegmentRows(segment.view)
        var paths: [CodedRows] = []
        for key in Self.paths {
            if let coded = try rows.coded(.attribute(key)) { paths.append(coded) }
        }
        let encodings = try rows.coded(.attribute(Self.encoding))
        for exchange in doubtful {
            let row = Int(exchange.row)
            if let encodings, encodings.codes[row] != CodedRows.missing {
                let text = SegmentExchanges.labelText(encodings.value(of: encodings.codes[row]))
                guard ["", "-", "identity"].contains(text) else { continue }
            }
            guard let path = paths.first(where: { $0.codes[row] != CodedRows.missing }),
                Self.isFull(path.value(of: path.codes[row]).text)
            else { continue }
            bad.insert(Self.key(exchange))
        }
    }

    func isBad(_ exchange: Exchange) -> Bool { !bad.isEmpty && bad.contains(Self.key(exchange)) }

    mutating func merge(_ other: TileSizes) { bad.formUnion(other.bad) }

    private static func key(_ exchange: Exchange) -> UInt64 {
        UInt64(exchange.segment) << 32 | UInt64(exchange.row)
    }

    private static func isDoubtful(_ exchange: Exchange) -> Bool {
        guard exchange.kind == ModuleKind.sumdbTile.rawValue, exchange.httpStatus == 200,
            exchange.flags.isDisjoint(with: .clientSide), let bytes = exchange.bytes, bytes != full
        else { return false }
        return bytes > full || bytes % hash != 0 || cuts.contains(bytes)
    }

    /// Whether a path or URL is that of a full tile of hashes, as the go command asks for: 8 levels of the tree high.
    private static func isFull(_ path: String) -> Bool {
        guard let found = ModuleRequest(path)?.tile else { return false }
        return found.height == 8 && found.level != nil && found.width == 256
    }
}
