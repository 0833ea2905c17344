import OTLPModel

extension PointBatch {
    /// The attributes of a series that stands for those that were too many: what SDKs call theirs.
    private static let mergedAttributes = [KeyValue("otel.metric.overflow", .bool(true))]

    /// What a source sends with too many series.
    package struct SeriesExcess: Hashable, Sendable {
        /// Points that were merged into one series of their metric.
        package var mergedPoints = 0
        /// Points that were refused.
        package var refusedPoints = 0
    }

    /// Keeps a batch within the number of series that its source may have.
    package mutating func limitSeries(_ allowance: SeriesAllowance, now: UnixNanos) -> SeriesExcess {
        let verdicts = allowance.verdicts(on: seriesHashes(), now: now)
        guard verdicts.contains(where: { $0 != .kept }) else { return SeriesExcess() }
        return apply(verdicts)
    }

    /// Of each series two hashes that are the same in every batch: of all of it, and of it without its attributes.
    private func seriesHashes() -> [(whole: UInt64, metric: UInt64)] {
        let resources = Self.hashes(table.origins.resources)
        let scopes = Self.hashes(table.origins.scopes)
        let metrics = Self.hashes(table.metrics)
        let attributes = Self.hashes(table.attributes)
        return table.series.map { series in
            let origin = table.origins.origins[Int(series.origin)]
            let emitter = TableHash.mix(resources[Int(origin.resource)], scopes[Int(origin.scope)])
            let metric = TableHash.mix(emitter, metrics[Int(series.metric)])
            return (TableHash.mix(metric, attributes[Int(series.attributes)]), metric)
        }
    }

    private static func hashes(_ table: StringTable) -> [UInt64] {
        let bytes = table.bytes.span
        // Not 0 for an empty one: it must not take the others' part of the hash away.
        return (0..<table.count).map { TableHash.bytes(bytes, table.range($0), seed: 0x51_7c_c1_b7) | 1 }
    }

    private mutating func apply(_ verdicts: [SeriesAllowance.Verdict]) -> SeriesExcess {
        var excess = SeriesExcess()
        let old = table.series
        table.series = []
        let mergedBytes = PointAttributes(Self.mergedAttributes).bytes
        let mergedAttributes = UInt32(table.attributes.count)
        table.attributes.append(mergedBytes)
        var places: [PointSeriesTable.Series: UInt32] = [:]
        var numbers = [UInt32?](repeating: nil, count: old.count)
        for (index, verdict) in verdicts.enumerated() where verdict != .refused {
            var series = old[index]
            if verdict == .merged { series.attributes = mergedAttributes }
            let number = places[series] ?? UInt32(table.series.count)
            if places.updateValue(number, forKey: series) == nil { table.series.append(series) }
            numbers[index] = number
        }
        let all = rows
        rows = PointRows()
        var distribution = 0
        for row in 0..<all.count {
            let index = Int(all.seriesIndexes[row])
            if let number = numbers[index] {
                rows.append(all, row, distribution: distribution, series: number)
                if verdicts[index] == .merged { excess.mergedPoints += 1 }
            } else {
                excess.refusedPoints += 1
            }
            if PointRows.isDistribution(all.kinds[row]) { distribution += 1 }
        }
        return excess
    }
}
