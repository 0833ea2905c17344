/// A pattern of Go's `path.Match` (pkg.go.dev/path#Match): `*` stands for any characters but `/`, `?` for one of them,
/// `[a-z]` and `[^a-z]` for one of a set, `\` takes the meaning from the character behind it.
struct PathPattern: Hashable, Sendable {
    private enum Token: Hashable, Sendable {
        case scalar(Unicode.Scalar)
        /// Any one but a slash.
        case one
        /// Any number of them.
        case many
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    }

    private var tokens: [Token] = []
    /// Whether it stands for itself alone.
    private(set) var isPlain = true

    /// Nil for a pattern that breaks off or has an empty set: Go finds such patterns in no text at all.
    init?(_ text: some StringProtocol) {
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*":
                // Two stars are one: without this, each would be tried for itself.
                if tokens.last != .many { tokens.append(.many) }
            case "?": tokens.append(.one)
            case "[":
                guard let set = Self.set(&rest) else { return nil }
                tokens.append(set)
            case "\\":
                guard let next = rest.popFirst() else { return nil }
                tokens.append(.scalar(next))
                continue
            default:
                tokens.append(.scalar(scalar))
                continue
            }
            isPlain = false
        }
    }

    /// What follows an opening bracket.
    private static func set(_ rest: inout Substring.UnicodeScalarView) -> Token? {
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        let isNegated = rest.first == "^"
        if isNegated { rest.removeFirst() }
        while true {
            if rest.first == "]", !ranges.isEmpty {
                rest.removeFirst()
                return .set(ranges, isNegated: isNegated)
            }
            guard let low = member(&rest) else { return nil }
            var high = low
            if rest.first == "-" {
                rest.removeFirst()
                guard let end = member(&rest) else { return nil }
                high = end
            }
            // A range that runs backwards has nothing in it, which Go allows.
            ranges.append(low <= high ? low...high : low...low)
            if low > high { ranges[ranges.count - 1] = Self.nothing }
        }
    }

    /// A range that no text has: the last noncharacter of Unicode.
    private static let nothing: ClosedRange<Unicode.Scalar> = "\u{10FFFF}"..."\u{10FFFF}"

    /// A character of a set, which has another one behind it at the least.
    private static func member(_ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar? {
        guard var scalar = rest.popFirst(), scalar != "-", scalar != "]" else { return nil }
        if scalar == "\\" {
            guard let next = rest.popFirst() else { return nil }
            scalar = next
        }
        return rest.isEmpty ? nil : scalar
    }

    /// Whether it stands for the whole of a text.
    ///
    /// In time proportional to both lengths multiplied: of several stars only the last one that was passed is tried
    /// again, since what an earlier one could take in its stead leaves less for those after it.
    func matches(_ text: some StringProtocol) -> Bool {
        let text = Array(text.unicodeScalars)
        var place = 0
        var token = 0
        var star: (token: Int, place: Int)?
        while place < text.count || token < tokens.count {
            if token < tokens.count {
                if tokens[token] == .many {
                    star = (token, place)
                    token += 1
                    continue
                }
                if place < text.count, Self.takes(tokens[token], text[place]) {
                    token += 1
                    place += 1
                    continue
                }
            }
            guard let last = star, last.place < text.count, text[last.place] != "/" else { return false }
            star = (last.token, last.place + 1)
            (token, place) = (last.token + 1, last.place + 1)
        }
        return true
    }

    private static func takes(_ token: Token, _ scalar: Unicode.Scalar) -> Bool {
        switch token {
        case .scalar(let own): own == scalar
        case .one: scalar != "/"
        case .many: false
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
        }
    }

    /// The text that a plain pattern stands for; nil for others.
    var plainText: String? {
        guard isPlain else { return nil }
        var text = ""
        for case .scalar(let scalar) in tokens { text.unicodeScalars.append(scalar) }
        return text
    }
}
