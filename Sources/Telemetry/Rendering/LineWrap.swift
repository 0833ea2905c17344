/// Breaks prose into lines that fit a terminal.
package enum LineWrap {
    /// The lines of a text, each at most `width` columns; nil stands for a pipe, where nothing is broken.
    ///
    /// Breaks at spaces only: a path or an id stays whole, to be copied, and sticks out where it has to.
    /// Lines that continue another begin with two spaces more than it.
    package static func lines(_ text: String, width: Int?) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
            let indent = String(line.prefix { $0 == " " })
            let words = line.dropFirst(indent.count).split(separator: " ").map(String.init)
            guard let width, DisplayWidth.columns(String(line)) > width else { return [String(line)] }
            return packed(words, separator: " ", width: width - indent.count, hanging: "  ")
                .map { indent + $0 }
        }
    }

    /// Pieces with a separator between them, as many on a line as fit.
    /// - Parameter hanging: what lines after the first begin with
    static func packed(
        _ pieces: [String], separator: String, width: Int?, hanging: String = ""
    ) -> [String] {
        guard let width else { return [pieces.joined(separator: separator)] }
        var lines: [String] = []
        var line = ""
        var used = 0
        for piece in pieces {
            let columns = DisplayWidth.columns(piece)
            if used > 0, used + DisplayWidth.columns(separator) + columns > width {
                lines.append(line)
                (line, used) = (hanging + piece, DisplayWidth.columns(hanging) + columns)
            } else {
                line += (used > 0 ? separator : "") + piece
                used += (used > 0 ? DisplayWidth.columns(separator) : 0) + columns
            }
        }
        return used > 0 ? lines + [line] : lines
    }
}
