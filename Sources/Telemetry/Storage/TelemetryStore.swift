package struct StoreOptions: Sendable {
    package var queueBytesMax = 64 << 20
    package init() {}
}
package enum AppendOutcome: Sendable { case stored, duplicate }
package struct StoreEvent: Sendable {
    package enum Level: Sendable { case info, warning, error }
    package var level: Level
    /// Dotted name of the event, `store.sealed`.
    package var name: String
    package var fields: [(key: String, value: String)]
}
package final class TelemetryStore: Sendable {
    package static func open(
        path: String, options: StoreOptions = StoreOptions(),
        onEvent: @escaping @Sendable (StoreEvent) -> Void = { _ in }
    ) throws(StoreError) -> TelemetryStore { throw StoreError(.unavailable, "stub") }
    package func append(_ batch: consuming SpanBatch, digest: BodyDigest) async throws(StoreError) -> AppendOutcome {
        throw StoreError(.unavailable, "stub")
    }
    package func close() async throws(StoreError) {}
}
package struct BodyDigest: Hashable, Sendable {
    package init(of body: ByteSpan) {}
}
