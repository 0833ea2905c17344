/// `sketch_merge(sketch)`: the durations of all sketches of a group in one. NULL is passed over.
final class SketchMergeAggregate: SQLAggregate {
    private var sketch = DurationSketch()

    func step(_ arguments: SQLArguments) throws(StoreError) {
        guard arguments[0] != .null else { return }
        try sketch.merge(encoded: arguments, 0)
    }

    func finish(_ result: SQLResult) throws(StoreError) {
        let bytes = sketch.encoded
        result.blob(bytes.span)
    }
}

extension DurationSketch {
    /// Adds a sketch that SQL hands over.
    mutating func merge(encoded arguments: SQLArguments, _ index: Int) throws(StoreError) {
        guard case .blob(let bytes) = arguments[index] else {
            throw StoreError(.unavailable, "this is no sketch: take the column sketch of rollup_minute")
        }
        do {
            var reader = ByteReader(bytes.span)
            try merge(decoding: &reader)
        } catch {
            throw StoreError(.unavailable, "this is no sketch: take the column sketch of rollup_minute")
        }
    }
}
