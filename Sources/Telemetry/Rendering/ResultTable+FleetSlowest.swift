extension ResultTable {
    /// What `traceq slowest` found among the requests, fetches or sessions of the fleet.
    package static func slowest(
        _ result: FleetSlowestResult, _ query: FleetSlowestQuery, zone: TimeZoneRules
    ) -> ResultTable {
        let rows = result.units
        let words = (request: "request", fetch: "fetch", session: "session")
        let noun =
            switch query.unit {
            case .request: words.request
            case .fetch: words.fetch
            case .session: words.session
            }
        let plural = query.unit == .fetch ? "fetches" : noun + "s"
        let count = rows.count == 1 ? "1 \(noun)" : "\(HumanUnits.count(Int64(rows.count))) \(plural)"
        let shared = SharedNames(rows.lazy.map(\.node))
        return ResultTable(
            schema: "traceq.slowest_\(plural)/1", window: query.window,
            columns: fleetSlowestColumns(
                query.unit, hasTimeouts: rows.contains { $0.timeout != nil }, zone: zone),
            rowCount: rows.count,
            row: { fleetSlowestCells(rows[$0], shared) },
            notes: result.notes + result.quality.notes(isAboutClients: query.unit != .request),
            summary: rows.isEmpty
                ? []
                : [count + order(query.unit) + (result.hasMore ? "; --limit shows more" : "")]
                    + timeoutLines(rows.compactMap(\.timeout)),
            members: [JSONMember("quality", result.quality.json)])
    }

    private static func order(_ unit: SlowestUnit) -> String {
        switch unit {
        case .request: ", slowest first"
        case .fetch: ", longest waited for first"
        case .session: ", longest first"
        }
    }

    private static func fleetSlowestColumns(
        _ unit: SlowestUnit, hasTimeouts: Bool, zone: TimeZoneRules
    ) -> [ResultColumn] {
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        let isRequest = unit == .request
        let isSession = unit == .session
        return [
            ResultColumn(key: "start", title: "START (\(zone.label))", fit: .spare(2)),
            // What they are ranked by stays.
            number("duration_ms", "DURATION", unit == .fetch ? .spare(4) : .fixed),
            number(isRequest ? nil : "waited_ms", isRequest ? nil : "WAITED", isSession ? .spare(4) : .fixed),
            ResultColumn(key: "class", title: "CLASS"),
            ResultColumn(key: nil, title: hasTimeouts ? "TIMEOUT" : nil),
            ResultColumn(key: "timeout", title: nil),
            ResultColumn(key: "stage", title: "STAGE"),
            ResultColumn(key: "stage_share", title: nil),
            ResultColumn(key: nil, title: "SHARE", alignsRight: true),
            ResultColumn(key: "kind", title: isRequest ? "KIND" : nil, fit: .movable),
            ResultColumn(key: "module", title: isSession ? nil : "MODULE", fit: .elastic),
            ResultColumn(key: "version", title: isSession ? nil : "VERSION", fit: .movable),
            ResultColumn(key: "cache_result", title: isRequest ? "CACHE" : nil, fit: .movable),
            ResultColumn(key: "outcome", title: isRequest ? "OUTCOME" : nil, fit: .spare(3)),
            number("http_status", nil),
            number("requests", isRequest ? nil : "REQUESTS", .movable),
            number("fetches", isSession ? "FETCHES" : nil, .movable),
            number("failures", isRequest ? nil : "FAILED", .movable),
            number("bytes", "BYTES", .spare(1)),
            ResultColumn(key: "client", title: isSession ? "CLIENT" : nil, fit: .movable),
            ResultColumn(key: "user_agent", title: nil),
            ResultColumn(key: nil, title: "NODE", fit: .movable), ResultColumn(key: "node", title: nil),
            ResultColumn(key: "node_source", title: nil),
            ResultColumn(key: "region", title: "REGION", fit: .spare(0)),
            ResultColumn(key: "stages", title: nil), ResultColumn(key: "trace_id", title: "TRACE ID"),
        ]
    }

    private static func fleetSlowestCells(_ row: SlowUnit, _ shared: SharedNames) -> [ResultCell] {
        let guilty = row.stages.guilty
        return [
            .time(row.start), .duration(row.durationNanos), .duration(row.waitedNanos),
            row.reason.map { .identifier($0.rawValue) } ?? .missing,
            row.timeout.map { .identifier($0.length) } ?? .missing,
            row.timeout.map { .text($0.text) } ?? .missing,
            guilty.map { .identifier($0.stage.name) } ?? .missing,
            guilty.map { .decimal($0.share) } ?? .missing,
            guilty.map { .identifier(percent($0.share)) } ?? .missing,
            row.kind.map { .identifier($0.name) } ?? .missing,
            row.module.map { .text($0.module) } ?? .missing,
            row.module?.version.map { .text($0) } ?? .missing,
            row.cacheResult == .unknown ? .missing : .identifier(row.cacheResult.name),
            row.outcome.map { $0.isFailure ? .alert($0.name) : .identifier($0.name) } ?? .missing,
            row.httpStatus.map { .integer(Int64($0)) } ?? .missing, .integer(Int64(row.requests)),
            .integer(Int64(row.fetches)),
            .failures(Int64(row.failures)),
            row.bytes.map { .size(Int64(clamping: $0)) } ?? .missing,
            row.client.map { .text($0.address) } ?? .missing,
            row.client.map { .text($0.userAgent) } ?? .missing, .text(shared.label(row.node)),
            .text(row.node.identity.name),
            .identifier(row.node.identity.source.rawValue), row.node.region.map { .text($0) } ?? .missing,
            .structured(stageTimes(row.stages)), .identifier(row.traceID.hex),
        ]
    }

    /// Whose timeouts durations look like, each once.
    private static func timeoutLines(_ found: [TimeoutFingerprint]) -> [String] {
        TimeoutFingerprint.all.filter(found.contains).map { fingerprint in
            let count = found.count { $0 == fingerprint }
            return
                "\(HumanUnits.count(count, "request")) without success took as long as a timeout of \(fingerprint.text)"
        }
    }

    /// Milliseconds by stage, without those that took none.
    static func stageTimes(_ times: StageTimes) -> JSONNode {
        .object(
            Stage.allCases.filter { times[$0] > 0 }.map { stage in
                JSONMember(
                    stage.name + "_ms", .decimal(HumanUnits.milliseconds(Int64(clamping: times[stage]))))
            })
    }

    /// `62 %`
    static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
