/// How long the functions of a file are.
enum FunctionLength {
    /// The lines on which functions begin that span more than `limit` lines.
    ///
    /// A function begins with its keyword and ends with the brace that closes its body.
    static func tooLong(in file: SourceFile, limit: Int) -> [Int] {
        var open: [(line: Int, depth: Int)] = []
        var pendingLine: Int?
        var depth = 0
        var found: [Int] = []
        for (index, line) in file.codeLines.enumerated() {
            if pendingLine == nil, beginsFunction(line) { pendingLine = index + 1 }
            for character in line.utf8 {
                if character == UInt8(ascii: "{") {
                    depth += 1
                    if let start = pendingLine {
                        open.append((start, depth))
                        pendingLine = nil
                    }
                } else if character == UInt8(ascii: "}") {
                    if let last = open.last, last.depth == depth {
                        open.removeLast()
                        if index + 1 - last.line + 1 > limit { found.append(last.line) }
                    }
                    depth -= 1
                }
            }
        }
        return found.sorted()
    }

    private static func beginsFunction(_ line: Substring) -> Bool {
        let words = line.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") })
        return words.contains("func") || words.first == "init" || words.first == "deinit"
            || (words.count > 1 && words[1] == "init" && words[0] != "self" && words[0] != "super")
    }
}
