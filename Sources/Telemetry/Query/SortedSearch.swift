extension RandomAccessCollection where Index == Int {
    /// The first place of which something holds, in a collection that is sorted so that it holds of all behind that one.
    /// - Returns: `endIndex` where it holds of none
    func firstPlace(where holds: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
