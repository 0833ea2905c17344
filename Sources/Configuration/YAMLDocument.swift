import Telemetry
import Yams

/// YAML into nodes with positions: the only file that knows the parser.
///
/// Of YAML's extras neither anchors nor tags are taken: a configuration does not need them, and with anchors a short
/// file can stand for one of any size.
package enum YAMLDocument {
    /// A configuration of one file is a few kilobytes.
    private static let bytesMax = 1 << 20

    /// Reads a file of at most 1 MiB. A byte order mark at its beginning, which some editors write, is passed over.
    ///
    /// - Returns: nil for a document without content
    package static func read(_ path: String) throws(ConfigProblem) -> ConfigNode? {
        let bytes: [UInt8]
        do throws(FileReadError) {
            bytes = try FileBytes.read(path, bytesMax: bytesMax)
        } catch {
            throw ConfigProblem(ConfigPosition(file: path), error.message)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let place = YAMLText.firstBrokenByte(in: bytes) ?? (1, 1)
            throw ConfigProblem(
                ConfigPosition(file: path, line: place.line, column: place.column),
                "a byte here is not UTF-8: save the file as UTF-8")
        }
        let scalars = text.unicodeScalars
        let content = scalars.first == "\u{feff}" ? String(scalars.dropFirst()) : text
        return try parse(content.replacing("\r\n", with: "\n"), file: path)
    }

    /// - Returns: nil for a document without content
    package static func parse(_ text: String, file: String) throws(ConfigProblem) -> ConfigNode? {
        if let mark = YAMLExtras.firstPlace(in: text) {
            throw ConfigProblem(
                ConfigPosition(file: file, line: mark.line, column: mark.column),
                "anchors, aliases and tags (&, * and !) are not taken: write the value out, and put a text that "
                    + "begins so into quotes")
        }
        let root: Node?
        do {
            root = try Parser(yaml: text, resolver: .basic).singleRoot()
        } catch let error as YamlError {
            throw problem(error, text: text, file: file)
        } catch {
            throw ConfigProblem(ConfigPosition(file: file, line: 1, column: 1), "not valid YAML: \(error)")
        }
        guard let root else { return nil }
        return try node(root, file: file)
    }

    private static func node(_ node: Node, file: String) throws(ConfigProblem) -> ConfigNode {
        let mark = node.mark
        let position = ConfigPosition(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            return ConfigNode(position: position, content: .scalar(scalar.string, isPlain: isPlain))
        case .sequence(let sequence):
            var items: [ConfigNode] = []
            for item in sequence { items.append(try self.node(item, file: file)) }
            return ConfigNode(position: position, content: .list(items))
        case .mapping(let mapping):
            var entries: [ConfigNode.Entry] = []
            for (key, value) in mapping {
                let keyNode = try self.node(key, file: file)
                guard case .scalar(let text, _) = keyNode.content else {
                    throw ConfigProblem(keyNode.position, "a key is a word here, and no list or mapping")
                }
                entries.append(
                    ConfigNode.Entry(
                        key: text, keyPosition: keyNode.position, value: try self.node(value, file: file)))
            }
            return ConfigNode(position: position, content: .mapping(entries))
        case .alias: throw ConfigProblem(position, "aliases are not taken: write the value out")
        }
    }

    private static func problem(_ error: YamlError, text: String, file: String) -> ConfigProblem {
        func position(_ mark: Mark) -> ConfigPosition {
            ConfigPosition(file: file, line: mark.line, column: mark.column)
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            return YAMLSyntax(
                problem: problem, at: position(mark), context: context?.text ?? "",
                begins: context.map { position($0.mark) }, text: text
            ).explained
        case .composer(_, let problem, let mark, _):
            return ConfigProblem(
                position(mark),
                problem.contains("alias")
                    ? "aliases are not taken: write the value out"
                    : "a second document begins here: a file holds one")
        case .reader(let problem, let offset, _, _):
            let place = YAMLText.place(ofScalar: offset ?? 0, in: text)
            return ConfigProblem(
                ConfigPosition(file: file, line: place.line, column: place.column),
                "a character that YAML does not allow (\(problem)): remove it")
        case .duplicatedKeysInMapping(let keys, let context):
            let first = position(context.mark)
            let key = keys.first ?? ""
            let second = YAMLText.place(ofKey: key, after: first, in: text)
            return ConfigProblem(
                ConfigPosition(
                    file: file, line: second?.line ?? first.line, column: second?.column ?? first.column),
                "the key \"\(DisplayText.quotable(key))\" stands twice, the first time in line \(first.line): remove "
                    + "one of them")
        default:
            return ConfigProblem(ConfigPosition(file: file, line: 1, column: 1), "not valid YAML: \(error)")
        }
    }
}
