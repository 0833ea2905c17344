import OTLPModel

/// The table `points`: a row for each stored point.
final class PointsTable: VirtualTable {
    private let tables: TelemetryTables

    init(_ tables: TelemetryTables) { self.tables = tables }

    var declaration: String { PointColumn.columns.declaration }

    func open() throws(StoreError) -> any VirtualCursor { PointsCursor(tables) }

    /// Conditions only tell what need not be looked at: SQLite decides them itself.
    func plan(_ request: IndexRequest) -> IndexPlan? {
        var plan = IndexPlan()
        for (number, constraint) in request.constraints.enumerated() {
            guard let constraint else { continue }
            switch (PointColumn(rawValue: constraint.column), constraint.comparison) {
            case (.name, .equal): plan.estimatedCost /= 50
            case (.series, .equal): plan.estimatedCost /= 1_000
            case (.timeNanos, .equal), (.timeNanos, .greater), (.timeNanos, .greaterOrEqual),
                (.timeNanos, .less), (.timeNanos, .lessOrEqual):
                plan.estimatedCost /= 4
            default: continue
            }
            plan.arguments.append(
                IndexPlan.Argument(constraint: constraint, number: number, isExact: false))
        }
        plan.estimatedRows = max(1, Int64(plan.estimatedCost))
        return plan
    }
}

/// A scan of the table `points`: a batch is what may pass of a part.
private final class PointsCursor: VirtualCursor {
    private let tables: TelemetryTables
    private var reader: PointReader?
    private var telemetry: TelemetryReader?
    private var parts: [PointPart] = []
    private var nextPart = 0

    // What need not be looked at.
    private var name: String?
    private var series: Int64?
    private var window = TimeWindow.all

    // The current batch.
    private var opened: PointReader.Opened?
    private var rows: [UInt32] = []
    private var last: (row: Int, point: StoredPoint)?
    private var places: [UInt32] = []
    private var texts: [Int: String] = [:]

    init(_ tables: TelemetryTables) {
        self.tables = tables
        tables.beginScan()
    }

    deinit {
        tables.note(telemetry?.damageNotes().map(\.message) ?? [])
        opened = nil
        reader = nil
        telemetry = nil
        tables.endScan()
    }

    func filter(_ plan: IndexPlan, _ values: SQLArguments) throws(StoreError) {
        (name, series, window) = (nil, nil, .all)
        for (index, argument) in plan.arguments.enumerated() {
            switch (PointColumn(rawValue: argument.constraint.column), values[index]) {
            case (.name, .text(let text)): name = text
            case (.series, .integer(let id)): series = id
            case (.timeNanos, .integer(let time)):
                let comparison = argument.constraint.comparison
                if comparison != .less, comparison != .lessOrEqual {
                    window.since = max(window.since, UnixNanos(rawValue: time))
                }
                if comparison != .greater, comparison != .greaterOrEqual {
                    window.until = min(window.until, UnixNanos(rawValue: time).advanced(byNanos: 1))
                }
            default: break
            }
        }
        if reader == nil {
            let telemetry = try TelemetryReader(borrowing: tables.reference)
            self.telemetry = telemetry
            reader = PointReader(telemetry)
        }
        parts = try reader?.parts(window) ?? []
        try failOnDamage()
        nextPart = 0
    }

    private func failOnDamage() throws(StoreError) {
        guard tables.damagePolicy == .fails, let damage = telemetry?.damageNotes().first else { return }
        throw SpanSource.withAdvice(StoreError(.damaged, damage.message))
    }

    func nextBatch() throws(StoreError) -> Int {
        opened = nil
        last = nil
        places = []
        texts = [:]
        while nextPart < parts.count {
            let part = parts[nextPart]
            nextPart += 1
            do throws(StoreError) {
                try open(part)
            } catch {
                guard error.code == .damaged else { throw error }
                telemetry?.note([error.message])
                rows = []
            }
            try failOnDamage()
            if !rows.isEmpty { return rows.count }
        }
        return 0
    }

    private func open(_ part: PointPart) throws(StoreError) {
        rows = []
        guard let reader else { return }
        let opened = try reader.open(part)
        let wanted = opened.series.map { own in
            guard let own else { return false }
            if let name, own.metric.name != name { return false }
            return series == nil || own.id == series
        }
        guard wanted.contains(true) else { return }
        let points = try opened.columns().rows
        let isWhole = window == .all
        for row in 0..<points.count where wanted[Int(points.seriesIndexes[row])] {
            if isWhole || window.contains(UnixNanos(clamping: points.times[row])) { rows.append(UInt32(row)) }
        }
        places = points.distributionPlaces()
        self.opened = opened
    }

    func rowID(_ row: Int) -> Int64 { Int64(nextPart - 1) << 40 | Int64(rows[row]) }

    func write(column: Int, row: Int, to result: SQLResult) throws(StoreError) {
        guard let column = PointColumn(rawValue: column), let opened else { return result.null() }
        let row = Int(rows[row])
        let columns = try opened.columns()
        let points = columns.rows
        guard let series = opened.series[Int(points.seriesIndexes[row])] else { return result.null() }
        switch column {
        case .time: result.text(UnixNanos.rfc3339(unsigned: points.times[row]))
        case .timeNanos: result.integer(Int64(clamping: points.times[row]))
        case .startNanos:
            points.starts[row] == 0 ? result.null() : result.integer(Int64(clamping: points.starts[row]))
        case .value: writeValue(points, row, to: result)
        case .count, .sum, .min, .max: writeDistribution(column, points, row, to: result)
        case .flags: result.integer(Int64(points.flags[row]))
        case .buckets: result.optional(JSONNode.buckets(try point(row)?.point.value ?? .none)?.text)
        case .exemplars:
            let exemplars = points.details.range(row).isEmpty ? [] : try point(row)?.point.exemplars ?? []
            result.optional(exemplars.isEmpty ? nil : JSONNode.exemplars(exemplars).text)
        case .peer: result.text(columns.arrivals[Int(columns.arrivalIndexes[row])].peerAddress)
        case .receivedAtNanos:
            result.integer(columns.arrivals[Int(columns.arrivalIndexes[row])].receivedAt.rawValue)
        case .node: result.text(series.node(columns.arrivals[Int(columns.arrivalIndexes[row])]).name)
        case .nodeSource:
            result.text(series.node(columns.arrivals[Int(columns.arrivalIndexes[row])]).source.rawValue)
        case .attributes:
            let number = Int(points.seriesIndexes[row])
            let text = texts[number] ?? JSONNode.plain(series.attributes).text
            texts[number] = text
            result.text(text)
        default: write(column, series, to: result)
        }
    }

    /// What all points of a series have in common.
    private func write(_ column: PointColumn, _ series: StoredSeries, to result: SQLResult) {
        let metric = series.metric
        switch column {
        case .name: result.text(metric.name)
        case .type: result.text(metric.type.word)
        case .unit: result.text(metric.unit)
        case .temporality: result.optional(metric.temporalityWord)
        case .monotonic: metric.type == .sum ? result.integer(metric.isMonotonic ? 1 : 0) : result.null()
        case .description: result.text(metric.description)
        case .service: result.text(series.service)
        case .scope: result.text(series.scope.name)
        case .resource: result.text(JSONNode.plain(series.resource.attributes).text)
        case .series: series.id.map { result.integer($0) } ?? result.null()
        case .segment: opened?.part.segment.map { result.integer($0) } ?? result.null()
        default: result.null()
        }
    }

    private func writeValue(_ points: PointRows, _ row: Int, to result: SQLResult) {
        switch PointKind(rawValue: points.kinds[row]) {
        case .int?: result.integer(Int64(bitPattern: points.values[row]))
        case .double?: result.real(Double(bitPattern: points.values[row]))
        default: result.null()
        }
    }

    private func writeDistribution(
        _ column: PointColumn, _ points: PointRows, _ row: Int, to result: SQLResult
    ) {
        guard PointRows.isDistribution(points.kinds[row]) else { return result.null() }
        let distribution = points.distributions[Int(places[row])]
        let value: Double?
        switch column {
        case .count: return result.integer(Int64(clamping: points.values[row]))
        case .sum: value = distribution.sumValue
        case .min: value = distribution.minValue
        default: value = distribution.maxValue
        }
        value.map { result.real($0) } ?? result.null()
    }

    /// A point, whole; the columns of a row are asked for one after another.
    private func point(_ row: Int) throws(StoreError) -> StoredPoint? {
        if let last, last.row == row { return last.point }
        guard let point = try opened?.point(row) else { return nil }
        last = (row, point)
        return point
    }
}
