/// What stands in a command that people copy.
enum ShellWord {
    /// Whether a shell takes it as it is.
    static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 200
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-:/@".contains($0)) }
    }

    /// Whether a URL has nothing but a host, a port and a path, in characters that mean nothing to a shell or in a list.
    static func isAddress(_ url: String) -> Bool {
        url.utf8.count <= 300
            && url.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-:/[]~".contains($0)) }
    }

    /// The command that shows the points of a metric, of one node or of something else that an attribute names; nil of a
    /// metric of another name than metrics have.
    static func metrics(_ metric: String, where key: String, _ value: String) -> String? {
        guard isPlain(metric) else { return nil }
        return "metrics \(metric)" + (isPlain(value) ? " --where \(key)=\(value)" : "")
    }
}
