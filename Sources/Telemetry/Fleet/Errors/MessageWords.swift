/// What messages of errors have in common: numbers, ids, addresses and paths differ from one to the next of the same
/// cause.
enum MessageWords {
    /// Longer ones are cut: a stack is no message.
    static let lengthMax = 160

    /// The first line, with `#` for what has digits and is not a word, `…` for paths and quoted texts.
    static func normalised(_ message: String) -> String {
        let line = message.prefix { $0 != "\n" && $0 != "\r" }
        var words: [Substring] = []
        var length = 0
        for word in withoutQuotes(line).split(separator: " ", omittingEmptySubsequences: true) {
            let shown = normalised(word: word)
            // The same placeholder twice says no more than once.
            if shown == words.last, shown.contains("#") || shown == "…" { continue }
            length += shown.count + 1
            guard length <= lengthMax else {
                words.append("…")
                break
            }
            words.append(shown)
        }
        return words.joined(separator: " ")
    }

    /// `get "https://…": EOF` becomes `get …: EOF`.
    private static func withoutQuotes(_ line: Substring) -> String {
        var shown = ""
        var quote: Character?
        for character in line {
            if let end = quote {
                if character == end {
                    quote = nil
                    shown += "…"
                }
            } else if character == "\"" || character == "`" {
                quote = character
            } else {
                shown.append(character)
            }
        }
        // A quotation that does not end is none.
        return quote == nil ? shown : String(line)
    }

    private static func normalised(word: Substring) -> Substring {
        let marks: Set<Character> = [",", ":", ";", ".", ")", "]", "("]
        let core = word.drop { marks.contains($0) }
        let end = core.reversed().prefix { marks.contains($0) }.count
        let body = core.dropLast(end)
        guard !body.isEmpty else { return word }
        let tail = core.suffix(end)
        let head = word.prefix(word.count - core.count)
        if body.contains("/") { return head + "…" + tail }
        guard body.contains(where: \.isNumber) else { return word }
        // `404` and `sha256` tell something, `10.0.0.7:443` and `1f8a90` do not.
        let isStatus = body.count == 3 && body.allSatisfy(\.isNumber)
        let letters = body.prefix { $0.isLetter }
        let isName =
            letters.count >= 3 && body.dropFirst(letters.count).allSatisfy(\.isNumber) && body.count <= 8
        if isStatus || isName { return word }
        return head + "#" + tail
    }
}
