// What a batch takes of memory.

extension SpanBatch {
    /// About how much memory what is in the batch takes.
    var memoryBytes: Int {
        slots.count * 8 + spanCount * 44 + dictionary.strings.bytes.count + dictionary.count * 24
            + traces.count * 16 + operations.count * 24 + layouts.columns.count * 4 + origins.count * 8
            + resources.memoryBytes + scopes.memoryBytes
    }

    /// How much memory the batch holds: arrays have room beyond what is in them, up to as much again.
    var heldBytes: Int {
        let bySpan =
            traceIndexes.capacity * 4 + spanIDs.capacity * 8 + parentIDs.capacity * 8 + starts.capacity * 8
            + ends.capacity * 8 + operationIndexes.capacity * 4 + originIndexes.capacity * 4
        return bySpan + slots.capacity * 8 + traces.capacity * 16 + operations.capacity * 20
            + layouts.heldBytes + dictionary.heldBytes + origins.capacity * 8 + resources.heldBytes
            + scopes.heldBytes
    }

    /// Lets go of the room in its arrays, for a batch that became much smaller than its body made one expect.
    mutating func shrink() {
        traceIndexes.shrink()
        spanIDs.shrink()
        parentIDs.shrink()
        starts.shrink()
        ends.shrink()
        operationIndexes.shrink()
        originIndexes.shrink()
        slots.shrink()
        traces.shrink()
        operations.shrink()
        layouts.shrink()
        dictionary.shrink()
        origins.shrink()
        resources.shrink()
        scopes.shrink()
    }
}

extension Array {
    /// Moves the elements to where there is room for no more than them.
    mutating func shrink() {
        guard capacity > count else { return }
        var exact: [Element] = []
        exact.reserveCapacity(count)
        exact.append(contentsOf: self)
        self = exact
    }
}
