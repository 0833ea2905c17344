/// Which starts are believed of spans that came at some time.
///
/// A node whose clock is wrong sends spans of 1970 or of the next century. In a segment with others they would
/// make its range of time so large that it seems to concern every question: so they make segments of their own.
struct BelievableStarts {
    /// A week: a node that was cut off sends what it kept meanwhile.
    static let beforeNanos: Int64 = 7 * 86_400_000_000_000
    /// Ten minutes: a clock that is merely not kept well.
    static let afterNanos: Int64 = 600_000_000_000

    /// Where starts lie.
    enum Side: CaseIterable {
        /// Within what is believed.
        case ordinary
        case early
        case late
    }

    let first: UnixNanos
    let last: UnixNanos

    init(receivedAt: UnixNanos) {
        first = receivedAt.advanced(byNanos: -Self.beforeNanos)
        last = receivedAt.advanced(byNanos: Self.afterNanos)
    }

    @inline(__always)
    func side(of start: UnixNanos) -> Side {
        if start < first { return .early }
        return start > last ? .late : .ordinary
    }
}
