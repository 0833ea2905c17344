/// Finds what of YAML is not taken, before the parser sees it: anchors, aliases and tags.
///
/// The parser would copy what an alias stands for, and hash it when it is a key: a few lines of aliases of aliases keep
/// it busy for years.
enum YAMLExtras {
    /// More aliases than this are refused wherever they seem to stand. With so few, whatever they are made of, a file
    /// becomes some twenty times as large.
    private static let aliasesMax = 8

    /// The first place where `&`, `*` or `!` stands where a value or a key begins; nil when there is none.
    static func firstPlace(in text: String) -> YAMLText.Place? {
        var scan = Scan()
        for scalar in text.unicodeScalars {
            if scan.step(scalar) { return scan.place }
        }
        // The scan does not know YAML as its parser does, and where both disagree an alias may hide.
        return placeOfManyAliases(in: text)
    }

    /// The place of the first alias when there are many, with no regard to quotes and comments.
    private static func placeOfManyAliases(in text: String) -> YAMLText.Place? {
        var previous: Unicode.Scalar = " "
        var count = 0
        var first: Int?
        for (offset, scalar) in text.unicodeScalars.enumerated() {
            // The letter of a name after a star after something that is no letter.
            let isName =
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || "_-".unicodeScalars.contains(scalar)
            if previous == "*", isName {
                count += 1
                if first == nil { first = offset - 1 }
            }
            previous = scalar
        }
        guard count > aliasesMax, let first else { return nil }
        return YAMLText.place(ofScalar: first, in: text)
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
        /// Whether the line has had nothing but dashes of list items.
        private var isInDashes = false

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
            isInDashes = false
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
                if isInDashes { indent = place.column }
            case "\"" where mayBegin, "'" where mayBegin:
                quote = scalar
            case "-" where isInDashes || place.column == indent + 1:
                // What an item has is indented by its place behind the dash.
                isInDashes = true
                mayBegin = false
                return false
            case "[", "{", ",", ":":
                mayBegin = true
            case "&" where mayBegin, "*" where mayBegin, "!" where mayBegin:
                return true
            case "|" where mayBegin, ">" where mayBegin:
                opensBlock = true
                mayBegin = false
            default:
                mayBegin = false
            }
            if scalar != " " { isInDashes = false }
            return false
        }
    }
}
