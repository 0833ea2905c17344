/// The byte planes of a column of numbers: plane `p` holds the bits from `8 p` on of every number.
enum BytePlanes {
    /// Numbers that are put together at a time: their bytes and they themselves stay in the first cache.
    private static let tile = 512

    /// Puts numbers of 64 bits together.
    /// - Parameters:
    ///   - planes: `planeCount` planes of `count` bytes, one after another, lowest first
    ///   - planeCount: 8 at the most
    static func join64(_ planes: [UInt8], planeCount: Int, count: Int) -> [UInt64] {
        guard planeCount > 0, count > 0 else { return [UInt64](repeating: 0, count: count) }
        precondition(planes.count == planeCount * count && planeCount <= 8)
        // Bytes become numbers of 32 bits first, which takes half of the steps that 64 bits would.
        var low = [UInt32](repeating: 0, count: tile)
        var high = low
        // Safe: every access lies below `count` in the numbers, below `planeCount * count` in the planes and
        // below `tile` in the halves.
        return unsafe [UInt64](unsafeUninitializedCapacity: count) { numbers, initialized in
            unsafe planes.withUnsafeBufferPointer { planes in
                unsafe low.withUnsafeMutableBufferPointer { low in
                    unsafe high.withUnsafeMutableBufferPointer { high in
                        var start = 0
                        while start < count {
                            let width = min(tile, count &- start)
                            unsafe joinTile(planes, 0..<min(planeCount, 4), count, start, low, width)
                            if planeCount > 4 {
                                unsafe joinTile(planes, 4..<planeCount, count, start, high, width)
                                for index in 0..<width {
                                    unsafe numbers[start &+ index] =
                                        UInt64(low[index]) | UInt64(high[index]) &<< 32
                                }
                            } else {
                                for index in 0..<width {
                                    unsafe numbers[start &+ index] = UInt64(low[index])
                                }
                            }
                            start &+= width
                        }
                    }
                }
            }
            initialized = count
        }
    }

    /// Puts numbers of 32 bits together.
    /// - Parameter planeCount: 4 at the most
    static func join32(_ planes: [UInt8], planeCount: Int, count: Int) -> [UInt32] {
        guard planeCount > 0, count > 0 else { return [UInt32](repeating: 0, count: count) }
        precondition(planes.count == planeCount * count && planeCount <= 4)
        // Safe: as above.
        return unsafe [UInt32](unsafeUninitializedCapacity: count) { numbers, initialized in
            unsafe planes.withUnsafeBufferPointer { planes in
                var start = 0
                while start < count {
                    let width = min(tile, count &- start)
                    let part = unsafe UnsafeMutableBufferPointer(rebasing: numbers[start..<start &+ width])
                    unsafe joinTile(planes, 0..<planeCount, count, start, part, width)
                    start &+= width
                }
            }
            initialized = count
        }
    }

    /// Puts `width` numbers together from some planes, the first of them their lowest byte.
    @inline(__always)
    private static func joinTile(
        _ planes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ count: Int, _ start: Int,
        _ numbers: UnsafeMutableBufferPointer<UInt32>, _ width: Int
    ) {
        for plane in range {
            let base = plane &* count &+ start
            let shift = UInt32(truncatingIfNeeded: (plane &- range.lowerBound) &* 8)
            if plane == range.lowerBound {
                for index in 0..<width { unsafe numbers[index] = UInt32(planes[base &+ index]) }
            } else {
                for index in 0..<width {
                    unsafe numbers[index] |= UInt32(planes[base &+ index]) &<< shift
                }
            }
        }
    }
}
