import Telemetry

extension CollectorReport {
    /// What `status` prints: whether it works first, then what came, then what there is.
    func text(_ output: ReportOutput) -> String {
        var lines: [String] = []
        lines += verdictLines(output)
        lines.append("")
        lines += table(acceptedTable, output, otherwise: "nothing was accepted yet")
        if !refusedRows.isEmpty { lines += [""] + table(refusedTable, output, otherwise: "") }
        lines += [""] + gaugeLines(output)
        if !counters.sources.isEmpty { lines += [""] + table(sourceTable, output, otherwise: "") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func verdictLines(_ output: ReportOutput) -> [String] {
        let word = readiness.isReady ? "READY" : readiness.isHealthy ? "NOT READY" : "FAILING"
        let up = "up \(HumanUnits.duration(upNanos)), since \(startedAt.rfc3339.prefix(19))Z"
        let mark = readiness.isReady ? word : output.style.marked(word)
        let verdict = LineWrap.lines("\(word)  traceq-collector \(version), \(up)", width: output.width)
        let marked = [mark + (verdict.first ?? "").dropFirst(word.count)] + verdict.dropFirst()
        return marked
            + readiness.reasons.flatMap {
                LineWrap.lines("  " + DisplayText.escaped($0), width: output.width)
            }
    }

    private var acceptedTable: ResultTable {
        let rows = acceptedRows
        return ResultTable(
            schema: "traceq.status/1",
            columns: [
                ResultColumn(key: "signal", title: "ACCEPTED"),
                ResultColumn(key: "protocol", title: "BY"),
                ResultColumn(key: "requests", title: "REQUESTS", fit: .spare(1), alignsRight: true),
                ResultColumn(key: "items", title: "ITEMS", alignsRight: true),
                ResultColumn(key: "repeated", title: "REPEATED", alignsRight: true),
                ResultColumn(key: "rejected", title: "REJECTED", alignsRight: true),
                ResultColumn(key: "bytes", title: "BODIES", fit: .spare(0), alignsRight: true),
            ],
            rowCount: rows.count,
            row: { index in
                let (way, accepted) = rows[index]
                return [
                    .identifier(way.signal.name), .identifier(way.protocolName),
                    .integer(Int64(accepted.requests)), .integer(Int64(accepted.items)),
                    .integer(Int64(accepted.repeatedRequests)), .integer(Int64(accepted.rejectedItems)),
                    .identifier(HumanUnits.bytes(Int64(accepted.bodyBytes))),
                ]
            })
    }

    private var refusedTable: ResultTable {
        let rows = refusedRows
        return ResultTable(
            schema: "traceq.status/1",
            columns: [
                ResultColumn(key: "reason", title: "REFUSED FOR"),
                ResultColumn(key: "protocol", title: "BY"),
                ResultColumn(key: "count", title: "COUNT", alignsRight: true),
            ],
            rowCount: rows.count,
            row: { index in
                [
                    .identifier(rows[index].refused.reason), .identifier(rows[index].refused.protocolName),
                    .integer(Int64(rows[index].count)),
                ]
            })
    }

    /// How many sources `status` lists: those that sent most.
    static let listedSourcesMax = 10

    private var sourceTable: ResultTable {
        let all = counters.sources.sorted { ($1.value.items, $0.key) < ($0.value.items, $1.key) }
        let rows = Array(all.prefix(Self.listedSourcesMax))
        let summary =
            all.count > rows.count
            ? ["the \(rows.count) of \(all.count) sources that sent most; all of them: /metrics"] : []
        return ResultTable(
            schema: "traceq.status/1",
            columns: [
                ResultColumn(key: "source", title: "SOURCE", fit: .elastic),
                ResultColumn(key: "requests", title: "REQUESTS", fit: .spare(1), alignsRight: true),
                ResultColumn(key: "items", title: "ITEMS", alignsRight: true),
                ResultColumn(key: "rejected", title: "REJECTED", alignsRight: true),
                ResultColumn(key: "refused", title: "REFUSED", alignsRight: true),
                ResultColumn(key: "bytes", title: "BODIES", fit: .spare(0), alignsRight: true),
            ],
            rowCount: rows.count,
            row: { index in
                let (name, counts) = rows[index]
                return [
                    .text(name), .integer(Int64(counts.requests)), .integer(Int64(counts.items)),
                    .integer(Int64(counts.rejectedItems)), .integer(Int64(counts.refusals)),
                    .identifier(HumanUnits.bytes(Int64(counts.bodyBytes))),
                ]
            }, summary: summary)
    }

    private func table(_ table: ResultTable, _ output: ReportOutput, otherwise: String) -> [String] {
        guard table.rowCount > 0 else { return otherwise.isEmpty ? [] : [otherwise] }
        var text = ""
        var nothing = ""
        var buffer = OutputBuffer { text += $0 }
        var diagnostics = OutputBuffer { nothing += $0 }
        table.write(as: .table, style: output.style, to: &buffer, diagnostics: &diagnostics)
        buffer.flush()
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// One line a subject: its name, and what there is to say of it.
    private func gaugeLines(_ output: ReportOutput) -> [String] {
        var rows: [(String, String)] = []
        for listener in listeners { rows.append((listener.protocolName, listener.address)) }
        rows.append(
            (
                "connections",
                "\(HumanUnits.count(Int64(connections))) of \(HumanUnits.count(Int64(connectionsMax)))"
            ))
        rows.append(("requests hold", part(inFlightBytes, of: inFlightBytesMax)))
        rows.append(("queue", part(store.queueBytes, of: store.queueBytesMax)))
        rows.append(("stored", stored))
        rows.append(("answers", quantiles(counters.answerTime)))
        rows.append(
            (
                "commits",
                quantiles(store.commits) + (store.failedCommits > 0 ? ", \(store.failedCommits) failed" : "")
            ))
        rows.append(
            (
                "segments",
                "\(HumanUnits.count(store.sealedSegments, "segment")) of "
                    + "\(HumanUnits.count(Int64(store.sealedItems.total))) items sealed, "
                    + "\(HumanUnits.count(Int64(store.mergedSegments))) merged, "
                    + "\(HumanUnits.count(Int64(store.expiredSegments))) expired"
            ))
        let limit = store.databaseBytesMax.map { " of \(HumanUnits.bytes($0))" } ?? ""
        rows.append(
            (
                "database",
                "\(HumanUnits.bytes(store.databaseBytes))\(limit), log \(HumanUnits.bytes(store.logBytes))"
                    + (store.freeBytes.map { ", \(HumanUnits.bytes($0)) free on the disk" } ?? "")
            ))
        rows.append(("", DisplayText.escaped(store.path)))
        let memory = process.residentBytes.map { HumanUnits.bytes(Int64($0)) } ?? "-"
        let cpu = process.cpuSeconds.map { HumanUnits.duration(Int64($0 * 1e9)) } ?? "-"
        rows.append(
            ("process", "\(memory) of memory, \(cpu) of CPU time, \(process.openFiles ?? 0) open files"))
        let indent = (rows.map(\.0.count).max() ?? 0) + 2
        return rows.flatMap { name, value in
            let lines = LineWrap.lines(value, width: output.width.map { max(20, $0 - indent) })
            return lines.enumerated().map { number, line in
                let name = number == 0 ? name : ""
                return name + String(repeating: " ", count: indent - name.count) + line
            }
        }
    }

    /// What is stored of all that was accepted: a span or point that comes once more in another request is stored once,
    /// which shows when it is sealed.
    private var stored: String {
        let left = Self.words(duplicateItems)
        let waiting = Self.words(uncomparedItems)
        return HumanUnits.count(storedItems, "item")
            + (left.isEmpty ? "" : "; \(left) that came again in other requests left out")
            + (waiting.isEmpty ? "" : "; \(waiting) not compared yet")
    }

    /// "4 spans and 1 point"; nothing where there are none.
    private static func words(_ counts: PerSignal<Int>) -> String {
        [(Signal.traces, "span"), (.metrics, "point"), (.logs, "log record")]
            .filter { counts[$0.0] > 0 }
            .map { HumanUnits.count(counts[$0.0], $0.1) }
            .joined(separator: " and ")
    }

    private func part(_ value: Int, of limit: Int) -> String {
        "\(HumanUnits.bytes(Int64(value))) of \(HumanUnits.bytes(Int64(limit)))"
    }

    private func quantiles(_ snapshot: LatencyHistogram.Snapshot) -> String {
        let count = HumanUnits.count(Int64(snapshot.count))
        guard snapshot.count > 0 else { return count }
        func most(_ part: Double) -> String {
            snapshot.quantileNanos(part).map { "at most " + HumanUnits.duration($0) } ?? "more than 10 s"
        }
        return "\(count): half of them took \(most(0.5)), 99 % \(most(0.99))"
    }
}

extension RenderStyle {
    /// Text that says that something is wrong.
    func marked(_ text: String) -> String { colour ? "\u{1b}[31m\(text)\u{1b}[0m" : text }
}
