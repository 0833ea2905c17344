import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Series of one source are limited")
struct SeriesLimitTests {
    private let now = UnixNanos(rawValue: 1_790_000_000_000_000_000)

    /// Points of a gauge, each with a label of its own.
    private func batch(
        _ labels: Range<Int>, name: String = "requests", node: String = "node"
    ) throws -> PointBatch {
        var metric = Metric()
        metric.name = name
        metric.type = .gauge
        metric.points = labels.map { label in
            var point = MetricPoint()
            point.timeUnixNano = UInt64(now.rawValue)
            point.value = .int(Int64(label))
            point.attributes = [KeyValue("user", .string("user-\(label)"))]
            return point
        }
        var group = ResourceMetrics()
        group.resource = Resource(attributes: [KeyValue("host.name", .string(node))])
        var scope = ScopeMetrics()
        scope.metrics = [metric]
        group.scopeMetrics = [scope]
        var request = ExportMetricsServiceRequest()
        request.resourceMetrics = [group]
        return try DecodedMetrics.fromProtobuf(request.protobufBytes().span, arrival: someArrival).batch
    }

    private func limited(
        _ batch: PointBatch, _ allowance: SeriesAllowance, now: UnixNanos? = nil
    ) -> (PointBatch, PointBatch.SeriesExcess) {
        var batch = batch
        let excess = batch.limitSeries(allowance, now: now ?? self.now)
        return (batch, excess)
    }

    @Test("hostile 65: a source's series are told apart up to its limit, the points of more go into one")
    func limitIsExact() throws {
        for count in 99...101 {
            let (batch, excess) = limited(try batch(0..<count), SeriesAllowance(seriesMax: 100))
            #expect(batch.pointCount == count)
            #expect(batch.table.series.count == count)
            #expect(excess.mergedPoints == max(0, count - 100))
        }
        let allowance = SeriesAllowance(seriesMax: 100)
        let (first, _) = limited(try batch(0..<1_000), allowance)
        #expect(first.table.series.count == 101)
        #expect(first.pointCount == 1_000)
        // Those that are known stay, in whatever batch.
        let (second, excess) = limited(try batch(50..<150), allowance)
        #expect(second.table.series.count == 51)
        #expect(excess == PointBatch.SeriesExcess(mergedPoints: 50, refusedPoints: 0))
        let merged = try #require(second.table.series.last)
        #expect(
            Array(second.table.attributes[Int(merged.attributes)])
                == PointAttributes([KeyValue("otel.metric.overflow", .bool(true))]).bytes)
        #expect(second.rows.values == (50..<150).map { UInt64($0) })
    }

    @Test("hostile 65: metrics and resources without end are refused point by point, the known ones go on")
    func namesWithoutEnd() throws {
        let allowance = SeriesAllowance(seriesMax: 100)
        var refused = 0
        for number in 0..<200 {
            let (batch, excess) = limited(
                try batch(0..<1, name: "metric-\(number)", node: "n-\(number)"), allowance)
            refused += excess.refusedPoints
            #expect(batch.pointCount == 1 - excess.refusedPoints)
        }
        // A hundred are series, five more are what others of theirs would be merged into.
        #expect(refused == 95)
        #expect(
            limited(try batch(0..<1, name: "metric-7", node: "n-7"), allowance).1 == PointBatch.SeriesExcess()
        )
    }

    @Test("hostile 65: what one source does is nothing to another, but for the limit of all")
    func othersAreUnaffected() throws {
        let total = SeriesAllowance.Total(most: 150)
        let one = SeriesAllowance(seriesMax: 100, total: total)
        #expect(limited(try batch(0..<500), one).1.mergedPoints == 400)
        var other: SeriesAllowance? = SeriesAllowance(seriesMax: 100, total: total)
        #expect(try limited(batch(0..<50), #require(other)).1 == PointBatch.SeriesExcess())
        #expect(try limited(batch(50..<51), #require(other)).1.mergedPoints == 1)
        // What goes gives its series back.
        other = nil
        #expect(limited(try batch(0..<50), SeriesAllowance(seriesMax: 100, total: total)).1.mergedPoints == 0)
    }

    @Test("after a day a source begins anew, and so it does when the clock was set back")
    func windowsEnd() throws {
        let allowance = SeriesAllowance(seriesMax: 10)
        #expect(limited(try batch(0..<10), allowance).1.mergedPoints == 0)
        let day: Int64 = 86_400_000_000_000
        let batch = try batch(10..<20)
        #expect(limited(batch, allowance, now: now.advanced(byNanos: day - 1)).1.mergedPoints == 10)
        #expect(limited(batch, allowance, now: now.advanced(byNanos: day)).1.mergedPoints == 0)
        let others = try self.batch(20..<30)
        #expect(limited(others, allowance, now: now).1.mergedPoints == 0)
    }
}
