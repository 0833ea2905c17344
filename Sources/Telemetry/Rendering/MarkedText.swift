/// A text on one line with a part of it marked on the next, as compilers do.
package struct MarkedText: Sendable {
    /// Safe to print.
    package let line: String
    /// Spaces and carets; nil when nothing is marked.
    package let marks: String?

    /// - Parameters:
    ///   - label: stands before the text
    ///   - place: what to mark, in Unicode scalars of the text from 0; empty for the place between two characters; nil for
    ///     nothing
    ///   - hiding: parts that are not shown, in order and apart from each other
    ///   - width: columns that the line may take; where it is longer, the beginning or the end is left out, so that what is
    ///     marked is there
    package init(
        label: String, text: String, place: Range<Int>?, hiding: [Range<Int>] = [], width: Int? = nil
    ) {
        let scalars = text.unicodeScalars
        let count = scalars.count
        let section = Self.section(of: count, around: place?.lowerBound ?? 0, width: width)
        var pieces: [(text: String, isMarked: Bool)] = []
        var hidden = hiding[...]
        for (offset, scalar) in zip(section, scalars.dropFirst(section.lowerBound)) {
            while let first = hidden.first, offset >= first.upperBound { hidden.removeFirst() }
            let isMarked =
                place.map { $0.contains(offset) || ($0.isEmpty && $0.lowerBound == offset) } ?? false
            if let part = hidden.first, part.contains(offset) {
                guard offset == max(part.lowerBound, section.lowerBound) else { continue }
                // What is marked may be a piece of it.
                let overlaps = place.map { $0.overlaps(part) || part.contains($0.lowerBound) } ?? false
                pieces.append((GoProxyList.hiddenText, overlaps))
                continue
            }
            pieces.append((DisplayText.escaped(String(Character(scalar))), isMarked))
        }
        // Behind the last character.
        let marksEnd = place.map { $0.lowerBound >= count } ?? false
        var marks = ""
        var line = ""
        for piece in pieces {
            line += piece.text
            marks += String(repeating: piece.isMarked ? "^" : " ", count: DisplayWidth.columns(piece.text))
        }
        if marksEnd { marks += "^" }
        (self.line, self.marks) = Self.cut(
            label, line, place == nil ? nil : marks, lacksBegin: section.lowerBound > 0,
            lacksEnd: section.upperBound < count, width: width)
    }

    /// Of a text that is much longer than the line, what may come to be shown.
    private static func section(of count: Int, around place: Int, width: Int?) -> Range<Int> {
        // The least room that a line has.
        guard let width = width.map({ max(20, $0) }), count > 4 * width else { return 0..<count }
        let start = max(0, min(place, count) - width)
        return start..<min(count, start + 3 * width)
    }

    /// Leaves out what does not fit.
    private static func cut(
        _ label: String, _ line: String, _ marks: String?, lacksBegin: Bool, lacksEnd: Bool, width: Int?
    ) -> (String, String?) {
        let indent = String(repeating: " ", count: DisplayWidth.columns(label))
        let room = width.map { max(20, $0 - indent.count) } ?? .max
        guard DisplayWidth.columns(line) > room || lacksBegin || lacksEnd else {
            return (label + line, marks.map { trimmed(indent + $0) })
        }
        let characters = Array(line)
        let first = marks.flatMap { $0.firstIndex(of: "^")?.utf16Offset(in: $0) } ?? 0
        // The mark in the first third of what is shown; one column each way for the sign that something lacks.
        var start = max(0, first - room / 3)
        if start > 0, DisplayWidth.columns(String(characters[start...])) < room {
            start = max(0, characters.count - room + 1)
        }
        let isBegun = start > 0 || lacksBegin
        var shown = isBegun ? "…" : ""
        var columns = DisplayWidth.columns(shown)
        var end = start
        // A column is kept for the sign that something lacks, unless this is the last one.
        while end < characters.count,
            columns + (end == characters.count - 1 && !lacksEnd ? 0 : 1) < room
        {
            shown.append(characters[end])
            columns += DisplayWidth.columns(String(characters[end]))
            end += 1
        }
        if end < characters.count || lacksEnd { shown += "…" }
        let marksShown = marks.map { (isBegun ? " " : "") + $0.dropFirst(start).prefix(end - start) }
        return (label + shown, marksShown.map { trimmed(indent + $0) })
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = String(text)
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
