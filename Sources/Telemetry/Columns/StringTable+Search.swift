extension StringTable {
    /// Which entries have some bytes in them. One search over all of them, by Horspool's method: a hit that
    /// goes over the end of an entry is none.
    func entries(containing part: [UInt8]) -> [Bool] {
        guard let lastByte = part.last else { return [Bool](repeating: true, count: count) }
        var found = [Bool](repeating: false, count: count)
        // By byte under the end of the part: how far the part can move on.
        var steps = [Int](repeating: part.count, count: 256)
        for (index, byte) in part.dropLast().enumerated() { steps[Int(byte)] = part.count - 1 - index }
        let all = bytes.span
        let wanted = part.span
        let moves = steps.span
        let tail = part.count &- 1
        var end = tail
        var entry = 0
        while end < all.count {
            let byte = all[end]
            let start = end &- tail
            if byte == lastByte, all.equals(at: start, wanted, at: 0, count: part.count) {
                while entry < count, Int(offsets[entry + 1]) <= start { entry += 1 }
                guard entry < count else { break }
                if end < Int(offsets[entry + 1]) {
                    found[entry] = true
                    // One hit an entry is enough.
                    end = Int(offsets[entry + 1]) &+ tail
                    continue
                }
            }
            end &+= moves[Int(byte)]
        }
        return found
    }
}
