import OTLPModel

extension PointBatch {
    /// What of a request is decoded for a look.
    private static let inspectedMetricsMax = 256
    private static let inspectedSeriesMax = 256
    /// `DataPointFlags`: the point says that there is no value any more, and needs no start.
    private static let noRecordedValue: UInt32 = 1

    /// Looks at points from all over the batch, and at the attributes of series: where there are many, at every second,
    /// third or so, since senders send theirs in the same order each time, and the last ones are to be seen, too.
    func inspect() -> [OriginInspection] {
        let resources = table.origins.resources
        var inspections = (0..<min(resources.count, OriginInspection.resourcesMax)).map { index in
            let resource = ResourceSpans(canonicalBytes: Array(resources[index]))?.resource ?? Resource()
            return OriginInspection(resource, signal: .metrics, receivedAt: arrival.receivedAt)
        }
        let metrics = (0..<min(table.metrics.count, Self.inspectedMetricsMax)).map {
            Metric(canonicalBytes: Array(table.metrics[$0]))
        }
        for row in Self.some(of: rows.count, OriginInspection.itemsMax) {
            let series = table.series[Int(rows.seriesIndexes[row])]
            let resource = Int(table.origins.origins[Int(series.origin)].resource)
            guard resource < inspections.count else { continue }
            let metric = Int(series.metric) < metrics.count ? metrics[Int(series.metric)] : nil
            inspect(point: row, of: metric, into: &inspections[resource])
        }
        for number in Self.some(of: table.series.count, Self.inspectedSeriesMax) {
            let series = table.series[number]
            let origin = table.origins.origins[Int(series.origin)]
            let resource = Int(origin.resource)
            guard resource < inspections.count else { continue }
            inspections[resource].note(scope: Array(table.origins.scopes[Int(origin.scope)]))
            if Int(series.metric) < metrics.count, let metric = metrics[Int(series.metric)] {
                Self.note(metric, in: &inspections[resource])
            }
            noteKeys(ofAttributes: Int(series.attributes), in: &inspections[resource])
        }
        return inspections.filter { $0.items > 0 }
    }

    /// At the most so many numbers below a count, and all of it between them.
    private static func some(of count: Int, _ most: Int) -> StrideTo<Int> {
        stride(from: 0, to: count, by: max(1, (count + most - 1) / most))
    }

    private func inspect(point row: Int, of metric: Metric?, into inspection: inout OriginInspection) {
        inspection.items += 1
        let (start, time) = (rows.starts[row], rows.times[row])
        if time == 0 {
            inspection.withoutTime += 1
        } else if let unit = OriginInspection.TimeUnit(start: start, end: time) {
            inspection.timesInUnit[unit, default: 0] += 1
        } else if start > time {
            inspection.endingBeforeStart += 1
        } else {
            inspection.lastEnd = max(inspection.lastEnd ?? .distantPast, UnixNanos(clamping: time))
        }
        if start == 0, rows.flags[row] & Self.noRecordedValue == 0, let metric,
            metric.temporality == .cumulative, metric.hasTemporality
        {
            OriginInspection.list(metric.name, in: &inspection.metricsWithoutStart)
        }
    }

    private static func note(_ metric: Metric, in inspection: inout OriginInspection) {
        guard metric.hasTemporality, inspection.temporalities.count < OriginInspection.temporalitiesMax,
            metric.temporality == .delta || metric.temporality == .cumulative
        else { return }
        let temporality = OriginInspection.MetricTemporality(
            metric: metric.name, type: metric.type, isMonotonic: metric.isMonotonic,
            isDelta: metric.temporality == .delta)
        if !inspection.temporalities.contains(temporality) { inspection.temporalities.append(temporality) }
    }

    private func noteKeys(ofAttributes index: Int, in inspection: inout OriginInspection) {
        let bytes = table.attributes.bytes.span
        var list = WireCursor(bytes, table.attributes.range(index))
        while list.hasMore {
            guard list.tag() == 1 << 3 | 2 else { return }
            var pair = WireCursor(bytes, list.lengthDelimited())
            var key = 0..<0
            var isEmpty = false
            while pair.hasMore {
                switch pair.tag() {
                case 1 << 3 | 2: key = pair.lengthDelimited()
                case 2 << 3 | 2:
                    // A string of no bytes.
                    let value = pair.lengthDelimited()
                    isEmpty = value.count == 2 && bytes[value.lowerBound] == 1 << 3 | 2
                default: return
                }
            }
            // Nearly all keys are neither, and no name is made of them.
            guard isEmpty || OriginInspection.oldNameLengths.contains(key.count) else { continue }
            let name = String(decoding: Array(bytes, key), as: UTF8.self)
            if isEmpty { OriginInspection.list(name, in: &inspection.emptyKeys) }
            if OriginInspection.oldNames.contains(name) {
                OriginInspection.list(name, in: &inspection.oldKeys)
            }
        }
    }
}

extension Metric {
    /// Whether its points are either totals since a start, or differences.
    fileprivate var hasTemporality: Bool {
        type == .sum || type == .histogram || type == .exponentialHistogram
    }
}
