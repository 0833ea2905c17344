import Configuration
import Telemetry

/// Reads a configuration file's nodes into a `CollectorConfig`, and keeps everything that is wrong on the way.
struct ConfigReader {
    var config = CollectorConfig()
    private(set) var problems: [ConfigProblem] = []
    /// Where the value of each key stands that the file has.
    private(set) var places: [String: ConfigPosition] = [:]
    /// Where each token and user stands, by its name.
    var credentialPlaces: [String: ConfigPosition] = [:]
    /// By key: values with references, as they stand in the file. Nothing else of them is ever shown.
    private(set) var references: [String: String] = [:]
    let substitution: Substitution

    init(substitution: Substitution) { self.substitution = substitution }

    mutating func report(_ position: ConfigPosition, _ message: String) {
        problems.append(ConfigProblem(position, message))
    }

    // MARK: Structure

    /// Reads the entries of a section, and of those below it.
    ///
    /// - Parameter prefix: the path of the section with a dot at its end, or nothing for the file itself
    mutating func read(section node: ConfigNode, prefix: String = "") {
        guard case .mapping(let entries) = node.content else {
            if !node.isEmpty {
                report(
                    node.position,
                    prefix.isEmpty
                        ? "the file is no mapping: write KEY: VALUE, as in config/collector.yaml"
                        : "\(prefix.dropLast()) is a section: write its keys below it, indented")
            }
            return
        }
        for entry in entries {
            let path = prefix + entry.key
            if let key = ConfigSchema.key(path) {
                places[path] = entry.value.position
                // A key without a value, or with null, keeps its default.
                if !entry.value.isEmpty { key.read(entry.value, &self) }
            } else if ConfigSchema.isSection(path) {
                read(section: entry.value, prefix: path + ".")
            } else {
                report(entry.keyPosition, ConfigSchema.unknownKey(entry.key, prefix: prefix))
            }
        }
    }

    /// The fields of an item of a list, by name.
    mutating func fields(_ node: ConfigNode, of path: String, known: [String]) -> [String: ConfigNode]? {
        guard case .mapping(let entries) = node.content else {
            report(
                node.position,
                "an item of \(path) has the keys \(known.joined(separator: ", ")): write \(known[0]): ...")
            return nil
        }
        var fields: [String: ConfigNode] = [:]
        for entry in entries {
            if known.contains(entry.key) {
                fields[entry.key] = entry.value
            } else {
                let advice = KeySuggestion.nearest(to: entry.key, among: known)
                report(
                    entry.keyPosition,
                    "unknown key \"\(LogLine.escaped(entry.key))\" in an item of \(path)"
                        + (advice.map { ": did you mean \"\($0)\"?" }
                            ?? ": known are \(known.joined(separator: ", "))"))
            }
        }
        return fields
    }

    /// The items of a list; nil, and reported, when it is none.
    mutating func items(_ node: ConfigNode, of path: String) -> [ConfigNode]? {
        guard case .list(let items) = node.content else {
            report(node.position, "\(path) is a list: write its items as lines with \"- \", or in brackets")
            return nil
        }
        return items
    }

    // MARK: Values

    /// The text of a value with references put in; nil, and reported, when there is none.
    mutating func text(_ node: ConfigNode, of path: String) -> String? {
        guard case .scalar(let written, _) = node.content else {
            report(node.position, "\(path) has one value, and no list or section")
            return nil
        }
        do throws(ConfigValueError) {
            let text = try substitution.resolved(written)
            if written.contains("$") { references[path] = written }
            return text
        } catch {
            report(node.position, "\(path): \(error.message)")
            return nil
        }
    }

    /// Whether a value is written out; reported when it is not. For what logs and messages show: the reference to it may
    /// be one to a secret.
    mutating func isWrittenOut(_ node: ConfigNode, of path: String) -> Bool {
        guard case .scalar(let written, _) = node.content, written.contains("$") else { return true }
        report(
            node.position,
            "\(path) is \"\(LogLine.escaped(written))\": write it out, since it is shown in logs and answers")
        return false
    }

    /// The text of an item of a list, in which nothing is put in; nil, and reported, when there is none.
    mutating func literal(_ node: ConfigNode, of path: String) -> String? {
        guard case .scalar(let text, _) = node.content, !text.isEmpty else {
            report(node.position, "an item of \(path) is one text that is not empty")
            return nil
        }
        return text
    }

    /// Reads a value by a function that gives nil for what it does not understand.
    ///
    /// - Parameter expected: what to write: "give a duration, like 5s"
    mutating func value<Value>(
        _ node: ConfigNode, of path: String, expected: String, _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = text(node, of: path) else { return nil }
        if let value = parse(text) { return value }
        report(node.position, "\(path) is \(shown(node, text)): \(expected)")
        return nil
    }

    /// A value as messages may show it: what comes from elsewhere is shown by its reference.
    func shown(_ node: ConfigNode, _ text: String) -> String {
        guard case .scalar(let written, _) = node.content else { return "a list" }
        let shown = written.contains("$") ? written : text
        return "\"" + LogLine.escaped(String(shown.prefix(80))) + (shown.count > 80 ? "..." : "") + "\""
    }

    /// A secret; nil, and reported, when it stands in the file itself or is not there.
    mutating func secret(_ node: ConfigNode, of path: String) -> Secret? {
        guard case .scalar(let written, _) = node.content else {
            report(node.position, "\(path) has one value, and no list or section")
            return nil
        }
        do throws(ConfigValueError) {
            return try substitution.secret(written)
        } catch {
            report(node.position, "\(path): \(error.message)")
            return nil
        }
    }
}
