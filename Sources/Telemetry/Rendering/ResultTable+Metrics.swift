import OTLPModel

extension ResultTable {
    /// What `traceq metrics --list` found.
    package static func metrics(_ metrics: [MetricListing], notes: [QualityNote]) -> ResultTable {
        ResultTable(
            schema: "traceq.metric-list/1",
            columns: [
                ResultColumn(key: "name", title: "NAME"), ResultColumn(key: "type", title: "TYPE"),
                ResultColumn(key: "unit", title: "UNIT"),
                ResultColumn(key: "temporality", title: "TEMPORALITY", fit: .spare(1)),
                ResultColumn(key: "monotonic", title: nil),
                ResultColumn(key: "series", title: "SERIES", alignsRight: true),
                ResultColumn(key: "description", title: "DESCRIPTION", fit: .elastic),
            ],
            rowCount: metrics.count,
            row: { index in
                let metric = metrics[index]
                return [
                    .text(metric.name), .identifier(metric.type), .text(metric.unit),
                    metric.temporality.map(ResultCell.identifier) ?? .missing,
                    metric.isMonotonic.map { .structured(.bool($0)) } ?? .missing,
                    .integer(Int64(metric.series)), .text(metric.description),
                ]
            },
            notes: notes, summary: metrics.isEmpty ? [] : [HumanUnits.count(metrics.count, "metric")])
    }

    /// What `traceq metrics NAME` found.
    package static func points(
        _ result: MetricsResult, _ query: MetricsQuery, zone: TimeZoneRules
    ) -> ResultTable {
        let isDistribution = result.points.contains { $0.point.value.isDistribution }
        let isNumber = !isDistribution || result.points.contains { !$0.point.value.isDistribution }
        func number(_ key: String, _ title: String, isShown: Bool = true) -> ResultColumn {
            ResultColumn(key: key, title: isShown ? title : nil, alignsRight: true)
        }
        return ResultTable(
            schema: "traceq.points/1", window: query.window,
            columns: [
                ResultColumn(key: "time", title: "TIME (\(zone.label))"),
                ResultColumn(key: "service", title: "SERVICE", fit: .elastic),
                ResultColumn(key: "node", title: "NODE", fit: .elastic),
                ResultColumn(key: "node_source", title: nil),
                ResultColumn(key: "attributes", title: "ATTRIBUTES", fit: .elastic),
                number("value", "VALUE", isShown: isNumber),
                number("count", "COUNT", isShown: isDistribution),
                number("sum", "SUM", isShown: isDistribution), number("min", "MIN", isShown: isDistribution),
                number("max", "MAX", isShown: isDistribution),
                ResultColumn(key: "unit", title: "UNIT", fit: .spare(0)),
                ResultColumn(key: "type", title: nil), ResultColumn(key: "start", title: nil),
                ResultColumn(key: "flags", title: nil), ResultColumn(key: "buckets", title: nil),
            ],
            rowCount: result.points.count, row: { cells(result.points[$0]) }, notes: notes(result, query),
            summary: summary(result))
    }

    private static func cells(_ stored: StoredPoint) -> [ResultCell] {
        let point = stored.point
        let facts = point.value.distribution
        func real(_ value: Double?) -> ResultCell { value.map { .value(.real($0)) } ?? .missing }
        let value: ResultCell =
            switch point.value {
            case .int(let number): .value(.integer(number))
            case .double(let number): real(number)
            case .none, .histogram, .exponentialHistogram, .summary: .missing
            }
        return [
            .sentTime(point.timeUnixNano), .text(stored.series.service), .text(stored.node.name),
            .identifier(stored.node.source.rawValue), .text(stored.series.attributesText), value,
            facts.map { .structured(.unsigned($0.count)) } ?? .missing, real(facts?.sum), real(facts?.min),
            real(facts?.max), .text(stored.series.metric.unit), .identifier(stored.series.metric.type.word),
            point.startTimeUnixNano == 0 ? .missing : .sentTime(point.startTimeUnixNano),
            .integer(Int64(point.flags)),
            JSONNode.buckets(point.value).map(ResultCell.structured) ?? .missing,
        ]
    }

    private static func summary(_ result: MetricsResult) -> [String] {
        guard !result.points.isEmpty else { return [] }
        let points =
            result.points.count < result.pointCount
            ? "the newest \(HumanUnits.count(Int64(result.points.count))) of "
                + HumanUnits.count(result.pointCount, "point")
            : HumanUnits.count(result.pointCount, "point")
        let series =
            result.seriesCount == 1 ? "1 series" : "\(HumanUnits.count(Int64(result.seriesCount))) series"
        return ["\(points) of \(series)"]
    }

    private static func notes(_ result: MetricsResult, _ query: MetricsQuery) -> [QualityNote] {
        var notes = result.notes
        if result.points.count < result.pointCount {
            notes.append(
                QualityNote(
                    code: "limited",
                    message: "only the newest points are shown: --limit \(result.pointCount) shows all"))
        }
        if result.duplicates > 0 {
            notes.append(
                QualityNote(
                    code: "duplicates",
                    message: "\(HumanUnits.count(result.duplicates, "point")) left out: their series have a "
                        + "later one of the same time"))
        }
        return notes
    }
}

extension StoredSeries {
    /// `device=/dev/sda1 state=used`.
    var attributesText: String {
        attributes.map { "\($0.key)=\($0.value.summaryText)" }.joined(separator: " ")
    }
}

extension PointValue {
    /// Whether it is about many measurements: a histogram or a summary.
    var isDistribution: Bool { distribution != nil }

    /// What distributions of all kinds have.
    var distribution: (count: UInt64, sum: Double?, min: Double?, max: Double?)? {
        switch self {
        case .none, .int, .double: nil
        case .histogram(let value): (value.count, value.sum, value.min, value.max)
        case .exponentialHistogram(let value): (value.count, value.sum, value.min, value.max)
        case .summary(let value): (value.count, value.sum, nil, nil)
        }
    }
}

extension JSONNode {
    /// The buckets of a histogram, or the quantiles of a summary; nil for a number.
    static func buckets(_ value: PointValue) -> JSONNode? {
        switch value {
        case .none, .int, .double: nil
        case .histogram(let histogram):
            .array(
                histogram.bucketCounts.enumerated().map { index, count in
                    // The last bucket has no upper bound.
                    let bound = index < histogram.explicitBounds.count ? histogram.explicitBounds[index] : nil
                    return .object([
                        JSONMember("le", bound.map { plain(.double($0)) } ?? .string("Infinity")),
                        JSONMember("count", .unsigned(count)),
                    ])
                })
        case .exponentialHistogram(let histogram):
            .object([
                JSONMember("scale", .integer(Int64(histogram.scale))),
                JSONMember("zero_count", .unsigned(histogram.zeroCount)),
                JSONMember("zero_threshold", plain(.double(histogram.zeroThreshold))),
                JSONMember("positive", buckets(histogram.positive)),
                JSONMember("negative", buckets(histogram.negative)),
            ])
        case .summary(let summary):
            .array(
                summary.quantiles.map {
                    .object([
                        JSONMember("quantile", plain(.double($0.quantile))),
                        JSONMember("value", plain(.double($0.value))),
                    ])
                })
        }
    }

    private static func buckets(_ buckets: ExponentialBuckets) -> JSONNode {
        .object([
            JSONMember("offset", .integer(Int64(buckets.offset))),
            JSONMember("counts", .array(buckets.bucketCounts.map { .unsigned($0) })),
        ])
    }

    /// Exemplars as JSON.
    static func exemplars(_ exemplars: [Exemplar]) -> JSONNode {
        .array(
            exemplars.map { exemplar in
                var members: [JSONMember] = [
                    JSONMember("time", .string(UnixNanos.rfc3339(unsigned: exemplar.timeUnixNano)))
                ]
                switch exemplar.value {
                case .int(let number): members.append(JSONMember("value", .integer(number)))
                case .double(let number): members.append(JSONMember("value", plain(.double(number))))
                case .none, .histogram, .exponentialHistogram, .summary: break
                }
                members += [
                    JSONMember("trace_id", .string(hexadecimal(exemplar.traceID))),
                    JSONMember("span_id", .string(hexadecimal(exemplar.spanID))),
                    JSONMember("attributes", plain(exemplar.filteredAttributes)),
                ]
                return .object(members)
            })
    }
}
