import Configuration
import Telemetry

/// Reads what must hold under a rule of `check.yaml`.
enum CheckTestReading {
    static let names = [
        "present", "equals", "one_of", "matches", "not_matches", "at_most", "at_least", "version_at_least",
        "goproxy_hosts", "goproxy_ends", "age_at_most",
    ]

    static func tests(
        _ fields: [String: ConfigNode], isMetric: Bool, at item: ConfigNode, _ reader: inout FieldReader
    ) -> [CheckTest] {
        let before = reader.problems.count
        var tests: [CheckTest] = []
        for name in names {
            guard let node = fields[name] else { continue }
            if isMetric,
                !["present", "equals", "one_of", "at_most", "at_least", "age_at_most"].contains(name)
            {
                reader.report(node.position, "\(name) is for texts, and metrics are numbers: take it out")
                continue
            }
            if let test = test(name, node, fields, &reader) { tests.append(test) }
        }
        if isMetric, tests.contains(.absent) {
            reader.report(
                fields["present"]?.position ?? item.position,
                "present is false: of metrics only true can be asked, or a bound of their values")
        }
        if tests.isEmpty, reader.problems.count == before {
            reader.report(
                item.position,
                "a rule says nothing of what must hold: add one of \(names.joined(separator: ", "))")
        }
        if tests.contains(.absent), tests.count > 1 {
            reader.report(
                fields["present"]?.position ?? item.position,
                "present is false, and what is not there cannot be anything else: take the others out")
        }
        return tests
    }

    private static func test(
        _ name: String, _ node: ConfigNode, _ fields: [String: ConfigNode], _ reader: inout FieldReader
    ) -> CheckTest? {
        switch name {
        case "present":
            return reader.value(node, of: name, expected: "write true or false") {
                $0 == "true" ? CheckTest.present : $0 == "false" ? .absent : nil
            }
        case "equals": return reader.text(node, of: name).map { .oneOf([$0]) }
        case "one_of": return texts(node, of: name, &reader).map { .oneOf($0) }
        case "matches": return texts(node, of: name, &reader).map { .matches($0) }
        case "not_matches": return texts(node, of: name, &reader).map { .matchesNone($0) }
        case "at_most", "at_least":
            let bound: CheckBound? = reader.value(
                node, of: name, expected: "give a number like 3, or a size like 512MiB", { CheckBound($0) })
            return bound.map { name == "at_most" ? .atMost($0) : .atLeast($0) }
        case "version_at_least":
            return reader.value(node, of: name, expected: "give a version like 1.24 or v2.0.1") {
                VersionOrder($0)
            }.map { .versionAtLeast($0) }
        case "age_at_most":
            return reader.value(node, of: name, expected: "give a duration, like 1h") {
                DurationExpression.nanoseconds($0)
            }.map { .ageAtMost($0) }
        case "goproxy_hosts": return goproxy(fields, &reader)
        // Both keys are one test.
        default: return fields["goproxy_hosts"] == nil ? goproxy(fields, &reader) : nil
        }
    }

    private static func goproxy(
        _ fields: [String: ConfigNode], _ reader: inout FieldReader
    ) -> CheckTest? {
        var hosts: [String]?
        var ends: [GoProxyPolicy.End]?
        if let node = fields["goproxy_hosts"] {
            hosts = texts(node, of: "goproxy_hosts", &reader)
            for host in hosts ?? []
            where host == "direct" || host == "off" || host.contains("/") || host.contains(",") {
                reader.report(
                    node.position,
                    "goproxy_hosts has \"\(DisplayText.quotable(String(host.prefix(80))))\": give hosts, like "
                        + "proxy.example.com; whether lists end with direct or off is for goproxy_ends")
            }
        }
        if let node = fields["goproxy_ends"] {
            let words = GoProxyPolicy.End.allCases.map(\.rawValue)
            let known = texts(node, of: "goproxy_ends", &reader)?.compactMap { word -> GoProxyPolicy.End? in
                if let end = GoProxyPolicy.End(rawValue: word) { return end }
                reader.report(
                    node.position,
                    "goproxy_ends has \"\(DisplayText.quotable(String(word.prefix(80))))\": give some of "
                        + words.joined(separator: ", "))
                return nil
            }
            ends = known
        }
        return .goproxy(GoProxyPolicy(hosts: hosts, ends: ends))
    }

    /// At least one text; nil, and reported, for none.
    private static func texts(
        _ node: ConfigNode, of name: String, _ reader: inout FieldReader
    ) -> [String]? {
        let before = reader.problems.count
        let texts = reader.texts(node, of: name)
        if texts.isEmpty, reader.problems.count == before {
            reader.report(node.position, "\(name) is empty: write its value, or take it out")
        }
        return texts.isEmpty ? nil : texts
    }
}
