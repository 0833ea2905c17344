package import OTLPModel

/// A point as it is stored, with whose it is.
package struct StoredPoint: Sendable {
    package var series: StoredSeries
    /// Without its attributes: those are the series'.
    package var point: MetricPoint
    /// When and from where it came.
    package var arrival: Arrival

    package var node: NodeIdentity { series.node(arrival) }
    package var time: UnixNanos { UnixNanos(clamping: point.timeUnixNano) }
}
