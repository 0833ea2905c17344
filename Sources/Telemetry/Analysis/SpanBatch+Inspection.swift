import OTLPModel

extension TelemetryBatch {
    /// Looks at the first items of the first resources.
    package func inspect() -> [OriginInspection] {
        switch self {
        case .spans(let batch): batch.inspect(as: .traces)
        case .points(let batch): batch.inspect()
        case .logs(let batch): batch.rows.inspect(as: .logs)
        }
    }
}

extension SpanBatch {
    /// - Parameter signal: what the rows are: spans or log records
    fileprivate func inspect(as signal: Signal) -> [OriginInspection] {
        var inspections = (0..<min(resources.count, OriginInspection.resourcesMax)).map { index in
            let resource = ResourceSpans(canonicalBytes: Array(resources[index]))?.resource ?? Resource()
            return OriginInspection(resource, signal: signal, receivedAt: arrival.receivedAt)
        }
        let isOld = columns.keys.map { key in
            key.role == .attribute
                && OriginInspection.oldNames.contains(String(decoding: key.name, as: UTF8.self))
        }
        var slot = 0
        for row in 0..<min(spanCount, OriginInspection.itemsMax) {
            let operation = operations[Int(operationIndexes[row])]
            let layout = layouts[Int(operation.layout)]
            defer { slot += layout.count }
            let origin = origins[Int(originIndexes[row])]
            guard Int(origin.resource) < inspections.count else { continue }
            var missing: MissingTimes = []
            for (offset, column) in layout.enumerated() {
                let key = columns.keys[Int(column)]
                let value = slots[slot + offset]
                if signal == .logs, column == FieldColumn.missingTimes.id {
                    missing = MissingTimes(rawValue: value)
                }
                guard key.role == .attribute else { continue }
                let isEmpty = key.type == .string && dictionary.strings.range(Int(value)).isEmpty
                if isEmpty { Self.list(key, in: &inspections[Int(origin.resource)].emptyKeys) }
                if isOld[Int(column)] { Self.list(key, in: &inspections[Int(origin.resource)].oldKeys) }
            }
            if signal == .logs {
                inspect(record: row, missing, into: &inspections[Int(origin.resource)])
            } else {
                inspect(span: row, operation, into: &inspections[Int(origin.resource)])
            }
            inspections[Int(origin.resource)].note(scope: Array(scopes[Int(origin.scope)]))
        }
        for index in inspections.indices { inspections[index].mendedTexts = dictionary.mendedCount }
        return inspections.filter { $0.items > 0 }
    }

    private func inspect(span: Int, _ operation: Operation, into inspection: inout OriginInspection) {
        inspection.items += 1
        if operation.kind == SpanKind.server.rawValue {
            inspection.serverSpans += 1
            inspection.continuedServerSpans += parentIDs[span] == 0 ? 0 : 1
        } else if operation.kind == SpanKind.client.rawValue {
            inspection.clientSpans += 1
        }
        let (start, end) = (starts[span], ends[span])
        if start == 0 {
            inspection.withoutStart += 1
        } else if let unit = OriginInspection.TimeUnit(start: start, end: end) {
            inspection.timesInUnit[unit, default: 0] += 1
        } else if end < start {
            inspection.endingBeforeStart += 1
        } else {
            inspection.lastEnd = max(inspection.lastEnd ?? .distantPast, UnixNanos(clamping: end))
        }
    }

    /// - Parameter missing: times that are not the sender's
    private func inspect(record: Int, _ missing: MissingTimes, into inspection: inout OriginInspection) {
        inspection.items += 1
        let trace = traces[Int(traceIndexes[record])]
        inspection.recordsWithTrace += trace == TraceID(high: 0, low: 0) ? 0 : 1
        guard missing != [.time, .observed] else { return inspection.withoutTime += 1 }
        // A record may be written about what was long ago, and be observed later by another clock: the later one says
        // how far that clock is.
        let (time, observed) = (starts[record], ends[record])
        if let unit = OriginInspection.TimeUnit(start: time, end: observed) {
            inspection.timesInUnit[unit, default: 0] += 1
        } else {
            let last = UnixNanos(clamping: max(time, observed))
            inspection.lastEnd = max(inspection.lastEnd ?? .distantPast, last)
        }
    }

    private static func list(_ key: ColumnKey, in keys: inout [String]) {
        guard keys.count < OriginInspection.listedMax else { return }
        OriginInspection.list(String(decoding: key.name, as: UTF8.self), in: &keys)
    }
}
