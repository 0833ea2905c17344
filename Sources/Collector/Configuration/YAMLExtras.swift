/// Finds what of YAML is not taken, before the parser sees it: anchors, aliases and tags.
///
/// The parser would copy what an alias stands for, and hash it when it is a key: a few lines of aliases of aliases keep
/// it busy for years.
enum YAMLExtras {
    /// The first place where `&`, `*` or `!` stands where a value or a key begins; nil when there is none.
    static func firstPlace(in text: String) -> YAMLText.Place? {
        var scan = Scan()
        for scalar in text.unicodeScalars {
            if scan.step(scalar) { return scan.place }
        }
        return nil
    }

    /// Follows a text a character at a time, as far as is needed to know where something can begin.
    private struct Scan {
        var place: YAMLText.Place = (1, 0)
        private var previous: Unicode.Scalar = "\n"
        /// Whether a value or a key may begin at the next character.
        private var mayBegin = true
        private var quote: Unicode.Scalar?
        private var isEscaped = false
        private var isComment = false
        /// Blocks of `|` and `>`: lines that are indented deeper than the line with the sign are text.
        private var blockIndent: Int?
        private var opensBlock = false
        private var indent = 0
        private var isAtIndent = true

        /// - Returns: whether an extra begins with this character
        mutating func step(_ scalar: Unicode.Scalar) -> Bool {
            defer { previous = scalar }
            guard scalar != "\n" else {
                place = (place.line + 1, 0)
                newLine()
                return false
            }
            place.column += 1
            if quote != nil {
                inQuotes(scalar)
                return false
            }
            if isAtIndent {
                if scalar == " " {
                    indent += 1
                    return false
                }
                isAtIndent = false
                if let block = blockIndent, indent <= block { blockIndent = nil }
            }
            if isComment || blockIndent != nil { return false }
            return outside(scalar)
        }

        private mutating func newLine() {
            if opensBlock, !isInBlock { blockIndent = indent }
            opensBlock = false
            isComment = false
            isAtIndent = true
            indent = 0
            if quote == nil { mayBegin = true }
        }

        private var isInBlock: Bool { blockIndent != nil }

        private mutating func inQuotes(_ scalar: Unicode.Scalar) {
            if isEscaped {
                isEscaped = false
            } else if quote == "\"", scalar == "\\" {
                isEscaped = true
            } else if scalar == quote {
                quote = nil
                mayBegin = false
            }
        }

        private mutating func outside(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar {
            case "#" where [" ", "\t", "\n"].contains(previous):
                isComment = true
            case " ", "\t":
                // After a key, an item's dash or a question mark the value begins.
                if [":", "-", "?"].contains(previous) { mayBegin = true }
            case "\"" where mayBegin, "'" where mayBegin:
                quote = scalar
            case "[", "{", ",":
                mayBegin = true
            case "&" where mayBegin, "*" where mayBegin, "!" where mayBegin:
                return true
            case "|" where mayBegin, ">" where mayBegin:
                opensBlock = true
                mayBegin = false
            default:
                mayBegin = false
            }
            return false
        }
    }
}
