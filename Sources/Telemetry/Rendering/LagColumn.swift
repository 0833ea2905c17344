/// A column of `traceq lag`, with what it shows of a node.
struct LagColumn {
    var column: ResultColumn
    var cell: (NodeLag) -> ResultCell

    /// All columns: data formats have each of them, people see those of the measures that say something.
    static func all(_ result: FleetLagResult, only: LagMeasure?, zone: TimeZoneRules) -> [LagColumn] {
        let isWide = only == nil
        let shared = SharedNames(result.nodes.lazy.map(\.node))
        var columns = [
            LagColumn(nil, "NODE", fit: .elastic) { .text(shared.label($0.node)) },
            LagColumn("node", nil) { .text($0.node.identity.name) },
            LagColumn("node_source", nil) { .identifier($0.node.identity.source.rawValue) },
            LagColumn("role", "ROLE", fit: .spare(1)) { row in
                row.node.role.map { .identifier($0.rawValue) } ?? .missing
            },
            LagColumn("region", isWide ? nil : "REGION", fit: .spare(0)) { row in
                row.node.region.map { .text($0) } ?? .missing
            },
            LagColumn("software", nil) { row in
                row.node.software.map { .identifier($0.rawValue) } ?? .missing
            },
            LagColumn("service", nil) { .text($0.node.service) },
        ]
        for measure in LagMeasure.allCases {
            if isWide, result.says(measure) { columns.append(summary(measure)) }
            columns += LagDetails(isShown: only == measure, zone: zone).columns(measure)
        }
        return columns
    }

    init(
        _ key: String?, _ title: String?, fit: ResultColumn.Fit = .fixed, right: Bool = false,
        _ cell: @escaping (NodeLag) -> ResultCell
    ) {
        column = ResultColumn(key: key, title: title, fit: fit, alignsRight: right)
        self.cell = cell
    }

    // MARK: All measures beside each other

    /// A measure in one column, marked where it is beyond its limit.
    static func summary(_ measure: LagMeasure) -> LagColumn {
        let (title, fit) = heading(measure)
        return LagColumn(nil, title, fit: fit, right: true) { row in
            guard let words = words(measure, row) else { return .missing }
            return (row.alarm(measure)?.level ?? .fine) == .fine ? .identifier(words) : .alarm(words)
        }
    }

    private static func heading(_ measure: LagMeasure) -> (String, ResultColumn.Fit) {
        switch measure {
        case .arrival: ("ARRIVAL", .spare(8))
        case .skew: ("SKEW", .fixed)
        case .heartbeat: ("SILENT", .fixed)
        case .edge: ("EDGE", .spare(9))
        case .visibility: ("VISIBLE", .fixed)
        case .list: ("LIST", .spare(7))
        case .age: ("AGE", .spare(4))
        case .sync: ("SYNC", .spare(5))
        case .config: ("CONFIG", .spare(3))
        case .serial: ("SERIAL", .spare(2))
        case .queue: ("QUEUE", .spare(6))
        }
    }

    /// Nil where nothing is known.
    private static func words(_ measure: LagMeasure, _ row: NodeLag) -> String? {
        switch measure {
        case .arrival: row.arrival.map { duration($0.p95Nanos) }
        case .skew: row.clock.map { ResultTable.skewWords($0) } ?? (row.isClockOrLink ? "clock or link" : nil)
        case .heartbeat:
            row.heartbeat.map { heartbeat in
                duration(heartbeat.silenceNanos)
                    + (heartbeat.state == .ok ? "" : " \(heartbeat.state.rawValue)")
            }
        case .edge: row.edge.map { duration($0.p95Nanos) }
        case .visibility:
            row.visibility.map { visibility in
                visibility.worst?.words ?? visibility.censoredNanos.map { "≤ \(duration($0))" } ?? "-"
            }
        case .list: row.list.map { duration($0.worstNanos) }
        case .age: row.age.map { $0.worstNanos > 0 ? "+\(duration($0.worstNanos))" : "ok" }
        case .sync: row.sync.map { duration($0.nanos) }
        case .config:
            row.config.map { config in
                config.isUnknown
                    ? "unknown"
                    : config.behindNanos.map { "behind \(duration($0))" } ?? config.ageNanos.map {
                        duration($0)
                    }
                        ?? "newest"
            }
        case .serial: row.serial.map { HumanUnits.count($0) }
        case .queue: row.queue.map { duration($0.p95Nanos) }
        }
    }

    private static func duration(_ nanos: Int64) -> String { nanos == 0 ? "0 s" : HumanUnits.duration(nanos) }
}
