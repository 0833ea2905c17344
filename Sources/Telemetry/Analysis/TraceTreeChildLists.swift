/// The children of every span, as slices of one array.
struct TraceTreeChildLists {
    private var firsts: [Int]
    private var children: [Int]

    /// - Parameter parents: by rank, the rank of the parent, nil at the top.
    init(parents: [Int?]) {
        firsts = [Int](repeating: 0, count: parents.count + 1)
        for case .some(let parent) in parents { firsts[parent + 1] += 1 }
        for rank in parents.indices { firsts[rank + 1] += firsts[rank] }
        children = [Int](repeating: 0, count: firsts[parents.count])
        var next = firsts
        for (rank, parent) in parents.enumerated() {
            guard let parent else { continue }
            children[next[parent]] = rank
            next[parent] += 1
        }
    }

    /// In the order of their ranks.
    subscript(_ rank: Int) -> ArraySlice<Int> { children[firsts[rank]..<firsts[rank + 1]] }
}
