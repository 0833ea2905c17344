extension ResultTable {
    /// Failures and modules that are named.
    private static let namedMax = 5

    /// What `traceq chain replay` found: a place of the chain a row.
    package static func replay(_ answer: ReplayAnswer, _ query: ReplayQuery) -> ResultTable {
        let result = answer.result
        return ResultTable(
            schema: "traceq.chain_replay/1", window: query.window, columns: replayColumns,
            rowCount: result.stops.count, row: { replayCells(result, $0) },
            notes: answer.notes + replayNotes(answer) + answer.quality.notes(isAboutClients: true),
            summary: replaySummary(answer, query),
            members: [
                JSONMember("goproxy", .string(query.chain.list.shownText)),
                JSONMember("totals", replayTotals(result)), JSONMember("failures", replayFailures(result)),
                JSONMember("comparison", answer.comparison.map(replayComparison) ?? .null),
                JSONMember("quality", answer.quality.json),
            ])
    }

    private static let replayColumns: [ResultColumn] = {
        func number(_ key: String?, _ title: String?, _ fit: ResultColumn.Fit = .fixed) -> ResultColumn {
            ResultColumn(key: key, title: title, fit: fit, alignsRight: true)
        }
        return [
            ResultColumn(key: "place", title: "PLACE", fit: .elastic), number("asked", "ASKED"),
            number("served", "SERVED"), number("served_share", nil), number(nil, "SHARE"),
            number("not_found", "NOT FOUND", .spare(3)), number("failed", "FAILED", .spare(4)),
            number("unknown", "UNKNOWN"), number("p50_ms", "P50", .spare(2)),
            number("p95_ms", "P95", .spare(1)),
        ]
    }()

    private static func replayCells(_ result: ReplayResult, _ index: Int) -> [ResultCell] {
        let stop = result.stops[index]
        func quantile(_ part: Double) -> ResultCell {
            stop.durations.quantile(part).map(ResultCell.duration) ?? .missing
        }
        return [
            .text(stop.source.name), .integer(Int64(stop.asked)), .integer(Int64(stop.served)),
            result.share(of: stop).map { .decimal($0) } ?? .missing,
            .identifier(HumanUnits.percent(stop.served, of: result.served + result.failed)),
            .integer(Int64(stop.notFound)),
            .failures(Int64(stop.failed)),
            .integer(Int64(stop.unknown)), quantile(0.5), quantile(0.95),
        ]
    }

    // MARK: Sentences

    private static func replaySummary(_ answer: ReplayAnswer, _ query: ReplayQuery) -> [String] {
        let result = answer.result
        guard result.wishes > 0 else { return [] }
        let known = result.served + result.failed
        var lines = [
            "along \(DisplayText.escaped(query.chain.list.shownText)) (\(query.listOrigin))",
            "\(HumanUnits.count(result.wishes, "request")): \(HumanUnits.count(Int64(result.served))) served, "
                + "\(HumanUnits.count(Int64(result.failed))) failed, \(HumanUnits.count(Int64(result.unknown))) unknown"
                + (result.unknown > 0 ? ", as a place that would have been asked never was" : ""),
        ]
        if known > 0, result.served > 0 {
            let hops = result.servedByHops.enumerated().filter { $0.element > 0 }.map { hop, count in
                "\(HumanUnits.percent(count, of: result.served)) by the \(ordinal(hop + 1)) place asked"
            }
            lines.append("of those served, " + hops.joined(separator: ", "))
            lines.append(
                "half of what is served takes \(HumanUnits.duration(result.durations.quantile(0.5) ?? 0)) or less, "
                    + "95 % take \(HumanUnits.duration(result.durations.quantile(0.95) ?? 0)) or less")
            let mean = result.addedNanos / Int64(result.served)
            if mean > 0 {
                lines.append(
                    "of that places asked before, in vain, take \(HumanUnits.duration(mean)) in the mean, and up to "
                        + "\(HumanUnits.duration(result.added.quantile(0.95) ?? 0)) for 95 %")
            }
        }
        let failures = result.failuresByCount
        for (failure, count) in failures.prefix(namedMax) {
            let reason =
                failure.source.kind == .off
                ? "off: nobody is asked any more"
                : (failure.answer == .notFound ? "not found" : "an error") + " of "
                    + DisplayText.escaped(failure.source.name)
            lines.append(
                "fails \(HumanUnits.count(count, "time")): \(DisplayText.escaped(failure.request)), \(reason)"
            )
        }
        if failures.count > namedMax {
            lines.append(
                "\(HumanUnits.count(Int64(failures.count - namedMax))) more that fail are in --format json")
        }
        if let comparison = answer.comparison { lines += comparisonLines(comparison) }
        return lines
    }

    private static func comparisonLines(_ found: ReplayComparison) -> [String] {
        guard found.comparable > 0 else {
            return ["nothing can be compared with the baseline: of no request both ends are known"]
        }
        var lines = [
            "against the baseline: of \(HumanUnits.count(found.comparable, "request")) whose ends are both known "
                + "\(HumanUnits.count(Int64(found.gained))) more are served, \(HumanUnits.count(Int64(found.lost))) are lost"
        ]
        if let saving = found.saving {
            let before = found.nanosBefore / Int64(found.servedByBoth)
            let after = found.nanosAfter / Int64(found.servedByBoth)
            let percent = ((saving.magnitude * 1000).rounded() / 10).description + " %"
            lines.append(
                "what both serve takes \(HumanUnits.duration(after)) in the mean and not \(HumanUnits.duration(before)): "
                    + (before == after ? "the same" : percent + (saving > 0 ? " less" : " more")))
        }
        for (move, count) in found.moves.sorted(by: isMoreOften).prefix(namedMax) {
            lines.append(
                "\(HumanUnits.count(count, "request")) of \(DisplayText.escaped(move.from ?? "nobody")) would go to "
                    + DisplayText.escaped(move.to ?? "nobody"))
        }
        for change in found.modulesByChange.prefix(namedMax) where change.lost > 0 || change.gained > 0 {
            lines.append(
                "\(DisplayText.escaped(change.module)): \(HumanUnits.count(Int64(change.lost))) lost, "
                    + "\(HumanUnits.count(Int64(change.gained))) gained")
        }
        return lines
    }

    private static func isMoreOften(
        _ left: (key: ReplayComparison.Move, value: Int), _ right: (key: ReplayComparison.Move, value: Int)
    ) -> Bool {
        if left.value != right.value { return left.value > right.value }
        return (left.key.from ?? "", left.key.to ?? "") < (right.key.from ?? "", right.key.to ?? "")
    }

    private static func ordinal(_ number: Int) -> String {
        let words = ["first", "second", "third", "fourth", "fifth"]
        return number <= words.count ? words[number - 1] : "\(number)th"
    }

    private static func replayNotes(_ answer: ReplayAnswer) -> [QualityNote] {
        var notes: [QualityNote] = []
        if answer.withoutHost > 0 {
            notes.append(
                QualityNote(
                    code: "unknown_host",
                    message: "\(HumanUnits.count(Int64(answer.withoutHost))) of "
                        + "\(HumanUnits.count(answer.requests, "request")) do not say which host was asked: they are wishes, "
                        + "and no answers"))
        }
        let unknown = answer.result.stops.filter { $0.asked == 0 && $0.unknown > 0 }
        for stop in unknown {
            notes.append(
                QualityNote(
                    code: "never_observed",
                    message: stop.source.isDirect
                        ? "what repositories themselves would have said is not recorded"
                        : "\(DisplayText.escaped(stop.source.name)) was not asked for any file that comes to it here; "
                            + (answer.hosts.isEmpty
                                ? "no request says which host it asked"
                                : "hosts that were asked for others: "
                                    + DisplayText.escaped(
                                        answer.hosts.prefix(namedMax).joined(separator: ", ")))))
        }
        return notes
    }

    // MARK: Data

    private static func replayTotals(_ result: ReplayResult) -> JSONNode {
        .object([
            JSONMember("wishes", .integer(Int64(result.wishes))),
            JSONMember("served", .integer(Int64(result.served))),
            JSONMember("failed", .integer(Int64(result.failed))),
            JSONMember("unknown", .integer(Int64(result.unknown))),
            JSONMember("served_by_hops", .array(result.servedByHops.map { .integer(Int64($0)) })),
            JSONMember("total_ms", .decimal(HumanUnits.milliseconds(result.totalNanos))),
            JSONMember("added_ms", .decimal(HumanUnits.milliseconds(result.addedNanos))),
        ])
    }

    private static func replayFailures(_ result: ReplayResult) -> JSONNode {
        .array(
            result.failuresByCount.prefix(100).map { failure, count in
                .object([
                    JSONMember("request", .string(failure.request)),
                    JSONMember("place", .string(failure.source.name)),
                    JSONMember("answer", .string(failure.answer == .notFound ? "not_found" : "failed")),
                    JSONMember("count", .integer(Int64(count))),
                ])
            })
    }

    private static func replayComparison(_ found: ReplayComparison) -> JSONNode {
        let moves = found.moves.sorted(by: isMoreOften).map { move, count in
            JSONNode.object([
                JSONMember("from", move.from.map { .string($0) } ?? .null),
                JSONMember("to", move.to.map { .string($0) } ?? .null),
                JSONMember("count", .integer(Int64(count))),
            ])
        }
        let modules = found.modulesByChange.prefix(100).map { change in
            JSONNode.object([
                JSONMember("module", .string(change.module)),
                JSONMember("wishes", .integer(Int64(change.wishes))),
                JSONMember("gained", .integer(Int64(change.gained))),
                JSONMember("lost", .integer(Int64(change.lost))),
                JSONMember("difference_ms", .decimal(HumanUnits.milliseconds(change.nanos))),
            ])
        }
        return .object([
            JSONMember("comparable", .integer(Int64(found.comparable))),
            JSONMember("served_by_both", .integer(Int64(found.servedByBoth))),
            JSONMember("gained", .integer(Int64(found.gained))),
            JSONMember("lost", .integer(Int64(found.lost))),
            JSONMember("unknown", .integer(Int64(found.unknown))),
            JSONMember("before_ms", .decimal(HumanUnits.milliseconds(found.nanosBefore))),
            JSONMember("after_ms", .decimal(HumanUnits.milliseconds(found.nanosAfter))),
            JSONMember("saving", found.saving.map { .double($0) } ?? .null),
            JSONMember("moves", .array(moves)), JSONMember("modules", .array(Array(modules))),
        ])
    }
}
