package import Configuration
package import Telemetry

/// `slo.yaml`: the service level objectives.
package enum ObjectivesFile {
    private static let known = [
        "name", "indicator", "statistic", "below", "at_most", "above", "at_least", "kinds", "min_bytes",
        "count",
    ]

    /// Objectives of a file: each of them looks at all requests.
    static let objectivesMax = 100

    static let windowRange = ObjectiveList.dayNanos...90 * ObjectiveList.dayNanos

    /// Reads a file. It takes the place of what is built in.
    ///
    /// - Throws: everything that is wrong with it
    package static func read(_ path: String) throws(ConfigProblems) -> ObjectiveList {
        var reader = FieldReader()
        let fields = try FileRoot.fields(
            path, known: ["window", "objectives"], needed: "objectives",
            expected: "a list of objectives, as in config/slo.yaml", &reader)
        let window = fields["window"].flatMap { node in
            reader.value(node, of: "window", expected: "give a duration from 1d to 90d, like 30d") {
                DurationExpression.nanoseconds($0).flatMap { windowRange.contains($0) ? $0 : nil }
            }
        }
        var objectives: [ServiceObjective] = []
        let nodes = fields["objectives"].map { reader.items($0, of: "objectives") } ?? []
        if let node = fields["objectives"], nodes.isEmpty, reader.problems.isEmpty {
            reader.report(node.position, "objectives is empty: there is nothing to keep")
        }
        if nodes.count > objectivesMax {
            reader.report(
                nodes[objectivesMax].position,
                "there are \(HumanUnits.count(Int64(nodes.count))) objectives, and \(objectivesMax) is the most: take "
                    + "some out")
        }
        for node in nodes.prefix(objectivesMax) {
            guard let objective = ObjectiveReading(node, known: known, &reader)?.objective else { continue }
            if objectives.contains(where: { $0.name == objective.name }) {
                reader.report(
                    node.position,
                    "two objectives are called \"\(DisplayText.quotable(objective.name))\": names tell them apart"
                )
            }
            objectives.append(objective)
        }
        try reader.finish()
        return ObjectiveList(
            windowNanos: window ?? ObjectiveList.builtIn.windowNanos, objectives: objectives)
    }
}

/// Reads one objective.
private struct ObjectiveReading {
    /// Nil, and reported, for one that is wrong.
    private(set) var objective: ServiceObjective?

    private static let subject = "an objective"

    init?(_ node: ConfigNode, known: [String], _ reader: inout FieldReader) {
        guard let fields = reader.fields(node, of: Self.subject, known: known) else { return nil }
        let before = reader.problems.count
        let name = reader.required("name", in: fields, of: Self.subject, at: node.position)
            .flatMap { reader.text($0, of: "name") }
        let indicator: ServiceIndicator? = reader.required(
            "indicator", in: fields, of: Self.subject, at: node.position
        ).flatMap { reader.choice($0, of: "indicator") }
        guard let name, let indicator else { return }
        let statistic = Self.statistic(fields["statistic"], indicator, at: node, &reader)
        let bound = Self.bound(fields, indicator, at: node, &reader)
        let kinds = fields["kinds"].map { Self.kinds($0, indicator, &reader) }
        let bytesMin = Self.bytesMin(fields["min_bytes"], indicator, &reader)
        let counted = Self.counted(fields["count"], indicator, &reader)
        guard reader.problems.count == before, let statistic, let bound else { return }
        objective = ServiceObjective(
            name: name, indicator: indicator, statistic: statistic, bound.relation, bound.limit, kinds: kinds,
            bytesMin: bytesMin ?? 0, counted: counted ?? .requests)
    }

    // MARK: The figure

    private static func statistic(
        _ node: ConfigNode?, _ indicator: ServiceIndicator, at item: ConfigNode, _ reader: inout FieldReader
    ) -> ServiceObjective.Statistic? {
        guard indicator.unit != .share else {
            if let node {
                reader.report(
                    node.position, "\(indicator.rawValue) is a part of all and has no statistic: take it out")
            }
            return .share
        }
        guard let node else {
            reader.report(
                item.position,
                "\(indicator.rawValue) needs a statistic: add statistic: mean, or a quantile like p95")
            return nil
        }
        return reader.value(
            node, of: "statistic", expected: "write mean, or a quantile from p0.01 to p99.99, like p95"
        ) { text in
            if text == "mean" { return .mean }
            guard text.hasPrefix("p"), let part = fraction(ofPercent: text.dropFirst()) else { return nil }
            return .quantile(part)
        }
    }

    /// A number above 0 and below 100, with at most two decimals, as a part of 1.
    ///
    /// Read in one go: 99.95 / 100 is not the number that 0.9995 is.
    private static func fraction(ofPercent text: some StringProtocol) -> Double? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, (1...2).contains(parts[0].count),
            parts.count == 1 || (1...4).contains(parts[1].count),
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let value = Double("\(text)e-2"), value > 0, value < 1
        else { return nil }
        return value
    }

    // MARK: The bound

    private static func bound(
        _ fields: [String: ConfigNode], _ indicator: ServiceIndicator, at item: ConfigNode,
        _ reader: inout FieldReader
    ) -> (relation: ServiceObjective.Relation, limit: Double)? {
        let relations = ServiceObjective.Relation.allCases
        let given = relations.filter { fields[$0.rawValue] != nil }
        let fitting = relations.filter { $0.isUpper == indicator.isLowGood }.map(\.rawValue)
        let expected = "\(fitting.joined(separator: " or ")): \(example(of: indicator))"
        guard let relation = given.first, let node = fields[relation.rawValue] else {
            reader.report(item.position, "an objective has no bound: add \(expected)")
            return nil
        }
        if given.count > 1 {
            reader.report(
                fields[given[1].rawValue]?.position ?? item.position,
                "an objective has one bound, and \(given[0].rawValue) is one already: take one of them out")
        }
        guard relation.isUpper == indicator.isLowGood else {
            reader.report(
                node.position,
                "of \(indicator.rawValue) \(indicator.isLowGood ? "less" : "more") is better: write \(expected)"
            )
            return nil
        }
        let expectedValue = "give \(indicator.unitInWords), like \(example(of: indicator))"
        let limit = reader.value(node, of: relation.rawValue, expected: expectedValue) { text in
            Self.limit(text, indicator)
        }
        return limit.map { (relation, $0) }
    }

    private static func limit(_ text: String, _ indicator: ServiceIndicator) -> Double? {
        switch indicator.unit {
        case .duration: DurationExpression.nanoseconds(text).flatMap { $0 > 0 ? Double($0) : nil }
        case .bytesPerSecond:
            text.hasSuffix("/s")
                ? ByteExpression.bytes(String(text.dropLast(2))).flatMap { $0 > 0 ? Double($0) : nil } : nil
        case .share: text.hasSuffix("%") ? fraction(ofPercent: text.dropLast().trimmedSpaces) : nil
        }
    }

    private static func example(of indicator: ServiceIndicator) -> String {
        switch indicator {
        case .latency: "200ms"
        case .throughput: "10MB/s"
        case .availability: "99.95%"
        case .hitRatio: "98%"
        case .visibilityLag: "30s"
        }
    }

    // MARK: What counts

    private static func kinds(
        _ node: ConfigNode, _ indicator: ServiceIndicator, _ reader: inout FieldReader
    ) -> [ModuleKind] {
        guard indicator != .visibilityLag else {
            reader.report(
                node.position, "a version is there when one of its files is: take kinds out of visibility_lag"
            )
            return []
        }
        let texts = reader.texts(node, of: "kinds")
        if texts.isEmpty { reader.report(node.position, "kinds is empty: name some, or take it out") }
        let possible = indicator.kinds
        return texts.compactMap { text in
            if let kind = possible.first(where: { $0.name == text }) { return kind }
            let names = possible.map(\.name)
            let near = KeySuggestion.nearest(to: text, among: names)
            reader.report(
                node.position,
                "kinds has \"\(DisplayText.quotable(String(text.prefix(80))))\", which \(indicator.rawValue) is not "
                    + "measured of: "
                    + (near.map { "did you mean \"\($0)\"?" }
                        ?? "give some of \(names.joined(separator: ", "))"))
            return nil
        }
    }

    private static func bytesMin(
        _ node: ConfigNode?, _ indicator: ServiceIndicator, _ reader: inout FieldReader
    ) -> Int64? {
        guard let node else { return nil }
        guard indicator == .throughput else {
            reader.report(node.position, "min_bytes is for throughput: take it out")
            return nil
        }
        return reader.value(node, of: "min_bytes", expected: "give a number of bytes, like 1MiB") {
            ByteExpression.bytes($0).map(Int64.init)
        }
    }

    private static func counted(
        _ node: ConfigNode?, _ indicator: ServiceIndicator, _ reader: inout FieldReader
    ) -> ServiceObjective.Counted? {
        guard let node else { return nil }
        guard indicator == .hitRatio else {
            reader.report(node.position, "count is for hit_ratio: take it out")
            return nil
        }
        return reader.choice(node, of: "count")
    }
}

extension ServiceIndicator {
    fileprivate var unitInWords: String {
        switch unit {
        case .duration: "a duration"
        case .bytesPerSecond: "bytes a second"
        case .share: "a percentage above 0 and below 100"
        }
    }
}

extension Substring {
    /// Without spaces at its end.
    fileprivate var trimmedSpaces: Substring {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
