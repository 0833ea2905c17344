/// How fast the writer takes what waits, of the last groups: for senders that are told when to come back.
struct DrainRate {
    /// What a group changes: one in five, so that the last ten or so count.
    private static let keptShare = 0.8

    private var bytes = 0.0
    private var seconds = 0.0

    /// Notes a group.
    /// - Parameter nanos: since the one before, or since it began to wait
    mutating func note(bytes count: Int, nanos: MonotonicNanos) {
        bytes = bytes * Self.keptShare + Double(count)
        seconds = seconds * Self.keptShare + Double(max(0, nanos)) / 1e9
    }

    /// How long it will take until so many bytes are taken.
    /// - Parameter stalledNanos: how long nothing has been taken though something waits: a writer that hangs takes nothing
    /// - Returns: seconds; nil when nothing is known yet
    func seconds(for waitingBytes: Int, stalledNanos: MonotonicNanos) -> Double? {
        guard bytes > 0 else { return nil }
        return Double(waitingBytes) * (seconds + Double(max(0, stalledNanos)) / 1e9) / bytes
    }
}
