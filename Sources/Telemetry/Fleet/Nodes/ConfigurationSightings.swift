import OTLPModel

/// Which configurations nodes ran, and when, as their resources say it.
struct ConfigurationSightings: Sendable {
    /// From when to when something said so, by the node's clock.
    struct Seen: Sendable {
        var first: UInt64
        var last: UInt64
    }

    private(set) var seen: [UInt32: [String: Seen]] = [:]

    /// What a resource says: the versions of its configuration and of its model; empty when it says none.
    static func version(_ resource: Resource) -> String {
        ["edge.config.version", "edge.model.version"].compactMap { resource.attributes.string(of: $0) }
            .filter { !$0.isEmpty }.joined(separator: " / ")
    }

    mutating func add(_ version: String, node: UInt32, at time: UInt64) {
        guard !version.isEmpty else { return }
        add(version, node: node, Seen(first: time, last: time))
    }

    private mutating func add(_ version: String, node: UInt32, _ more: Seen) {
        var known = seen[node, default: [:]][version] ?? more
        known.first = min(known.first, more.first)
        known.last = max(known.last, more.last)
        seen[node, default: [:]][version] = known
    }

    mutating func merge(_ other: ConfigurationSightings) {
        for (node, versions) in other.seen {
            for (version, more) in versions { add(version, node: node, more) }
        }
    }

    /// Takes in the spans of a segment that start in a window. Reads before anything changes.
    mutating func add(_ segment: SegmentExchanges, _ window: TimeWindow) throws(StoreError) {
        let versions = try segment.view.origins().map { Self.version($0.resource) }
        guard versions.contains(where: { !$0.isEmpty }) else { return }
        let origins = try segment.view.originIndexes()
        // Spans of one origin and node mostly follow each other; few pairs are left for the texts.
        var found: [UInt64: Seen] = [:]
        for row in origins.indices where !versions[Int(origins[row])].isEmpty {
            let time = segment.starts[row]
            guard window.contains(UnixNanos(clamping: time)) else { continue }
            let key = UInt64(segment.nodes[row]) << 32 | UInt64(origins[row])
            if var known = found[key] {
                guard time < known.first || time > known.last else { continue }
                known.first = min(known.first, time)
                known.last = max(known.last, time)
                found[key] = known
            } else {
                found[key] = Seen(first: time, last: time)
            }
        }
        for (key, more) in found {
            add(versions[Int(key & 0xffff_ffff)], node: UInt32(key >> 32), more)
        }
    }
}
