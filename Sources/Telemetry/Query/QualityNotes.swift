/// What limits an answer, found from what the answer was made of.
enum QualityNotes {
    /// A node is silent when nothing came from it for this long: 120 s, four times the longest interval at
    /// which exporters flush by default.
    static let silenceNanos: Int64 = 120_000_000_000

    static func nodes(of rows: [RequestRow]) -> [QualityNote] { nodeNote(rows.map(\.node)) }

    static func nodes(of spans: [StoredSpan]) -> [QualityNote] { nodeNote(spans.map(\.node)) }

    private static func nodeNote(_ nodes: [NodeIdentity]) -> [QualityNote] {
        let fromPeer = nodes.count { $0.source == .peerAddress }
        guard fromPeer > 0 else { return [] }
        let all = fromPeer == nodes.count ? "all" : "\(fromPeer) of \(nodes.count)"
        return [
            QualityNote(
                code: "node_from_peer",
                message: "node is the peer address for \(all) of these spans: their resource names none; "
                    + "set service.instance.id or host.name in the exporter's resource")
        ]
    }

    /// How far from now a window may end so that silence at its end is news: an hour.
    static let recentNanos: Int64 = 3_600_000_000_000

    /// Nodes that sent spans in the window and then stopped, and the whole database when all of it did.
    /// - Parameters:
    ///   - now: the time of asking; nil for no notes
    ///   - lastDamaged: the last start among spans that cannot be read and are in none of the segments
    static func silence(
        _ segments: [SegmentReference], _ window: TimeWindow, now: UnixNanos?, _ reader: TelemetryReader,
        lastDamaged: UnixNanos?
    ) throws(StoreError) -> [QualityNote] {
        // Who asks about yesterday knows that it is over; what is to come cannot have been sent.
        guard let now, window.until >= now.advanced(byNanos: -recentNanos) else { return [] }
        let end = min(window.until, now)
        let concerned = segments.filter { $0.summary.minStart < window.until }
        let outcome = try ParallelScan.run(concerned, reader.source, makeState: { LastStarts() }) {
            (seen, view, _) throws(StoreError) in try seen.add(view, window)
        }
        reader.note(outcome.damages, costs: "which nodes fell silent is not known")
        let lastSeen = try LastStarts.byNode(outcome.states, reader.source)
        guard let newestRead = lastSeen.values.max() else { return [] }
        let limit = end.advanced(byNanos: -silenceNanos)
        // Who sent what cannot be read is not known, but when: with such spans at the end, nobody is called silent.
        let damaged =
            outcome.damaged.map { concerned[$0].summary.maxStart } + (lastDamaged.map { [$0] } ?? [])
        if let last = damaged.max(), last >= limit { return [] }
        let newest = damaged.reduce(newestRead, max)
        if newest < limit {
            return [
                QualityNote(
                    code: "stale",
                    message:
                        "the newest span of the window is \((end.rawValue - newest.rawValue) / 1_000_000_000) s "
                        + "older than \(end == now ? "now" : "its end"): is telemetry still arriving?")
            ]
        }
        let silent = lastSeen.filter { $0.value < limit }.map(\.key.name).sorted()
        guard !silent.isEmpty else { return [] }
        let names = silent.prefix(5).joined(separator: ", ") + (silent.count > 5 ? ", …" : "")
        return [
            QualityNote(
                code: "nodes_silent",
                message: "\(silent.count) of \(lastSeen.count) nodes sent no spans in the last "
                    + "\(silenceNanos / 1_000_000_000) s of the window: \(names)", nodes: silent)
        ]
    }
}
