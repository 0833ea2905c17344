extension ResultTable {
    /// What `traceq prewarm` found.
    package static func prewarm(
        _ result: FleetPrewarmResult, _ query: FleetPrewarmQuery, zone: TimeZoneRules
    ) -> ResultTable {
        var notes = result.notes
        if result.incomparable > 0 {
            notes.append(
                QualityNote(
                    code: "no_hits",
                    message:
                        "of \(HumanUnits.count(Int64(result.incomparable))) misses it is not known what a "
                        + "hit would have taken, as there were less than \(TypicalHits.hitsMin) of their kind: they "
                        + "save nothing here"))
        }
        return ResultTable(
            schema: "traceq.prewarm/1", window: query.window, columns: prewarmColumns(zone: zone),
            rowCount: result.versions.count,
            row: { prewarmCells(result.versions[$0], all: result.clientNanos) },
            notes: notes + result.quality.notes(isAboutCaches: true, isAboutClients: true),
            summary: prewarmSummary(result),
            members: [
                JSONMember("totals", prewarmTotals(result)), JSONMember("quality", result.quality.json),
            ])
    }

    private static func prewarmTotals(_ result: FleetPrewarmResult) -> JSONNode {
        .object([
            JSONMember("versions", .integer(Int64(result.versionCount))),
            JSONMember("file_requests", .integer(Int64(result.files))),
            JSONMember("lookups", .integer(Int64(result.lookups))),
            JSONMember("misses", .integer(Int64(result.misses))),
            JSONMember("incomparable_misses", .integer(Int64(result.incomparable))),
            JSONMember("saved_ms", .decimal(HumanUnits.milliseconds(Int64(nanos: result.savedNanos)))),
            JSONMember("client_ms", .decimal(HumanUnits.milliseconds(Int64(nanos: result.clientNanos)))),
        ])
    }

    private static func prewarmColumns(zone: TimeZoneRules) -> [ResultColumn] {
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        return [
            ResultColumn(key: "module", title: "MODULE", fit: .elastic),
            ResultColumn(key: "version", title: "VERSION", fit: .elastic), number("saved_ms", "SAVED"),
            number("share", nil), number(nil, "OF ALL", .spare(3)), number("misses", "MISSES"),
            number("waited_ms", "WAITED", .spare(1)), number("clients", nil),
            number(nil, "CLIENTS", .spare(4)),
            number("nodes", "NODES", .spare(2)),
            ResultColumn(key: "first", title: "FIRST MISS (\(zone.label))", fit: .spare(0)),
        ]
    }

    private static func prewarmCells(_ version: ColdVersion, all: Double) -> [ResultCell] {
        let share = all > 0 ? version.savedNanos / all : 0
        return [
            .text(version.name.module), version.name.version.map { .text($0) } ?? .missing,
            .duration(Int64(nanos: version.savedNanos)), .decimal(share),
            .identifier(tenths(share)), .integer(Int64(version.misses)),
            .duration(Int64(nanos: version.waitedNanos)), .integer(Int64(version.clients)),
            knownCount(version.clients),
            .integer(Int64(version.nodes)), .time(version.first),
        ]
    }

    private static func prewarmSummary(_ result: FleetPrewarmResult) -> [String] {
        guard !result.versions.isEmpty else { return [] }
        func time(_ nanos: Double) -> String { HumanUnits.duration(Int64(nanos: nanos)) }
        let shown = result.versions.reduce(0) { $0 + $1.savedNanos }
        let share = result.clientNanos > 0 ? tenths(shown / result.clientNanos) : "-"
        let hidden = result.versionCount - result.versions.count
        let more =
            hidden > 0
            ? "; all \(HumanUnits.count(Int64(result.versionCount))) would have saved \(time(result.savedNanos)), --limit "
                + "shows more" : ""
        return [
            "had these been in the caches, clients would have waited \(time(shown)) less, \(share) of all their time"
                + more,
            "a miss saves what it took beyond a typical hit of its kind at its node (the median)",
        ]
    }

    /// Why there is nothing to show though there are requests for files.
    package static func nothingToWarm(_ result: FleetPrewarmResult) -> String {
        if result.belowLimit > 0 {
            return
                "nothing to warm: \(HumanUnits.count(result.belowLimit, "version")) would save time, and none as much as "
                + "--min-saved wants"
        }
        let files = HumanUnits.count(result.files, "request")
        if result.lookups == 0 {
            return
                "of none of the \(files) for files in the window it is known what a cache did; docs/exporters.md tells "
                + "how nodes can say it"
        }
        if result.misses == 0 {
            return "nothing to warm: caches answered all of the \(files) for files in the window"
        }
        return
            "nothing to warm: none of \(HumanUnits.count(Int64(result.misses))) misses took longer than a typical hit "
            + "of its kind, or there were too few hits to tell"
    }
}
