import Telemetry

/// Reads a file of lists of items, each with the same fields, and keeps everything that is wrong on the way.
package struct FieldReader {
    package private(set) var problems: [ConfigProblem] = []

    package init() {}

    package mutating func report(_ position: ConfigPosition, _ message: String) {
        problems.append(ConfigProblem(position, message))
    }

    /// The fields of a mapping, by name; nil, and reported, when it is none.
    ///
    /// - Parameter subject: what it is: "a mirror"
    package mutating func fields(
        _ node: ConfigNode, of subject: String, known: [String]
    ) -> [String: ConfigNode]? {
        guard case .mapping(let entries) = node.content else {
            report(
                node.position,
                "\(subject) has the keys \(known.joined(separator: ", ")): write \(known.first ?? "KEY"): ..."
            )
            return nil
        }
        var fields: [String: ConfigNode] = [:]
        for entry in entries {
            guard !known.contains(entry.key) else {
                fields[entry.key] = entry.value
                continue
            }
            let shown = "unknown key \"\(DisplayText.quotable(String(entry.key.prefix(80))))\" in \(subject)"
            let near = KeySuggestion.nearest(to: entry.key, among: known)
            report(
                entry.keyPosition,
                shown
                    + (near.map { ": did you mean \"\($0)\"?" }
                        ?? ": known are \(known.joined(separator: ", "))"))
        }
        return fields
    }

    /// The items of a list; none, and reported, when it is none.
    package mutating func items(_ node: ConfigNode, of name: String) -> [ConfigNode] {
        if node.isEmpty { return [] }
        guard case .list(let items) = node.content else {
            report(node.position, "\(name) is a list: write its items as lines with \"- \", or in brackets")
            return []
        }
        return items
    }

    /// A text that is not empty; nil, and reported, when there is none.
    package mutating func text(_ node: ConfigNode, of name: String) -> String? {
        guard case .scalar(let text, _) = node.content else {
            report(node.position, "\(name) has one value, and no list or section")
            return nil
        }
        guard !text.isEmpty, !node.isEmpty else {
            report(node.position, "\(name) is empty: write its value, or take it out")
            return nil
        }
        return text
    }

    /// A list of texts, or one text.
    package mutating func texts(_ node: ConfigNode, of name: String) -> [String] {
        if case .scalar = node.content { return text(node, of: name).map { [$0] } ?? [] }
        return items(node, of: name).compactMap { text($0, of: "an item of \(name)") }
    }

    /// A value by a function that gives nil for what it does not understand.
    ///
    /// - Parameter expected: what to write: "give a duration, like 5m"
    package mutating func value<Value>(
        _ node: ConfigNode, of name: String, expected: String, _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = text(node, of: name) else { return nil }
        if let value = parse(text) { return value }
        let shown = DisplayText.quotable(String(text.prefix(80))) + (text.count > 80 ? "..." : "")
        report(node.position, "\(name) is \"\(shown)\": \(expected)")
        return nil
    }

    /// One of a few words.
    package mutating func choice<Value>(
        _ node: ConfigNode, of name: String, _ type: Value.Type = Value.self
    ) -> Value? where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        let words = Value.allCases.map(\.rawValue)
        guard let text = text(node, of: name) else { return nil }
        if let value = Value(rawValue: text) { return value }
        let near = KeySuggestion.nearest(to: text, among: words)
        report(
            node.position,
            "\(name) is \"\(DisplayText.quotable(String(text.prefix(80))))\": "
                + (near.map { "did you mean \"\($0)\"?" } ?? "give one of \(words.joined(separator: ", "))"))
        return nil
    }

    /// Reports what has to be there and is not.
    ///
    /// - Returns: its node
    package mutating func required(
        _ name: String, in fields: [String: ConfigNode], of subject: String, at position: ConfigPosition
    ) -> ConfigNode? {
        if let node = fields[name] { return node }
        report(position, "\(subject) has no \(name): add \(name): ...")
        return nil
    }

    /// - Throws: everything that was wrong, when anything was
    package func finish() throws(ConfigProblems) {
        guard problems.isEmpty else { throw ConfigProblems(problems) }
    }
}
