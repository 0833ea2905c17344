/// The columns of the table `points`; the raw values are their places in it.
enum PointColumn: Int, CaseIterable {
    case time, timeNanos, startNanos
    case name, type, unit, temporality, monotonic, description
    case service, node, nodeSource, scope, attributes
    case value, count, sum, min, max
    case flags, buckets, exemplars
    case peer, receivedAtNanos, resource, series, segment

    var column: SQLColumn {
        switch self {
        case .time: SQLColumn("time", "TEXT", "2026-08-21T10:00:00.000000000Z")
        case .timeNanos: SQLColumn("time_ns", "INTEGER", "Unix nanoseconds")
        case .startNanos:
            SQLColumn("start_ns", "INTEGER", "since when a sum or a histogram counts; NULL when unknown")
        case .name: SQLColumn("name", "TEXT", "name of the metric")
        case .type:
            SQLColumn("type", "TEXT", "gauge, sum, histogram, exponential_histogram, summary")
        case .unit: SQLColumn("unit", "TEXT", "unit of the metric: s, By, {request}")
        case .temporality:
            SQLColumn("temporality", "TEXT", "delta, cumulative, unspecified; NULL for gauges and summaries")
        case .monotonic: SQLColumn("monotonic", "INTEGER", "whether a sum only rises; NULL for others")
        case .description: SQLColumn("description", "TEXT", "what the metric is about")
        case .service: SQLColumn("service", "TEXT", "service.name, or unknown_service")
        case .node: SQLColumn("node", "TEXT", "the node that the resource names, else the peer's address")
        case .nodeSource: SQLColumn("node_source", "TEXT", "what named the node")
        case .scope: SQLColumn("scope", "TEXT", "name of the instrumentation scope")
        case .attributes: SQLColumn("attributes", "TEXT", "attributes of the series as a JSON object")
        case .value:
            SQLColumn("value", "", "the number, INTEGER or REAL; NULL for histograms and what is no number")
        case .count: SQLColumn("count", "INTEGER", "measurements of a histogram or summary")
        case .sum: SQLColumn("sum", "REAL", "their sum, where it was sent")
        case .min: SQLColumn("min", "REAL", "the least of them, where it was sent")
        case .max: SQLColumn("max", "REAL", "the greatest of them, where it was sent")
        case .flags: SQLColumn("flags", "INTEGER", "OTLP's flags; 1: there is no value any more")
        case .buckets: SQLColumn("buckets", "TEXT", "buckets or quantiles as JSON")
        case .exemplars: SQLColumn("exemplars", "TEXT", "measurements with their spans as JSON; NULL without")
        case .peer: SQLColumn("peer", "TEXT", "the address that the point came from")
        case .receivedAtNanos: SQLColumn("received_at_ns", "INTEGER", "Unix nanoseconds")
        case .resource: SQLColumn("resource", "TEXT", "the resource's attributes as a JSON object")
        case .series: SQLColumn("series", "INTEGER", "row of the table series; NULL in the journal")
        case .segment: SQLColumn("segment", "INTEGER", "the segment; NULL in the journal")
        }
    }

    static let columns = allCases.map(\.column)
}
