/// Swift source, read as far as the rules need it.
enum SwiftCode {
    /// The same text with blanks where comments and the content of string literals were, so that lines
    /// and columns stay.
    ///
    /// What is interpolated into a string counts as its content.
    static func withoutCommentsAndStrings(_ text: String) -> String {
        var scanner = Scanner(bytes: Array(text.utf8))
        scanner.run()
        return String(decoding: scanner.bytes, as: UTF8.self)
    }

    private struct Scanner {
        var bytes: [UInt8]
        private var position = 0

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        mutating func run() {
            while position < bytes.count {
                if starts(with: "//") {
                    blankLine()
                } else if starts(with: "/*") {
                    blankComment()
                } else if let hashes = hashesOfString() {
                    blankString(hashes: hashes)
                } else {
                    position += 1
                }
            }
        }

        private func starts(with prefix: StaticString) -> Bool {
            starts(with: Array(String(describing: prefix).utf8))
        }

        private func starts(with prefix: [UInt8]) -> Bool {
            position + prefix.count <= bytes.count
                && bytes[position..<position + prefix.count].elementsEqual(prefix)
        }

        private mutating func blank() {
            if bytes[position] != UInt8(ascii: "\n") { bytes[position] = UInt8(ascii: " ") }
            position += 1
        }

        private mutating func blankLine() {
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { blank() }
        }

        private mutating func blankComment() {
            var depth = 0
            while position < bytes.count {
                if starts(with: "/*") {
                    depth += 1
                    blank()
                } else if starts(with: "*/") {
                    depth -= 1
                    blank()
                }
                blank()
                if depth == 0 { return }
            }
        }

        /// How many `#` stand before the quote that begins here; nil where no string begins.
        private func hashesOfString() -> Int? {
            var end = position
            while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
            return end < bytes.count && bytes[end] == UInt8(ascii: "\"") ? end - position : nil
        }

        private mutating func blankString(hashes: Int) {
            let marks = [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
            position += hashes
            let isMultiline = starts(with: "\"\"\"")
            let quote = [UInt8](repeating: UInt8(ascii: "\""), count: isMultiline ? 3 : 1)
            position += quote.count
            while position < bytes.count, !starts(with: quote + marks) {
                if starts(with: [UInt8(ascii: "\\")] + marks) {
                    blankEscape(length: 1 + hashes)
                } else {
                    blank()
                }
            }
            position = min(position + quote.count + hashes, bytes.count)
        }

        /// Blanks an escape, and all of `(…)` where it is an interpolation.
        private mutating func blankEscape(length: Int) {
            for _ in 0..<length where position < bytes.count { blank() }
            guard position < bytes.count else { return }
            guard bytes[position] == UInt8(ascii: "(") else {
                blank()
                return
            }
            var depth = 0
            while position < bytes.count {
                if let hashes = hashesOfString() {
                    let start = position
                    blankString(hashes: hashes)
                    for inner in start..<position where bytes[inner] != UInt8(ascii: "\n") {
                        bytes[inner] = UInt8(ascii: " ")
                    }
                    continue
                }
                if bytes[position] == UInt8(ascii: "(") { depth += 1 }
                if bytes[position] == UInt8(ascii: ")") { depth -= 1 }
                blank()
                if depth == 0 { return }
            }
        }
    }
}
