package import OTLPModel

/// A number of points on their way out, in the order in which they are stored.
package struct ExportedPoints: Sendable {
    package var points: [StoredPoint] = []

    /// The points as an OTLP request: grouped by series.
    package var request: ExportMetricsServiceRequest {
        var request = ExportMetricsServiceRequest()
        var last: StoredSeries?
        for stored in points {
            let series = stored.series
            var point = stored.point
            point.attributes = series.attributes
            defer { last = series }
            let group = request.resourceMetrics.count - 1
            if let last, last.identity == series.identity || last.isBeside(series) {
                let place = request.resourceMetrics[group].scopeMetrics[0].metrics.count - 1
                request.resourceMetrics[group].scopeMetrics[0].metrics[place].points.append(point)
                continue
            }
            var metric = series.metric
            metric.points = [point]
            if let last, last.hasOrigin(of: series) {
                request.resourceMetrics[group].scopeMetrics[0].metrics.append(metric)
                continue
            }
            let scope = ScopeMetrics(
                scope: series.scope, metrics: [metric], schemaURL: series.scopeSchemaURL)
            request.resourceMetrics.append(
                ResourceMetrics(
                    resource: series.resource, scopeMetrics: [scope], schemaURL: series.resourceSchemaURL))
        }
        return request
    }
}

extension StoredSeries {
    /// Whether another series is of the same sender.
    fileprivate func hasOrigin(of other: StoredSeries) -> Bool {
        resource == other.resource && resourceSchemaURL == other.resourceSchemaURL && scope == other.scope
            && scopeSchemaURL == other.scopeSchemaURL
    }

    /// Whether another series is of the same metric and sender.
    fileprivate func isBeside(_ other: StoredSeries) -> Bool {
        metric == other.metric && hasOrigin(of: other)
    }
}

extension TelemetryReader {
    /// Takes points out of the database, as `export(_:onProgress:_:)` does spans.
    /// - Parameter selection: by the point's time, its service and its node; its name is the metric's
    package func exportPoints(
        _ selection: SpanSelection, onProgress: (Int, Int) -> Void = { _, _ in },
        _ receive: (ExportedPoints) -> Bool
    ) throws(StoreError) -> SpanExportResult {
        let predicates = selection.pointPredicates
        let name = selection.name.map { GlobPattern($0) }
        return try snapshot { () throws(StoreError) in
            var result = SpanExportResult()
            let reader = PointReader(self)
            let parts = try reader.parts(selection.window)
            let total = parts.reduce(0) { $0 + $1.summary.spans }
            var seen = 0
            for part in parts {
                let goesOn = try tolerating { () throws(StoreError) in
                    let opened = try reader.open(part)
                    let wanted = opened.series.map { series in
                        guard let series, name?.matches(Array(series.metric.name.utf8)[...]) ?? true else {
                            return false
                        }
                        return predicates.allSatisfy { $0.passes(series, nil) }
                    }
                    guard wanted.contains(true) else { return true }
                    return try Self.export(
                        opened, wanted, selection.window, predicates, &result, receive)
                }
                if goesOn == false { break }
                seen += part.summary.spans
                onProgress(seen, total)
            }
            result.notes = damageNotes()
            return result
        }
    }

    private static func export(
        _ opened: PointReader.Opened, _ wanted: [Bool], _ window: TimeWindow, _ predicates: [PointPredicate],
        _ result: inout SpanExportResult, _ receive: (ExportedPoints) -> Bool
    ) throws(StoreError) -> Bool {
        let rows = try opened.columns().rows
        var chunk = ExportedPoints()
        for row in 0..<rows.count where wanted[Int(rows.seriesIndexes[row])] {
            let time = UnixNanos(clamping: rows.times[row])
            guard window.contains(time) || window.until == .distantFuture && time >= window.since,
                let point = try opened.point(row),
                predicates.allSatisfy({ $0.passes(point.series, point) })
            else { continue }
            chunk.points.append(point)
            guard chunk.points.count == SpanChunk.spansMax else { continue }
            result.spans += chunk.points.count
            guard receive(chunk) else { return false }
            chunk.points.removeAll(keepingCapacity: true)
        }
        result.spans += chunk.points.count
        return chunk.points.isEmpty || receive(chunk)
    }
}

extension SpanSelection {
    /// What it says about service and node.
    fileprivate var pointPredicates: [PointPredicate] {
        [(SpanKey.service, service), (.node, node)].compactMap { key, value in
            value.flatMap { ValueTest(.equal, $0) }.map { PointPredicate(key, $0) }
        }
    }
}
