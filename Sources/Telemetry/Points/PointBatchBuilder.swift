import OTLPModel

/// Makes a `PointBatch` of points that come one after another, and refuses those that say what cannot be.
struct PointBatchBuilder {
    private(set) var batch: PointBatch
    /// Points that were refused alone, and why the first of them was.
    private(set) var rejected = 0
    private(set) var rejectionReason: String?
    /// Attributes of points whose key came again: of these the last one counts.
    private(set) var repeatedKeys = 0

    private var index = PointSeriesIndex()
    private var resource: UInt32 = 0
    private var origin: UInt32 = 0
    private var metric: UInt32 = 0
    private var type = MetricType.none
    private var isNamed = true
    /// Leaves out what is too much.
    var cutter: PartCutter

    init(arrival: Arrival, limits: DecodeLimits = DecodeLimits()) {
        batch = PointBatch(arrival: arrival)
        cutter = PartCutter(limits)
    }

    /// Whether there is more than a batch can hold.
    var isOverfull: Bool {
        batch.rows.count > PointBatch.pointsMax
            || batch.rows.details.bytes.count > PointBatch.detailBytesMax
            || batch.table.memoryBytes > PointBatch.detailBytesMax
    }

    /// Says which resource emitted the points that follow; a scope comes next.
    /// - Parameter bytes: canonical `ResourceSpans` bytes without spans
    mutating func setResource(_ bytes: [UInt8]) {
        resource = index.resource(bytes.span, in: &batch.table)
    }

    /// Says which scope of the resource made the points that follow; a metric comes next.
    /// - Parameter bytes: canonical `ScopeSpans` bytes without spans
    mutating func setScope(_ bytes: [UInt8]) {
        let scope = index.scope(bytes.span, in: &batch.table)
        origin = index.origin(Origin(resource: resource, scope: scope), in: &batch.table)
    }

    /// Says to which metric the points belong that follow.
    /// - Parameter metric: its own points do not count
    mutating func setMetric(_ metric: Metric) {
        var header = metric
        header.points = []
        cutter.cut(&header)
        type = header.type
        isNamed = !header.name.isEmpty
        var writer = ProtobufWriter()
        header.write(to: &writer)
        self.metric = index.metric(writer.bytes.span, in: &batch.table)
    }

    /// Adds a point of the metric, or refuses it.
    /// - Parameters:
    ///   - point: its own attributes do not count
    ///   - attributes: `PointAttributes.canonical`
    mutating func append(_ point: MetricPoint, _ attributes: PointAttributes) {
        repeatedKeys += attributes.repeatedKeys
        if let problem = isNamed ? point.problem(of: type) : "a metric must have a name" {
            rejected += 1
            rejectionReason = rejectionReason ?? problem
            return
        }
        let series = index.series(
            PointSeriesTable.Series(
                origin: origin, metric: metric,
                attributes: index.attributes(attributes.bytes.span, in: &batch.table)),
            in: &batch.table)
        var point = point
        if !point.exemplars.isEmpty { cutter.cut(&point.exemplars) }
        batch.rows.append(point, of: type, series: series)
    }

    /// Adds all points of a request.
    mutating func append(_ request: ExportMetricsServiceRequest) {
        for resourceMetrics in request.resourceMetrics {
            var resource = resourceMetrics.resource
            cutter.cut(&resource)
            setResource(
                ResourceSpans(resource: resource, schemaURL: resourceMetrics.schemaURL).protobufBytes())
            for scopeMetrics in resourceMetrics.scopeMetrics {
                var scope = scopeMetrics.scope
                cutter.cut(&scope)
                setScope(ScopeSpans(scope: scope, schemaURL: scopeMetrics.schemaURL).protobufBytes())
                for metric in scopeMetrics.metrics {
                    setMetric(metric)
                    for point in metric.points {
                        var attributes = point.attributes
                        cutter.cut(&attributes)
                        append(point, PointAttributes(attributes))
                    }
                    if isOverfull { return }
                }
            }
        }
    }
}

extension PointRows {
    /// Adds a point.
    mutating func append(_ point: MetricPoint, of type: MetricType, series: UInt32) {
        seriesIndexes.append(series)
        times.append(point.timeUnixNano)
        starts.append(point.startTimeUnixNano)
        flags.append(point.flags)
        var rest = point
        rest.attributes = []
        rest.timeUnixNano = 0
        rest.startTimeUnixNano = 0
        rest.flags = 0
        switch point.value {
        case .none: append(.none, 0)
        case .int(let number): append(.int, UInt64(bitPattern: number))
        case .double(let number): append(.double, number.bitPattern)
        case .histogram(var value):
            append(.histogram, value.count)
            distributions.append(Distribution(sum: value.sum, min: value.min, max: value.max))
            (value.count, value.sum, value.min, value.max) = (0, nil, nil, nil)
            rest.value = .histogram(value)
        case .exponentialHistogram(var value):
            append(.exponentialHistogram, value.count)
            distributions.append(Distribution(sum: value.sum, min: value.min, max: value.max))
            (value.count, value.sum, value.min, value.max) = (0, nil, nil, nil)
            rest.value = .exponentialHistogram(value)
        case .summary(var value):
            append(.summary, value.count)
            distributions.append(Distribution(sum: value.sum, min: nil, max: nil))
            (value.count, value.sum) = (0, 0)
            rest.value = .summary(value)
        }
        if type == .gauge || type == .sum {
            rest.value = .none
            if rest.exemplars.isEmpty { return details.append([]) }
        }
        var writer = ProtobufWriter()
        rest.write(to: &writer, of: type)
        details.append(writer.bytes)
    }

    private mutating func append(_ kind: PointKind, _ value: UInt64) {
        kinds.append(kind.rawValue)
        values.append(value)
    }

    /// A point again, without its attributes.
    /// - Parameters:
    ///   - distribution: its place in `distributions`, if it has one
    ///   - type: of the metric
    /// - Returns: nil when what is stored of it is damaged
    func point(_ row: Int, distribution: Int, of type: MetricType) -> MetricPoint? {
        guard var point = MetricPoint(details: Array(details[row]), of: type) else { return nil }
        point.timeUnixNano = times[row]
        point.startTimeUnixNano = starts[row]
        point.flags = flags[row]
        let value = values[row]
        switch (PointKind(rawValue: kinds[row]), point.value) {
        case (PointKind.none?, .none): break
        case (.int?, .none): point.value = .int(Int64(bitPattern: value))
        case (.double?, .none): point.value = .double(Double(bitPattern: value))
        case (.histogram?, .histogram(var histogram)):
            let others = distributions[distribution]
            histogram.count = value
            (histogram.sum, histogram.min, histogram.max) = (
                others.sumValue, others.minValue, others.maxValue
            )
            point.value = .histogram(histogram)
        case (.exponentialHistogram?, .exponentialHistogram(var histogram)):
            let others = distributions[distribution]
            histogram.count = value
            (histogram.sum, histogram.min, histogram.max) = (
                others.sumValue, others.minValue, others.maxValue
            )
            point.value = .exponentialHistogram(histogram)
        case (.summary?, .summary(var summary)):
            summary.count = value
            summary.sum = distributions[distribution].sumValue ?? 0
            point.value = .summary(summary)
        default: return nil
        }
        return point
    }
}

extension PointRows.Distribution {
    init(sum: Double?, min: Double?, max: Double?) {
        self.sum = sum?.bitPattern ?? 0
        self.min = min?.bitPattern ?? 0
        self.max = max?.bitPattern ?? 0
        present =
            (sum == nil ? 0 : Self.hasSum) | (min == nil ? 0 : Self.hasMin) | (max == nil ? 0 : Self.hasMax)
    }

    var sumValue: Double? { present & Self.hasSum == 0 ? nil : Double(bitPattern: sum) }
    var minValue: Double? { present & Self.hasMin == 0 ? nil : Double(bitPattern: min) }
    var maxValue: Double? { present & Self.hasMax == 0 ? nil : Double(bitPattern: max) }
}
