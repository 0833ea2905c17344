import OTLPModel

/// What nodes say of themselves in metrics: the newest value of some, and when anything came.
struct NodeMetrics {
    /// Metrics of edge nodes (docs/cli.md) that are read; all are gauges in seconds, but for the serials.
    enum Name: String, CaseIterable {
        case heartbeatInterval = "edge.heartbeat.interval"
        case clockOffset = "edge.clock.offset"
        case syncLag = "edge.sync.lag"
        case syncInterval = "edge.sync.interval"
        case configAge = "edge.config.age"
        case syncSerial = "edge.sync.serial"
        case targetSerial = "edge.sync.target_serial"
    }

    struct Value {
        var number: Double
        var time: UnixNanos
    }

    private struct Key: Hashable {
        var node: UInt32
        var name: Name
    }

    private var values: [Key: Value] = [:]
    /// What resources say, as for spans.
    private(set) var configurations = ConfigurationSightings()
    /// What else is asked for.
    private(set) var gauges: NodeGauges

    /// Reads the points of a window up to its end.
    /// - Parameters:
    ///   - names: takes up the nodes
    ///   - telemetry: takes up when something arrived
    ///   - gauges: what to keep besides
    init(
        _ window: TimeWindow, end: UnixNanos, _ reader: TelemetryReader, _ names: FleetNames,
        _ telemetry: inout NodeTelemetry, gauges: NodeGauges = NodeGauges()
    ) throws(StoreError) {
        self.gauges = gauges
        let points = PointReader(reader)
        for part in try points.parts(window) {
            // All of a part is read before anything is taken from it.
            _ = try reader.tolerating { () throws(StoreError) in
                let opened = try points.open(part)
                let columns = try opened.columns()
                try add(opened, columns, window, end, names, &telemetry)
            }
        }
    }

    private mutating func add(
        _ opened: PointReader.Opened, _ columns: PointColumns, _ window: TimeWindow, _ end: UnixNanos,
        _ names: FleetNames, _ telemetry: inout NodeTelemetry
    ) throws(StoreError) {
        let wanted = opened.series.map { $0.flatMap { Name(rawValue: $0.metric.name) } }
        let gauged = opened.series.map { $0.flatMap { gauges.kind($0) } }
        let versions = opened.series.map { $0.map { ConfigurationSightings.version($0.resource) } ?? "" }
        var known: [UInt64: UInt32] = [:]
        var rows: [(node: UInt32, row: Int)] = []
        for row in 0..<columns.rows.count {
            let series = columns.rows.seriesIndexes[row]
            let arrivalIndex = columns.arrivalIndexes[row]
            guard let stored = opened.series[Int(series)] else { continue }
            let arrival = columns.arrivals[Int(arrivalIndex)]
            let key = UInt64(series) << 32 | UInt64(arrivalIndex)
            let node: UInt32
            if let number = known[key] {
                node = number
            } else {
                let described = FleetNode(stored.origin, peerAddress: arrival.peerAddress)
                node = names.numbers(ofNodes: [described])[0].number
                known[key] = node
            }
            rows.append((node, row))
        }
        for (node, row) in rows {
            let time = UnixNanos(clamping: columns.rows.times[row])
            let arrival = columns.arrivals[Int(columns.arrivalIndexes[row])]
            if arrival.peerAddress != NodeTelemetry.importAddress {
                telemetry.addArrival(node: node, at: arrival.receivedAt)
            }
            guard window.contains(time), time <= end else { continue }
            let series = Int(columns.rows.seriesIndexes[row])
            configurations.add(versions[series], node: node, at: columns.rows.times[row])
            guard wanted[series] != nil || gauged[series] != nil else { continue }
            let number: Double
            switch PointKind(rawValue: columns.rows.kinds[row]) {
            case .int: number = Double(Int64(bitPattern: columns.rows.values[row]))
            case .double: number = Double(bitPattern: columns.rows.values[row])
            default: continue
            }
            if let kind = gauged[series] {
                gauges.add(kind, number, node: node, at: columns.rows.times[row])
            }
            guard let name = wanted[series] else { continue }
            let key = Key(node: node, name: name)
            guard number.isFinite, values[key].map({ $0.time <= time }) ?? true else { continue }
            values[key] = Value(number: number, time: time)
        }
    }

    func value(_ name: Name, node: UInt32) -> Value? { values[Key(node: node, name: name)] }

    /// A duration that is said in seconds, in nanoseconds.
    func nanos(_ name: Name, node: UInt32) -> Int64? {
        value(name, node: node).map { Self.nanos($0.number) }
    }

    static func nanos(_ seconds: Double) -> Int64 { Int64(min(max(seconds * 1e9, -0x1p62), 0x1p62)) }

    /// The clocks that nodes say they have.
    var declaredOffsets: [UInt32: Int64] {
        var offsets: [UInt32: Int64] = [:]
        for (key, value) in values where key.name == .clockOffset {
            offsets[key.node] = Self.nanos(value.number)
        }
        return offsets
    }
}
