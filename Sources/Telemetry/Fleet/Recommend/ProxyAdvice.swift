/// Chooses the proxies of a region, and writes the GOPROXY list.
struct ProxyAdvice {
    private let mirrors: MirrorList
    private let privateModules: ModulePatternList?
    private let availabilityMin: Double

    init(_ query: RecommendQuery) {
        mirrors = query.mirrors
        privateModules = query.privateModules
        availabilityMin = query.availabilityMin
    }

    /// A proxy that fails as often as this is none to fall back on.
    private static let fallbackAvailabilityMin = 0.9

    /// Orders the candidates of a region and says what to use.
    func recommend(
        _ region: String?, _ candidates: inout [ProxyCandidate]
    ) -> ProxyRecommendation {
        // Whoever others are compared with failed least for certain.
        let floor =
            candidates.filter(\.hasEvidence).compactMap { $0.figures.availabilityInterval?.lowerBound }.max()
            ?? 0
        for place in candidates.indices where !candidates[place].isHost {
            candidates[place].standing = .notAHost
        }
        for place in candidates.indices where candidates[place].hasEvidence {
            let upper = candidates[place].figures.availabilityInterval?.upperBound ?? 0
            candidates[place].standing =
                upper < floor ? .lessAvailable : upper < availabilityMin ? .belowMinimum : .other
        }
        candidates.sort(by: Self.isBetter)
        guard let best = candidates.first, best.hasEvidence else {
            return refusal(region, candidates)
        }
        candidates[0].standing = meetsMinimum(best) ? .recommended : .leastBad
        let second = fallback(behind: best, among: candidates.dropFirst())
        if let second { candidates[second].standing = .fallback }
        return recommendation(region, candidates[0], second.map { candidates[$0] }, candidates)
    }

    /// Those that may be chosen first, of these the fastest; times that are the same to within what is measured are as
    /// good as each other.
    private static func isBetter(_ left: ProxyCandidate, _ right: ProxyCandidate) -> Bool {
        func rank(_ candidate: ProxyCandidate) -> Int {
            switch candidate.standing {
            case .recommended, .leastBad, .fallback, .other: 0
            case .belowMinimum: 1
            case .lessAvailable: 2
            case .tooFew: 3
            case .notAHost: 4
            }
        }
        if rank(left) != rank(right) { return rank(left) < rank(right) }
        let (ours, theirs) = (left.figures, right.figures)
        if left.standing == .tooFew { return (theirs.requests, left.host) < (ours.requests, right.host) }
        if ours.p95Nanos != theirs.p95Nanos { return ours.p95Nanos < theirs.p95Nanos }
        if ours.p50Nanos != theirs.p50Nanos { return ours.p50Nanos < theirs.p50Nanos }
        let hits = (ours.hitRatio ?? 0, theirs.hitRatio ?? 0)
        return hits.0 != hits.1 ? hits.0 > hits.1 : left.host < right.host
    }

    /// The place of the proxy that is asked when the first one does not serve. Behind one that calls its own failures
    /// "not found" it is one that does not, if there is such.
    private func fallback(
        behind best: ProxyCandidate, among others: ArraySlice<ProxyCandidate>
    ) -> Int? {
        let able = others.indices.filter { place in
            others[place].hasEvidence
                && (others[place].figures.availability ?? 0) >= Self.fallbackAvailabilityMin
        }
        guard Self.masksFailures(best) else { return able.first }
        return able.first { !Self.masksFailures(others[$0]) } ?? able.first
    }

    /// Whether it fails seldom enough to be asked first, or does so by chance.
    private func meetsMinimum(_ candidate: ProxyCandidate) -> Bool {
        (candidate.figures.availabilityInterval?.upperBound ?? 0) >= availabilityMin
    }

    private static func masksFailures(_ candidate: ProxyCandidate) -> Bool {
        candidate.mirror?.profile.answersNotFoundForFailures ?? false
    }

    // MARK: Words

    private func refusal(_ region: String?, _ candidates: [ProxyCandidate]) -> ProxyRecommendation {
        let most = candidates.lazy.filter(\.isHost).map(\.outcomes).max() ?? 0
        let seen =
            most > 0
            ? "the most that one has is \(HumanUnits.count(Int64(most)))"
            : "there are none whose end is known"
        return ProxyRecommendation(
            region: region, goproxy: nil, goprivate: nil, gonosumdb: nil,
            reasons: [
                "no verdict: it takes \(ProxyCandidate.requestsMin) requests to a proxy, and \(seen)"
            ], findings: [], meetsMinimum: nil)
    }

    private func recommendation(
        _ region: String?, _ best: ProxyCandidate, _ second: ProxyCandidate?, _ all: [ProxyCandidate]
    ) -> ProxyRecommendation {
        var reasons = [figures(best)]
        if let rival = all.dropFirst().first(where: { $0.hasEvidence }) {
            reasons.append(comparison(best, rival))
        }
        if !meetsMinimum(best) { reasons.insert(shortfall(best), at: 0) }
        let separator = second.map { self.separator(best, $0) }
        var goproxy = best.url
        if let second, let separator {
            goproxy += separator.sign + second.url
            reasons.append(separator.reason)
        } else {
            reasons.append(
                "nothing else served \(ProxyCandidate.requestsMin) requests here: there is nothing to fall back on"
            )
        }
        let end = self.end([best] + (second.map { [$0] } ?? []))
        goproxy += end.sign + "direct"
        reasons.append(end.reason)
        let settings = privateSettings([best] + (second.map { [$0] } ?? []), &reasons)
        let lint = ChainLint(
            settings: ModuleSettings(
                goproxy: goproxy, goprivate: settings.goprivate, gonosumdb: settings.gonosumdb),
            mirrors: mirrors)
        return ProxyRecommendation(
            region: region, goproxy: goproxy, goprivate: settings.goprivate, gonosumdb: settings.gonosumdb,
            reasons: reasons, findings: lint.findings.filter { $0.variable == .goproxy },
            meetsMinimum: meetsMinimum(best))
    }

    /// Nobody is to take for good what is only better than the rest.
    private func shortfall(_ best: ProxyCandidate) -> String {
        "no proxy here is \(ObjectiveWords.percent(availabilityMin)) available, which the first one should be: "
            + "\(DisplayText.escaped(best.host)) is the least bad, and builds notice that it fails"
    }

    private func figures(_ candidate: ProxyCandidate) -> String {
        let figures = candidate.figures
        var parts = [HumanUnits.count(figures.requests, "request")]
        if let availability = figures.availability {
            parts.append("\(ResultTable.hundredths(availability)) available")
        }
        parts.append(
            "p50 \(HumanUnits.duration(figures.p50Nanos)), p95 \(HumanUnits.duration(figures.p95Nanos))")
        if let ratio = figures.hitRatio { parts.append("\(ResultTable.tenths(ratio)) hits") }
        return "\(DisplayText.escaped(candidate.host)): " + parts.joined(separator: ", ")
    }

    private func comparison(_ best: ProxyCandidate, _ rival: ProxyCandidate) -> String {
        let name = DisplayText.escaped(rival.host)
        let p95 =
            "p95 \(HumanUnits.duration(best.figures.p95Nanos)) against "
            + "\(HumanUnits.duration(rival.figures.p95Nanos)) of \(name)"
        if rival.standing == .lessAvailable, let availability = rival.figures.availability {
            return "\(name) failed more often than chance explains: \(ResultTable.hundredths(availability)) "
                + "available; \(p95)"
        }
        if rival.standing == .belowMinimum, let availability = rival.figures.availability, meetsMinimum(best)
        {
            return "\(name) is \(ResultTable.hundredths(availability)) available, which is below the "
                + "\(ObjectiveWords.percent(availabilityMin)) that the first one should be; \(p95)"
        }
        // The rival's figures are held against those of the best.
        let isChance = rival.figures.verdict == .indistinguishable
        return p95 + (isChance ? "; by their means the two are not distinguishable" : "")
    }

    /// What stands between two proxies, and why.
    private func separator(
        _ first: ProxyCandidate, _ second: ProxyCandidate
    ) -> (sign: String, reason: String) {
        let name = DisplayText.escaped(second.host)
        if privateModules != nil, second.isPublic, !first.isPublic {
            return (
                ",",
                "a comma before \(name), which is public: only 404 and 410 lead on, so that no error gives it "
                    + "paths of private modules"
                    + (meetsMinimum(first)
                        ? "" : "; at what else \(DisplayText.escaped(first.host)) answers, builds end")
            )
        }
        return ("|", "a bar before \(name): it is asked after any error, timeouts and 5xx too")
    }

    /// What stands before direct, and why. A comma would end builds at every error of proxies that fail often.
    private func end(_ chain: [ProxyCandidate]) -> (sign: String, reason: String) {
        let isOne = chain.count == 1
        guard chain.contains(where: meetsMinimum) else {
            return (
                "|",
                "a bar before direct: behind a comma only 404 and 410 lead on, and "
                    + "\(isOne ? "the proxy fails" : "the proxies fail") with others too often"
            )
        }
        return (
            ",",
            "a comma before direct: only what \(isOne ? "the proxy does" : "the proxies do") not have comes from "
                + "its repository"
        )
    }

    /// Proxies of one's own that served private modules go on to do so; else these go past all proxies.
    private func privateSettings(
        _ chain: [ProxyCandidate], _ reasons: inout [String]
    ) -> (goprivate: String?, gonosumdb: String?) {
        guard let list = privateModules else { return (nil, nil) }
        let text = list.patterns.map(\.text).filter { !$0.isEmpty }.joined(separator: ",")
        guard chain.allSatisfy({ !$0.isPublic }), chain[0].privateServed > 0 else {
            reasons.append(
                "GOPRIVATE has private modules come from their repositories, and asks nobody else about them")
            return (text, nil)
        }
        reasons.append(
            "\(DisplayText.escaped(chain[0].host)) served "
                + "\(HumanUnits.count(chain[0].privateServed, "file")) of private modules, and nobody public is asked: "
                + "GONOSUMDB alone keeps them from the checksum database")
        return (nil, text)
    }
}
