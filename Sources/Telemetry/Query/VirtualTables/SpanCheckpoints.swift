import OTLPModel

/// Reads all attributes of single spans in any order. Where a span's values lie is found by counting from the
/// beginning of the segment; places on the way are remembered, so that going back is no long way.
struct SpanCheckpoints {
    /// Spans between two remembered places.
    private static let stride = 512

    private let materializer: SpanMaterializer
    private var places: [SpanMaterializer.Position]
    private var current: SpanMaterializer.Position

    init(_ view: SegmentView) throws(StoreError) {
        materializer = try SpanMaterializer(view)
        current = materializer.start
        places = [materializer.start]
    }

    mutating func attributes(_ row: Int) throws(StoreError) -> [KeyValue] {
        if row < current.row || row - current.row > Self.stride {
            current = places[min(row / Self.stride, places.count - 1)]
        }
        while current.row + Self.stride <= row {
            materializer.advance(&current, to: places.count * Self.stride)
            places.append(current)
        }
        materializer.advance(&current, to: row)
        return try materializer.attributes(at: current)
    }
}
