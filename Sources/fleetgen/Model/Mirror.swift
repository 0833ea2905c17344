/// A mirror that clients use in place of the fleet's own edges, and how long their runs of the go command take.
package struct Mirror: Hashable, Sendable {
    /// The host name, by which clients ask.
    package let host: String
    /// Mean time from the first request of a session to its last answer, in nanoseconds: exactly so.
    package let meanSessionNanos: UInt64

    package init(host: String, meanSessionNanos: UInt64) {
        self.host = host
        self.meanSessionNanos = meanSessionNanos
    }
}
