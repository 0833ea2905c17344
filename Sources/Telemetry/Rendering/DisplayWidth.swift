/// How many columns of a terminal a text takes.
package enum DisplayWidth {
    /// Columns of a text that holds no control characters.
    package static func columns(_ text: String) -> Int {
        if let width = asciiWidth(text) { return width }
        return text.reduce(0) { $0 + columns($1) }
    }

    package static func columns(_ character: Character) -> Int {
        var total = 0
        for scalar in character.unicodeScalars {
            if scalar.value == 0xfe0f {
                // Asks for the emoji form of a sign that has a narrow one.
                if total == 1 { total = 2 }
            } else if (0x1f3fb...0x1f3ff).contains(scalar.value), total > 0 {
                continue  // A skin tone colours the emoji before it.
            } else {
                total += columns(scalar)
            }
        }
        return total
    }

    /// The text within `width` columns; what is too long loses its middle to `…`.
    ///
    /// The end of a path tells more than its middle: file names and versions stand there.
    package static func truncatingMiddle(_ text: String, to width: Int) -> String {
        guard columns(text) > width else { return text }
        guard width > 1 else { return width == 1 ? "…" : "" }
        let characters = Array(text)
        let headWidth = (width - 1) / 2
        let head = fitting(characters, width: headWidth)
        let tail = fitting(characters.reversed(), width: width - 1 - headWidth)
        return String(head) + "…" + String(tail.reversed())
    }

    /// The text within `width` columns; what is too long loses its end to `…`.
    package static func truncatingEnd(_ text: String, to width: Int) -> String {
        guard columns(text) > width else { return text }
        guard width > 0 else { return "" }
        return String(fitting(Array(text), width: width - 1)) + "…"
    }

    /// The end of a text, as much of it as fits.
    package static func suffix(_ text: String, columns width: Int) -> String {
        String(fitting(text.reversed(), width: width).reversed())
    }

    package static func padded(_ text: String, to width: Int, right: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - columns(text)))
        return right ? space + text : text + space
    }

    private static func fitting(_ characters: [Character], width: Int) -> [Character] {
        var used = 0
        return Array(
            characters.prefix {
                used += columns($0)
                return used <= width
            })
    }

    /// Nil unless all of the text is printable ASCII, where bytes are columns.
    private static func asciiWidth(_ text: String) -> Int? {
        text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : nil
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control, .format: return 0
        default: break
        }
        // Vowels and finals of Hangul join the consonant before them, which is wide.
        if (0x1160...0x11ff).contains(scalar.value) { return 0 }
        return isWide(scalar.value) ? 2 : 1
    }

    /// East Asian Width W and F (UAX #11), in the blocks that terminals draw two columns wide.
    private static func isWide(_ value: UInt32) -> Bool {
        guard value >= 0x1100 else { return false }
        var low = 0
        var high = wideRanges.count
        while low < high {
            let middle = (low + high) / 2
            if wideRanges[middle].upperBound < value {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < wideRanges.count && wideRanges[low].contains(value)
    }

    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x231a...0x231b, 0x2329...0x232a, 0x23e9...0x23ec, 0x23f0...0x23f0,
        0x23f3...0x23f3, 0x25fd...0x25fe, 0x2614...0x2615, 0x2648...0x2653, 0x267f...0x267f,
        0x2693...0x2693, 0x26a1...0x26a1, 0x26aa...0x26ab, 0x26bd...0x26be, 0x26c4...0x26c5,
        0x26ce...0x26ce, 0x26d4...0x26d4, 0x26ea...0x26ea, 0x26f2...0x26f3, 0x26f5...0x26f5,
        0x26fa...0x26fa, 0x26fd...0x26fd, 0x2705...0x2705, 0x270a...0x270b, 0x2728...0x2728,
        0x274c...0x274c, 0x274e...0x274e, 0x2753...0x2755, 0x2757...0x2757, 0x2795...0x2797,
        0x27b0...0x27b0, 0x27bf...0x27bf, 0x2b1b...0x2b1c, 0x2b50...0x2b50, 0x2b55...0x2b55,
        0x2e80...0x2fff, 0x3001...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0xa4cf,
        0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f,
        0xff01...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18cff, 0x1aff0...0x1b2ff, 0x1f004...0x1f004,
        0x1f0cf...0x1f0cf, 0x1f18e...0x1f18e, 0x1f191...0x1f19a, 0x1f200...0x1f265, 0x1f300...0x1f320,
        0x1f32d...0x1f335, 0x1f337...0x1f37c, 0x1f37e...0x1f393, 0x1f3a0...0x1f3ca, 0x1f3cf...0x1f3d3,
        0x1f3e0...0x1f3f0, 0x1f3f4...0x1f3f4, 0x1f3f8...0x1f43e, 0x1f440...0x1f440, 0x1f442...0x1f4fc,
        0x1f4ff...0x1f53d, 0x1f54b...0x1f54e, 0x1f550...0x1f567, 0x1f57a...0x1f57a, 0x1f595...0x1f596,
        0x1f5a4...0x1f5a4, 0x1f5fb...0x1f64f, 0x1f680...0x1f6c5, 0x1f6cc...0x1f6cc, 0x1f6d0...0x1f6d2,
        0x1f6d5...0x1f6d7, 0x1f6dc...0x1f6df, 0x1f6eb...0x1f6ec, 0x1f6f4...0x1f6fc, 0x1f7e0...0x1f7eb,
        0x1f7f0...0x1f7f0, 0x1f90c...0x1f93a, 0x1f93c...0x1f945, 0x1f947...0x1f9ff, 0x1fa70...0x1faff,
        0x20000...0x2fffd, 0x30000...0x3fffd,
    ]
}
