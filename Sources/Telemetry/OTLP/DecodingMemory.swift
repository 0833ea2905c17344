import NIOConcurrencyHelpers

/// What decoders keep from one request for the next, for all threads that decode.
package final class DecodingMemory: Sendable {
    /// 8: about as many as decode at once. Each is some 60 KiB as a rule, and 1 MiB at the most.
    private static let idleMax = 8

    private let idle = NIOLockedValueBox<[SpanShapes]>([])

    package init() {}

    func take() -> SpanShapes { idle.withLockedValue { $0.popLast() } ?? SpanShapes() }

    func giveBack(_ shapes: consuming SpanShapes) {
        guard shapes.isWorthKeeping else { return }
        let shapes = shapes
        idle.withLockedValue { if $0.count < Self.idleMax { $0.append(shapes) } }
    }
}
