/// Sound inputs in which one part comes again and again: what a decoder does with a part must not depend on how many
/// came before it.
enum Repetition {
    /// All inputs that repeat one part of a seed until they have a size.
    static func inputs(of seed: [UInt8], byteCount: Int) -> [[UInt8]] {
        let isJSON = seed.first == UInt8(ascii: "{") || seed.first == UInt8(ascii: "[")
        let parts = isJSON ? jsonParts(seed) : protobufParts(seed)
        return parts.flatMap { part in
            [false, true].map { varies in
                let count = max(1, byteCount / max(1, part.range.count))
                let copies = (0..<count).map {
                    varies ? varied(seed[part.range], $0) : Array(seed[part.range])
                }
                let repeated = Array(copies.joined(separator: isJSON ? [UInt8(ascii: ",")] : []))
                return replaced(seed, part, by: repeated)
            }
        }
    }

    /// A part of an input, with the fields of protobuf that it lies in: where each has its length, and its content.
    private struct Part {
        var range: Range<Int>
        var around: [(length: Range<Int>, content: Range<Int>)] = []
    }

    private static func replaced(_ seed: [UInt8], _ part: Part, by bytes: [UInt8]) -> [UInt8] {
        var result = seed[..<part.range.lowerBound] + bytes + seed[part.range.upperBound...]
        var growth = bytes.count - part.range.count
        // From the inside: the lengths outside depend on what those inside take.
        for field in part.around.reversed() {
            let length = varint(field.content.count + growth)
            result.replaceSubrange(field.length, with: length)
            growth += length.count - field.length.count
        }
        return Array(result)
    }

    /// A copy that differs from others: runs of letters, digits or other bytes of content end with a number.
    private static func varied(_ part: ArraySlice<UInt8>, _ number: Int) -> [UInt8] {
        var copy = Array(part)
        let digits = (0..<4).map { UInt8(ascii: "a") + UInt8(number >> (12 - 4 * $0) & 15) }
        var run = 0
        for index in copy.indices {
            let isWord =
                (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(copy[index] | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(copy[index])
            run = isWord ? run + 1 : 0
            if run == 4 {
                copy.replaceSubrange(index - 3...index, with: digits)
                run = 0
            }
        }
        return copy
    }

    // MARK: Protobuf

    private static func protobufParts(_ seed: [UInt8]) -> [Part] {
        var parts: [Part] = []
        collect(seed, seed.indices, [], into: &parts)
        return parts
    }

    /// Adds every field in a range, and those in fields that can be messages.
    /// - Returns: whether the range is a message
    @discardableResult
    private static func collect(
        _ seed: [UInt8], _ range: Range<Int>, _ around: [(length: Range<Int>, content: Range<Int>)],
        into parts: inout [Part]
    ) -> Bool {
        let before = parts.count
        var index = range.lowerBound
        while index < range.upperBound {
            let start = index
            guard let tag = readVarint(seed, &index, range.upperBound), tag >> 3 > 0 else { break }
            var field: (length: Range<Int>, content: Range<Int>)?
            switch tag & 7 {
            case 0: if readVarint(seed, &index, range.upperBound) == nil { index = .max }
            case 1: index += 8
            case 5: index += 4
            case 2:
                let lengthStart = index
                guard let length = readVarint(seed, &index, range.upperBound),
                    length <= range.upperBound - index
                else {
                    index = .max
                    break
                }
                field = (lengthStart..<index, index..<index + length)
                index += length
            default: index = .max
            }
            guard index <= range.upperBound else { break }
            parts.append(Part(range: start..<index, around: around))
            if let field { collect(seed, field.content, around + [field], into: &parts) }
        }
        if index != range.upperBound { parts.removeSubrange(before...) }
        return index == range.upperBound
    }

    private static func readVarint(_ seed: [UInt8], _ index: inout Int, _ end: Int) -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 56, by: 7) {
            guard index < end else { return nil }
            let byte = seed[index]
            index += 1
            value |= Int(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    private static func varint(_ number: Int) -> [UInt8] {
        var rest = number
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    // MARK: JSON

    /// All elements of arrays and members of objects.
    private static func jsonParts(_ seed: [UInt8]) -> [Part] {
        var parts: [Part] = []
        var starts: [Int] = []
        var isInString = false
        var index = 0
        func end(_ index: Int) {
            if let start = starts.last, start < index { parts.append(Part(range: start..<index)) }
        }
        while index < seed.count {
            switch seed[index] {
            case UInt8(ascii: "\\") where isInString: index += 1
            case UInt8(ascii: "\""): isInString.toggle()
            case _ where isInString: break
            case UInt8(ascii: "{"), UInt8(ascii: "["): starts.append(index + 1)
            case UInt8(ascii: ","):
                end(index)
                if !starts.isEmpty { starts[starts.count - 1] = index + 1 }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                end(index)
                _ = starts.popLast()
            default: break
            }
            index += 1
        }
        return parts
    }
}
