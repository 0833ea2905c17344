/// A machine that runs the go command: a developer's, or a runner of continuous integration.
struct Client: Hashable, Sendable {
    let region: Region
    /// Public address, as the edge sees it.
    let address: String
    let userAgent: String
    /// `1.1` or `2.0`: the go command speaks HTTP/2 wherever TLS offers it.
    let httpVersion: String
    /// Whether the client keeps its checksums in go.sum already and so asks the sum database for none.
    let hasChecksums: Bool
    /// Bytes a millisecond that the client's connection takes.
    let bytesPerMillisecond: Double
    /// The edge node that the client's resolver gives it.
    let edge: FleetNode

    /// A number by chance that is always the same for an address: FNV-1a.
    var lot: UInt64 {
        address.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// A client of some region of the fleet.
    init(ordinal: Int, fleet: Fleet, using generator: inout SeededGenerator) {
        region = fleet.regions[generator.index(below: fleet.regions.count)]
        let candidates = fleet.edges(in: region)
        edge = candidates[generator.index(below: candidates.count)]
        // 198.18.0.0/15 belongs to nobody: it is kept for tests of network devices.
        address = "198.18.\(region.octet + ordinal / 250).\(1 + ordinal % 250)"
        let isOldNetwork = generator.chance(0.08)
        httpVersion = isOldNetwork ? "1.1" : "2.0"
        userAgent =
            generator.chance(0.35)
            ? "GoCommand/1 (+https://go.dev/cmd/go)" : "Go-http-client/\(httpVersion)"
        hasChecksums = generator.chance(0.55)
        bytesPerMillisecond = generator.logNormal(median: 60_000, sigma: 0.6)
    }

    /// A client of an edge node that no other client shares its address with.
    ///
    /// - Parameter ordinal: below 128,000; tells the client's address.
    init(ordinal: Int, edge: FleetNode, using generator: inout SeededGenerator) {
        region = edge.region
        self.edge = edge
        address = "198.\(19 - ordinal / 64_000 % 2).\(ordinal / 250 % 256).\(1 + ordinal % 250)"
        let isOldNetwork = generator.chance(0.08)
        httpVersion = isOldNetwork ? "1.1" : "2.0"
        userAgent =
            generator.chance(0.35)
            ? "GoCommand/1 (+https://go.dev/cmd/go)" : "Go-http-client/\(httpVersion)"
        hasChecksums = generator.chance(0.55)
        bytesPerMillisecond = generator.logNormal(median: 60_000, sigma: 0.6)
    }

    /// A client of an edge node that belongs to nobody's builds: each has an address of its own.
    ///
    /// - Parameter stranger: tells the client's address.
    init(stranger ordinal: Int, edge: FleetNode) {
        region = edge.region
        self.edge = edge
        // 2001:db8::/32 is that of documentation.
        address =
            "2001:db8::" + String(1 + ordinal / 65_536, radix: 16) + ":" + String(ordinal % 65_536, radix: 16)
        httpVersion = "1.1"
        userAgent = "python-requests/2.32.4"
        hasChecksums = true
        bytesPerMillisecond = 60_000
    }
}
