/// The columns of one kind of lag: data formats always have them, people see them when they ask for it.
struct LagDetails {
    let isShown: Bool
    let zone: TimeZoneRules

    func columns(_ measure: LagMeasure) -> [LagColumn] {
        switch measure {
        case .arrival: arrival
        case .skew: skew
        case .heartbeat: heartbeat
        case .edge: edge
        case .visibility: visibility
        case .list: list
        case .age: age
        case .sync: sync
        case .config: config
        case .serial: serial
        case .queue: queue
        }
    }

    // MARK: Columns

    private func shown(_ title: String?) -> String? { isShown ? title : nil }

    private func time(
        _ key: String, _ title: String? = nil, _ nanos: @escaping (NodeLag) -> Int64?
    ) -> LagColumn {
        LagColumn(key, shown(title), right: true) { row in nanos(row).map { .duration($0) } ?? .missing }
    }

    private func count(
        _ key: String, _ title: String? = nil, _ number: @escaping (NodeLag) -> Int?
    ) -> LagColumn {
        LagColumn(key, shown(title), right: true) { row in
            number(row).map { .integer(Int64($0)) } ?? .missing
        }
    }

    private func text(
        _ key: String, _ title: String? = nil, fit: ResultColumn.Fit = .fixed,
        _ cell: @escaping (NodeLag) -> ResultCell?
    ) -> LagColumn {
        LagColumn(key, shown(title), fit: fit) { cell($0) ?? .missing }
    }

    /// The value that has a limit, marked where it is beyond.
    private func marked(_ measure: LagMeasure, _ title: String) -> LagColumn {
        var column = LagColumn.summary(measure)
        column.column.title = shown(title)
        column.column.fit = .fixed
        return column
    }

    // MARK: Kinds

    private var arrival: [LagColumn] {
        [
            time("arrival_p50_ms", "P50") { $0.arrival?.p50Nanos }, marked(.arrival, "P95"),
            time("arrival_p95_ms") { $0.arrival?.p95Nanos },
            time("arrival_excess_ms", "EXCESS") { $0.arrival?.excessNanos },
            count("arrival_spans", "SPANS") { $0.arrival?.spans },
        ]
    }

    private var skew: [LagColumn] {
        [
            marked(.skew, "SKEW"), time("skew_ms") { $0.clock?.offsetNanos },
            time("skew_error_ms", "±") { $0.clock?.basis == .pairs ? $0.clock?.errorNanos : nil },
            text("skew_basis", "SHOWN BY") { row in row.clock.map { .identifier($0.basis.rawValue) } },
            text("skew_steady", "STEADY") { row in row.clock.map { .structured(.bool($0.isSteady)) } },
            text("clock_or_link") { .structured(.bool($0.isClockOrLink)) },
        ]
    }

    private var heartbeat: [LagColumn] {
        [
            text("state") { row in row.heartbeat.map { .identifier($0.state.rawValue) } },
            marked(.heartbeat, "SILENT"), time("silence_ms") { $0.heartbeat?.silenceNanos },
            time("interval_ms", "INTERVAL") { $0.heartbeat?.intervalNanos },
            text("last_seen", "LAST SEEN (\(zone.label))") { row in
                row.heartbeat.map { .time($0.lastSeen) }
            },
        ]
    }

    private var edge: [LagColumn] {
        [
            time("edge_p50_ms", "P50") { $0.edge?.p50Nanos }, marked(.edge, "P95"),
            time("edge_p95_ms") { $0.edge?.p95Nanos },
            count("edge_requests", "REQUESTS") { $0.edge?.requests },
            text("edge_pairing", "PAIRED BY") { row in
                row.edge.map { .identifier($0.isByTime ? "time" : "trace") }
            },
        ]
    }

    private var visibility: [LagColumn] {
        [
            time("visibility_after_ms") { $0.visibility?.worst?.lowerNanos },
            time("visibility_upto_ms") { $0.visibility?.worst?.upperNanos },
            text("visibility_module") { row in row.visibility?.worst.map { .text($0.module.module) } },
            text("visibility_version") { row in
                row.visibility?.worst?.module.version.map { .text($0) }
            },
            count("visibility_confirmed") { $0.visibility?.confirmed },
            count("visibility_censored") { $0.visibility?.censored },
            time("visibility_censored_ms") { $0.visibility?.censoredNanos },
            count("visibility_missing") { $0.visibility?.missing },
        ]
    }

    private var list: [LagColumn] {
        [
            marked(.list, "LIST"), time("list_ms") { $0.list?.worstNanos },
            count("list_flaps", "FLAPS") { $0.list?.flaps },
            text("list_module", "MODULE", fit: .elastic) { row in row.list?.module.map { .text($0) } },
        ]
    }

    private var age: [LagColumn] {
        [
            marked(.age, "BEYOND"), time("age_excess_ms") { $0.age?.worstNanos },
            count("age_too_old", "TOO OLD") { $0.age?.tooOld },
            count("age_answers", "ANSWERS") { $0.age?.answers },
        ]
    }

    private var sync: [LagColumn] {
        [
            marked(.sync, "SYNC"), time("sync_lag_ms") { $0.sync?.nanos },
            time("sync_interval_ms", "INTERVAL") { $0.sync?.intervalNanos },
        ]
    }

    private var config: [LagColumn] {
        [
            marked(.config, "CONFIG"),
            text("config_version", "VERSION", fit: .elastic) { row in
                row.config?.version.map { .text($0) }
            },
            time("config_age_ms", "AGE") { $0.config?.ageNanos },
            time("config_adoption_ms", "ADOPTED AFTER") { $0.config?.adoptionNanos },
            time("config_behind_ms") { $0.config?.behindNanos },
            text("config_unknown") { row in row.config.map { .structured(.bool($0.isUnknown)) } },
        ]
    }

    private var serial: [LagColumn] {
        [marked(.serial, "SERIAL"), text("serial_behind") { row in row.serial.map { .integer($0) } }]
    }

    private var queue: [LagColumn] {
        [
            time("queue_p50_ms", "P50") { $0.queue?.p50Nanos }, marked(.queue, "P95"),
            time("queue_p95_ms") { $0.queue?.p95Nanos },
            count("queue_requests", "REQUESTS") { $0.queue?.requests },
        ]
    }
}
