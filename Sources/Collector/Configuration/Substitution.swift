/// Puts in what `${NAME}`, `${NAME:-default}` and `${file:PATH}` stand for; `$$` is a dollar sign.
///
/// It works on single values that YAML has taken apart already, so that nothing that comes from outside can change what
/// a file means. A path may hold `${NAME}` itself: `${file:${CREDENTIALS_DIRECTORY}/token}`.
struct Substitution: Sendable {
    /// The value of an environment variable; nil when it is not set.
    var environment: @Sendable (String) -> String?
    /// Where relative paths begin: the folder of the configuration file.
    var folder: String

    /// A value in parts: text as it stands, or a reference.
    enum Part: Hashable {
        case text(String)
        case variable(name: String, fallback: String?)
        case file(String)
    }

    /// The value with everything put in.
    func resolved(_ text: String) throws(ConfigValueError) -> String {
        guard text.contains("$") else { return text }
        var result = ""
        for part in try Self.parts(of: text) { result += try resolved(part) }
        return result
    }

    /// The secret that a value refers to.
    ///
    /// - Throws: When the value is not one single reference, when nothing is there, or when others can read it.
    func secret(_ text: String) throws(ConfigValueError) -> Secret {
        let parts = try Self.parts(of: text)
        guard parts.count == 1, let part = parts.first else { throw Self.inlineSecret }
        switch part {
        case .text, .variable(_, fallback: .some): throw Self.inlineSecret
        case .variable(let name, fallback: nil):
            guard let value = environment(name), !value.isEmpty else {
                throw ConfigValueError(
                    "the environment variable \(name) is not set or empty: put the secret into it")
            }
            return Secret(value)
        case .file(let path):
            return Secret(try ReferencedFile.text(at: absolute(try resolved(path)), isSecret: true))
        }
    }

    private static let inlineSecret = ConfigValueError(
        "a secret does not stand in this file: put it into a file of its own and write ${file:PATH}, or into "
            + "the environment and write ${NAME}")

    /// A path, from the folder of the configuration file.
    func absolute(_ path: String) -> String {
        path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
    }

    private func resolved(_ part: Part) throws(ConfigValueError) -> String {
        switch part {
        case .text(let text): return text
        case .variable(let name, let fallback):
            if let fallback { return environment(name).flatMap { $0.isEmpty ? nil : $0 } ?? fallback }
            return try variable(name)
        case .file(let path):
            return try ReferencedFile.text(at: absolute(try resolved(path)), isSecret: false)
        }
    }

    private func variable(_ name: String) throws(ConfigValueError) -> String {
        guard let value = environment(name) else {
            throw ConfigValueError(
                "the environment variable \(name) is not set: set it, or write ${\(name):-DEFAULT}")
        }
        return value
    }

    /// Takes a value apart.
    static func parts(of text: String) throws(ConfigValueError) -> [Part] {
        var parts: [Part] = []
        var plain = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            plain += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                plain += "$"
                rest = rest.dropFirst()
                continue
            }
            guard rest.first == "{", let end = closingBrace(of: rest) else {
                throw ConfigValueError(
                    "a $ begins ${NAME} or ${file:PATH}, closed by }: for the character itself write $$")
            }
            if !plain.isEmpty { parts.append(.text(plain)) }
            plain = ""
            parts.append(try reference(rest[rest.index(after: rest.startIndex)..<end]))
            rest = rest[rest.index(after: end)...]
        }
        plain += rest
        if !plain.isEmpty || parts.isEmpty { parts.append(.text(plain)) }
        return parts
    }

    /// The brace that closes the first one.
    private static func closingBrace(of text: Substring) -> Substring.Index? {
        var depth = 0
        for index in text.indices {
            if text[index] == "{" { depth += 1 }
            if text[index] == "}" {
                depth -= 1
                if depth == 0 { return index }
            }
        }
        return nil
    }

    private static func reference(_ inner: Substring) throws(ConfigValueError) -> Part {
        if inner.hasPrefix("file:") {
            let path = String(inner.dropFirst("file:".count))
            guard !path.isEmpty, !path.contains("${file:") else {
                throw ConfigValueError("${file:PATH} has no path, or another file in its path")
            }
            return .file(path)
        }
        var name = inner
        var fallback: String?
        if let mark = inner.firstRange(of: ":-") {
            name = inner[..<mark.lowerBound]
            fallback = String(inner[mark.upperBound...])
        }
        let isName =
            name.first.map { $0.isASCII && ($0.isLetter || $0 == "_") } ?? false
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        guard isName else {
            throw ConfigValueError(
                "\"${\(LogLine.escaped(String(inner)))}\" is neither ${NAME} nor ${file:PATH}: names have "
                    + "letters, digits and _")
        }
        return .variable(name: String(name), fallback: fallback)
    }
}
