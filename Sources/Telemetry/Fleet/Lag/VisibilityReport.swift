import OTLPModel

/// Works out which versions could be had when.
struct VisibilityReport {
    private let sightings: VersionSightings
    private let census: NodeCensus
    private let modules: [ModuleName]
    /// By number of the module less one.
    private let publications: [Publication]

    /// What is known of a version's publication without a look at who served it.
    private enum Publication {
        case unknown
        /// In the period that is looked at.
        case known(PublishedVersion)
        /// In the window, but before anything of it is stored: who was asked first is not known, and only who refused it after
        /// that tells something. As an index says it: what was committed long ago may have been published at any time since.
        case unwatched(PublishedVersion)
        /// At another time.
        case elsewhere

        init(_ found: PublishedVersion, _ period: Range<Int64>, _ window: TimeWindow) {
            if period.contains(found.time.rawValue) {
                self = .known(found)
            } else {
                self = found.source == .index && window.contains(found.time) ? .unwatched(found) : .elsewhere
            }
        }

        /// Nil where it is not known, or not asked for.
        var published: PublishedVersion? {
            switch self {
            case .known(let found), .unwatched(let found): found
            case .unknown, .elsewhere: nil
            }
        }
    }

    /// - Parameters:
    ///   - index: times of publication that are known
    ///   - window: that is asked about; versions of other times are not looked at
    ///   - period: the part of it of which something is stored
    init(
        _ sightings: VersionSightings, _ census: NodeCensus, _ modules: [ModuleName],
        index: [ModuleName: UnixNanos], window: TimeWindow, period: Range<Int64>
    ) {
        self.sightings = sightings
        self.census = census
        self.modules = modules
        publications = modules.map { name in
            let found: PublishedVersion
            if let time = index[name] {
                found = PublishedVersion(time: time, source: .index)
            } else if let time = name.version.flatMap({ ModuleRequest.commitTime(ofVersion: $0) }) {
                found = PublishedVersion(time: time, source: .commit)
            } else {
                return .unknown
            }
            return Publication(found, period, window)
        }
    }

    /// One node's view of one version, by the collector's clock.
    private struct View {
        var node: UInt32
        var success: Int64?
        var refusals: [Int64]
    }

    /// Longest first.
    func versions() -> [VersionVisibility] {
        let refusals = sightings.refusalStarts()
        let refused = Set(refusals.keys.lazy.map { UInt32(truncatingIfNeeded: $0) })
        var views: [UInt32: [View]] = [:]
        func add(_ key: UInt64, success: UInt64?) {
            let (node, module) = (UInt32(key >> 32), UInt32(truncatingIfNeeded: key))
            switch publications[Int(module) - 1] {
            case .known: break
            case .unwatched, .unknown: guard refused.contains(module) else { return }
            case .elsewhere: return
            }
            views[module, default: []].append(
                View(
                    node: node, success: success.map { census.clocks.corrected($0, node: node) },
                    refusals: (refusals[key] ?? []).map { census.clocks.corrected($0, node: node) }))
        }
        var onlyRefused = Set(refusals.keys)
        sightings.forEachSuccess { key, end in
            onlyRefused.remove(key)
            add(key, success: end)
        }
        for key in onlyRefused { add(key, success: nil) }
        return views.flatMap { module, views in versions(of: module, views) }
            .sorted(by: VersionVisibility.isWorse)
    }

    private func versions(of number: UInt32, _ views: [View]) -> [VersionVisibility] {
        let module = modules[Int(number) - 1]
        let published: PublishedVersion
        var isWatched = true
        if let known = publications[Int(number) - 1].published {
            published = known
            if case .unwatched = publications[Int(number) - 1] { isWatched = false }
        } else if let earliest = views.compactMap(\.success).min(),
            // Else it may have been there for long, and a node that did not have it had not been asked before.
            views.contains(where: { $0.refusals.first ?? .max < earliest })
        {
            published = PublishedVersion(time: UnixNanos(rawValue: earliest), source: .firstSeen)
        } else {
            return []
        }
        let found = views.compactMap { view -> VersionVisibility? in
            // The answer to a request may have been known from its start on.
            let refusal = view.refusals.last {
                $0 > published.time.rawValue && $0 < view.success ?? .max
            }
            guard view.success != nil || refusal != nil else { return nil }
            func since(_ time: Int64) -> Int64 { max(0, time &- published.time.rawValue) }
            return VersionVisibility(
                node: census.node(view.node), module: module, published: published,
                lowerNanos: refusal.map(since), upperNanos: view.success.map(since))
        }
        // Without a time of publication, or what was asked since, only what was refused tells anything.
        return published.source == .firstSeen || !isWatched ? found.filter { $0.lowerNanos != nil } : found
    }
}
