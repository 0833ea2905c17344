import OTLPModel

extension SpanBatch {
    /// Names that OpenTelemetry gave up for HTTP in 2023, with which a service is told from others.
    private static let oldNames: Set<String> = [
        "http.method", "http.status_code", "http.url", "http.target", "http.scheme", "http.user_agent",
        "net.host.name", "net.peer.name", "net.sock.peer.addr",
    ]
    /// What is looked at of a request, so that a look takes some 0.1 ms whatever comes.
    private static let inspectedSpansMax = 1_024
    private static let inspectedResourcesMax = 16

    /// Looks at the first spans of the first resources.
    package func inspect() -> [OriginInspection] {
        var inspections = (0..<min(resources.count, Self.inspectedResourcesMax)).map { index in
            let resource = ResourceSpans(canonicalBytes: Array(resources[index]))?.resource ?? Resource()
            return OriginInspection(resource, receivedAt: arrival.receivedAt)
        }
        let isOld = columns.keys.map { key in
            key.role == .attribute && Self.oldNames.contains(String(decoding: key.name, as: UTF8.self))
        }
        var slot = 0
        for span in 0..<min(spanCount, Self.inspectedSpansMax) {
            let operation = operations[Int(operationIndexes[span])]
            let layout = layouts[Int(operation.layout)]
            defer { slot += layout.count }
            let origin = origins[Int(originIndexes[span])]
            guard Int(origin.resource) < inspections.count else { continue }
            inspect(span, operation, into: &inspections[Int(origin.resource)])
            let scope = origin.scope
            note(scope: Int(scope), in: &inspections[Int(origin.resource)])
            for (offset, column) in layout.enumerated() {
                let key = columns.keys[Int(column)]
                guard key.role == .attribute else { continue }
                let isEmpty =
                    key.type == .string && dictionary.strings.range(Int(slots[slot + offset])).isEmpty
                if isEmpty { Self.note(key, in: &inspections[Int(origin.resource)].emptyKeys) }
                if isOld[Int(column)] { Self.note(key, in: &inspections[Int(origin.resource)].oldKeys) }
            }
        }
        for index in inspections.indices { inspections[index].mendedTexts = dictionary.mendedCount }
        return inspections.filter { $0.spans > 0 }
    }

    private func inspect(_ span: Int, _ operation: Operation, into inspection: inout OriginInspection) {
        inspection.spans += 1
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

    private func note(scope index: Int, in inspection: inout OriginInspection) {
        guard inspection.scopes.count < OriginInspection.listedMax, index < scopes.count,
            let scope = ScopeSpans(canonicalBytes: Array(scopes[index])), !scope.scope.name.isEmpty,
            !inspection.scopes.contains(scope.scope.name)
        else { return }
        inspection.scopes.append(scope.scope.name)
    }

    private static func note(_ key: ColumnKey, in keys: inout [String]) {
        guard keys.count < OriginInspection.listedMax else { return }
        let name = String(decoding: key.name, as: UTF8.self)
        if !keys.contains(name) { keys.append(name) }
    }
}
