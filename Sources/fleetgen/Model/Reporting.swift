/// How what a node has to tell reaches the collector.
package enum Reporting: Hashable, Sendable {
    /// Some seconds after it happened.
    case steady
    /// For so many nanoseconds around the middle of the traffic the node has no link: what it saw meanwhile arrives
    /// when the link is back.
    case late(nanos: UInt64)
    /// From the middle of the traffic on nothing arrives, though the node goes on serving.
    case silent
}
