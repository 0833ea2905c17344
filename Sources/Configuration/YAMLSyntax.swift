import Telemetry

/// What the YAML parser objects to, in words for whoever wrote the file.
struct YAMLSyntax {
    /// The parser's words.
    var problem: String
    var at: ConfigPosition
    var context: String
    /// Where the construct begins that is broken.
    var begins: ConfigPosition?
    var text: String

    /// With the place where to look.
    var explained: ConfigProblem {
        if context.contains("quoted scalar"), problem.contains("end of stream"), let begins {
            return ConfigProblem(
                begins, "the quote that begins here is not closed: close it in the same line")
        }
        if problem.contains("expected ',' or"), let begins {
            let (kind, end) = problem.contains("']'") ? ("list", "]") : ("mapping", "}")
            return ConfigProblem(
                at,
                "the \(kind) that begins in line \(begins.line) is not closed before this: put \"\(end)\" after "
                    + "it, or a comma between its parts")
        }
        return ConfigProblem(at, sentence)
    }

    private var sentence: String {
        switch problem {
        case _ where problem.contains("cannot start any token"):
            return character == "\t"
                ? "a tab stands where spaces belong: indent with spaces"
                : "a value cannot begin with \"\(DisplayText.quotable(character))\": put it into quotes"
        case _ where problem.contains("tab character"):
            return "a tab stands where spaces belong: indent with spaces"
        case "mapping values are not allowed in this context":
            return
                "a colon has no place here: the line before may lack the one after its key, this line may be "
                + "indented too far, or a text with \": \" in it needs quotes"
        case "could not find expected ':'", "did not find expected key":
            return
                "there is no key with a colon where one must be: write KEY: VALUE, indented like its neighbours"
        case "did not find expected '-' indicator":
            return "an item of the list does not begin with \"- \": write it indented like its neighbours"
        case "block sequence entries are not allowed in this context":
            return "a list cannot begin here: give it a line of its own below its key"
        case "found unknown escape character":
            return "an unknown escape after the backslash: write it twice (\\\\), or use single quotes"
        case _ where problem.lowercased().contains("maximum nesting level"):
            return "the file is nested too deep"
        default:
            return "not valid YAML: \(problem)" + (context.isEmpty ? "" : " (\(context))")
        }
    }

    /// The character at the place of the problem.
    private var character: String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(at.line - 1) else { return "" }
        let scalar = lines[at.line - 1].unicodeScalars.dropFirst(at.column - 1).first
        return scalar.map { String(Character($0)) } ?? ""
    }
}
