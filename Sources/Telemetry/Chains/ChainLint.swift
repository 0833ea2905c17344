/// Looks at where modules come from for what is wrong or will be.
///
/// All but two rules need nothing but the settings; those two look at what telemetry has seen.
package struct ChainLint: Sendable {
    package var settings: ModuleSettings
    package var mirrors: MirrorList
    package var routes: RouteList
    /// Which mirror the settings are said to be for; nil when nobody says.
    package var label: String?
    /// Nil when there is no telemetry to look at.
    package var observed: ObservedModules?

    let list: GoProxyList
    let privatePatterns: ModulePatternList

    package init(
        settings: ModuleSettings, mirrors: MirrorList = .builtIn, routes: RouteList = RouteList(),
        label: String? = nil, observed: ObservedModules? = nil
    ) {
        self.settings = settings
        self.mirrors = mirrors
        self.routes = routes
        self.label = label
        self.observed = observed
        list = GoProxyList(settings.goproxy)
        privatePatterns = ModulePatternList(settings.goprivate)
    }

    /// Findings of one rule, weight and variable that are told one by one.
    package static let listedMax = 10

    /// All that was found, by variable and place. Of more than `listedMax` that are alike, the last one that is there says
    /// how many more there are.
    package var findings: [LintFinding] {
        let found =
            elementFindings + privacyFindings + checksumFindings + patternFindings + observationFindings
        let order = ModuleSettings.Variable.allCases
        func key(_ finding: LintFinding) -> (Int, Int, LintFinding.Severity) {
            (order.firstIndex(of: finding.variable) ?? 0, finding.place?.lowerBound ?? -1, finding.severity)
        }
        let sorted = found.enumerated().sorted { left, right in
            let (one, other) = (key(left.element), key(right.element))
            return one == other ? left.offset < right.offset : one < other
        }
        return Self.limited(sorted.map(\.element))
    }

    private static func limited(_ findings: [LintFinding]) -> [LintFinding] {
        struct Kind: Hashable {
            var rule: LintRule
            var severity: LintFinding.Severity
            var variable: ModuleSettings.Variable
        }
        var counts: [Kind: Int] = [:]
        /// Where the last one of a kind is.
        var last: [Kind: Int] = [:]
        var listed: [LintFinding] = []
        for finding in findings {
            let kind = Kind(rule: finding.rule, severity: finding.severity, variable: finding.variable)
            counts[kind, default: 0] += 1
            guard counts[kind, default: 0] <= listedMax else { continue }
            last[kind] = listed.count
            listed.append(finding)
        }
        for (kind, index) in last {
            let more = counts[kind, default: 0] - listedMax
            guard more > 0 else { continue }
            listed[index].unlisted = more
            listed[index].message += "; \(HumanUnits.count(more, "more finding")) like this one not listed"
        }
        return listed
    }

    /// The proxies that can be reached, in order.
    var proxies: [(place: Int, element: GoProxyList.Element, address: GoProxyAddress)] {
        list.reachable.compactMap { place in
            list.elements[place].address.map { (place, list.elements[place], $0) }
        }
    }

    func finding(
        _ rule: LintRule, _ severity: LintFinding.Severity, _ variable: ModuleSettings.Variable,
        _ place: Range<Int>?, _ message: String, do advice: String
    ) -> LintFinding {
        LintFinding(
            rule: rule, severity: severity, variable: variable, place: place, message: message, advice: advice
        )
    }
}
