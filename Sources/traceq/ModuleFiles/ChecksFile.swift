package import Configuration
package import Telemetry

/// `check.yaml`: what must hold for telemetry and for those who send it.
package enum ChecksFile {
    /// A rule is held against everything that came: with more than these, a check would take the place of a database.
    static let rulesMax = 200

    /// Reads a file.
    ///
    /// - Throws: everything that is wrong with it
    package static func read(_ path: String) throws(ConfigProblems) -> [CheckRule] {
        try FileRoot.read(path, section: "rules", expected: "a list of rules, as in config/check.yaml") {
            (nodes, reader) in
            if nodes.isEmpty, reader.problems.isEmpty {
                reader.report(
                    ConfigPosition(file: path, line: 1, column: 1),
                    "rules is empty: there is nothing to check")
            }
            if nodes.count > rulesMax {
                reader.report(
                    nodes[rulesMax].position,
                    "these are \(nodes.count) rules, and a file has \(rulesMax) at the most")
                return []
            }
            var rules: [CheckRule] = []
            var names: Set<String> = []
            for node in nodes {
                guard let rule = CheckReading(node, &reader).rule else { continue }
                if !names.insert(rule.name).inserted {
                    reader.report(
                        node.position,
                        "two rules are called \"\(DisplayText.quotable(rule.name))\": names tell them apart")
                }
                rules.append(rule)
            }
            return rules
        }
    }
}

/// Reads one rule.
private struct CheckReading {
    /// Nil, and reported, for one that is wrong.
    private(set) var rule: CheckRule?

    private static let subject = "a rule"
    private static let known =
        ["name", "severity", "of", "attribute", "metric", "where"] + CheckTestReading.names
        + ["subject", "message"]

    init(_ node: ConfigNode, _ reader: inout FieldReader) {
        guard let fields = reader.fields(node, of: Self.subject, known: Self.known) else { return }
        let before = reader.problems.count
        let name = reader.required("name", in: fields, of: Self.subject, at: node.position)
            .flatMap { reader.text($0, of: "name") }
        let severity: CheckRule.Severity? = fields["severity"].flatMap { reader.choice($0, of: "severity") }
        let metrics = fields["metric"].map { Self.texts($0, of: "metric", &reader) } ?? []
        let attributes = Self.attributes(fields, at: node, &reader)
        let source = Self.source(fields, attributes, &reader)
        let conditions = fields["where"].map { Self.conditions($0, source, &reader) } ?? []
        let tests = CheckTestReading.tests(fields, isMetric: fields["metric"] != nil, at: node, &reader)
        let subject = fields["subject"].map { Self.subjects($0, source, &reader) } ?? CheckRule.usualSubject
        let message = fields["message"].flatMap { reader.text($0, of: "message") }
        guard reader.problems.count == before, let name else { return }
        rule = CheckRule(
            name: name, severity: severity ?? .error, source: source, attributes: attributes,
            metrics: metrics,
            conditions: conditions, tests: tests, subject: subject, message: message)
    }

    // MARK: What it looks at

    private static func attributes(
        _ fields: [String: ConfigNode], at item: ConfigNode, _ reader: inout FieldReader
    ) -> [SpanKey] {
        guard let node = fields["attribute"] else {
            if fields["metric"] == nil {
                reader.report(
                    item.position,
                    "a rule looks at nothing: add attribute: resource.service.version, or metric: NAME")
            }
            return []
        }
        if let metric = fields["metric"] {
            reader.report(
                metric.position, "a rule looks at attributes or at metrics: take metric or attribute out")
        }
        let keys = texts(node, of: "attribute", &reader).map { SpanKey($0) }
        if keys.contains(.duration) {
            reader.report(
                node.position, "how long requests may take is for traceq slo: take duration out")
        }
        return keys
    }

    private static func source(
        _ fields: [String: ConfigNode], _ attributes: [SpanKey], _ reader: inout FieldReader
    ) -> CheckRule.Source {
        if fields["metric"] != nil {
            if let node = fields["of"] {
                reader.report(node.position, "a rule with metric looks at its points: take of out")
            }
            return .metric
        }
        let isOfResources = !attributes.isEmpty && attributes.allSatisfy(\.isOfResource)
        guard let node = fields["of"] else { return isOfResources ? .resources : .spans }
        let words: [CheckRule.Source] = [.spans, .logs, .resources]
        let source: CheckRule.Source? = reader.value(
            node, of: "of", expected: "give one of \(words.map(\.rawValue).joined(separator: ", "))"
        ) { text in words.first { $0.rawValue == text } }
        guard let source else { return .spans }
        for key in attributes where !source.has(key) { report(key, node, source, "attribute", &reader) }
        return source
    }

    private static func conditions(
        _ node: ConfigNode, _ source: CheckRule.Source, _ reader: inout FieldReader
    ) -> [SpanPredicate] {
        var nodes = [node]
        if case .list(let items) = node.content { nodes = items }
        return nodes.compactMap { node in
            guard let text = reader.text(node, of: "where") else { return nil }
            do throws(PredicateError) {
                let predicate = try SpanPredicate(parsing: text)
                guard source.has(predicate.key) || predicate.key == .duration && source == .spans else {
                    report(predicate.key, node, source, "where", &reader)
                    return nil
                }
                return predicate
            } catch {
                reader.report(node.position, "where: \(error)")
                return nil
            }
        }
    }

    private static func subjects(
        _ node: ConfigNode, _ source: CheckRule.Source, _ reader: inout FieldReader
    ) -> [SpanKey] {
        let keys = texts(node, of: "subject", &reader).map { SpanKey($0) }
        for key in keys where !source.has(key) { report(key, node, source, "subject", &reader) }
        return keys
    }

    private static func report(
        _ key: SpanKey, _ node: ConfigNode, _ source: CheckRule.Source, _ name: String,
        _ reader: inout FieldReader
    ) {
        let near: String? =
            if case .attribute(let attribute) = key { ": did you mean \"resource.\(attribute)\"?" } else {
                nil
            }
        reader.report(
            node.position,
            "\(name) has \"\(DisplayText.quotable(String(key.text.prefix(80))))\", which \(source.rawValue) do not "
                + "have" + (source == .resources ? near ?? ": give attributes as resource.NAME" : ""))
    }

    /// At least one text.
    private static func texts(
        _ node: ConfigNode, of name: String, _ reader: inout FieldReader
    ) -> [String] {
        let before = reader.problems.count
        let texts = reader.texts(node, of: name)
        if texts.isEmpty, reader.problems.count == before {
            reader.report(node.position, "\(name) is empty: write its value, or take it out")
        }
        return texts
    }
}

extension CheckRule.Source {
    /// Whether there is something under a key.
    fileprivate func has(_ key: SpanKey) -> Bool {
        switch key {
        case .service, .node, .scope, .resource: true
        case .attribute: self != .resources
        case .name: self == .spans || self == .metric
        case .duration: false
        case .kind, .status, .traceID, .moduleKind, .module, .moduleVersion, .cacheResult, .outcome, .period:
            self == .spans
        }
    }
}

extension SpanKey {
    fileprivate var isOfResource: Bool {
        switch self {
        case .resource, .service, .node: true
        default: false
        }
    }
}
