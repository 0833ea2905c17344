package typealias ByteSpan = Swift.Span<UInt8>
package struct SpanBatch: Sendable {
    package var spanCount = 0
}
