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

    /// All that was found, by variable and place.
    package var findings: [LintFinding] {
        let found =
            elementFindings + privacyFindings + checksumFindings + patternFindings + observationFindings
        let order = ModuleSettings.Variable.allCases
        func key(_ finding: LintFinding) -> (Int, Int, LintFinding.Severity) {
            (order.firstIndex(of: finding.variable) ?? 0, finding.place?.lowerBound ?? -1, finding.severity)
        }
        return found.enumerated().sorted { left, right in
            let (one, other) = (key(left.element), key(right.element))
            return one == other ? left.offset < right.offset : one < other
        }.map(\.element)
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
