/// Many inputs in one file, as `Tests/Fuzz/Corpus` has them: of each its length (u32, lowest byte first) and its bytes.
package enum InputList {
    package static func encoded(_ inputs: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for input in inputs {
            for place in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: input.count >> (8 * place))) }
            bytes += input
        }
        return bytes
    }

    /// - Returns: nil for a file that is cut off
    package static func decoded(_ bytes: [UInt8]) -> [[UInt8]]? {
        var inputs: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard rest.count >= 4 else { return nil }
            let count = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard rest.count >= count else { return nil }
            inputs.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return inputs
    }
}
