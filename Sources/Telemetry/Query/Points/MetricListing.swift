/// A metric as `traceq metrics --list` shows it: what series have in common.
package struct MetricListing: Hashable, Sendable {
    package var name: String
    /// `gauge`, `sum`, ….
    package var type: String
    package var unit: String
    /// Nil where the type has none.
    package var temporality: String?
    /// Of sums; nil for other types.
    package var isMonotonic: Bool?
    package var description: String
    /// How many series, in all nodes.
    package var series: Int
}
