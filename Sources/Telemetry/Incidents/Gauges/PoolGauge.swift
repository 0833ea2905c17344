import OTLPModel

/// What a series tells of the workers of a node.
struct PoolGauge: Sendable {
    /// Empty for the only one.
    var pool: String
    var isLimit: Bool

    /// Nil for what is of something else.
    init?(_ series: StoredSeries) {
        switch series.metric.name {
        case "goproxy.pool.usage": isLimit = false
        case "goproxy.pool.limit": isLimit = true
        default: return nil
        }
        pool = series.attributes.string(of: "goproxy.pool.name") ?? ""
    }
}
