import OTLPModel

/// Reads all attributes of single spans in any order. Where a span's values lie is found by counting from the
/// beginning of the segment; places on the way are remembered, so that going back is no long way.
struct SpanCheckpoints {
    /// Spans between two remembered places.
    static let stride = 512

    private let materializer: SpanMaterializer
    private var places: [SpanMaterializer.Position]
    private var current: SpanMaterializer.Position

    init(_ view: SegmentView) throws(StoreError) {
        materializer = try SpanMaterializer(view, onlyAttributes: true)
        current = materializer.start
        places = [materializer.start]
    }

    mutating func attributes(_ row: Int) throws(StoreError) -> [KeyValue] {
        // The nearest place behind the row: also when the current one is behind it, but further away.
        let place = places[min(row / Self.stride, places.count - 1)]
        if row < current.row || current.row < place.row { current = place }
        // Places reach as far as any row that was read, so the current one is behind the next of them.
        while places.count * Self.stride <= row {
            materializer.advance(&current, to: places.count * Self.stride)
            places.append(current)
        }
        materializer.advance(&current, to: row)
        return try materializer.attributes(at: current)
    }
}
