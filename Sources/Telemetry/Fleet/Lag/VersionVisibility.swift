/// When a version was published, and who says so.
package struct PublishedVersion: Hashable, Sendable {
    package enum Source: String, Sendable {
        /// An index that was imported.
        case index
        /// The version's own time, that of its commit: it was published later.
        case commit
        /// Some node had it: it was published earlier.
        case firstSeen = "first_seen"
    }

    package var time: UnixNanos
    package var source: Source
}

/// How long after its publication a version could be had from a node.
package struct VersionVisibility: Sendable {
    /// From when on a confirmed lag is worth a warning, in nanoseconds: what the field promises.
    package static let warnNanos: Int64 = 30_000_000_000
    package static let errorNanos: Int64 = 300_000_000_000

    package var node: FleetNode
    package var module: ModuleName
    package var published: PublishedVersion
    /// It was more than this: the node refused the version so long after its publication. Nil where it never did; then it
    /// may have had it long before it was asked.
    package var lowerNanos: Int64?
    /// It was not more than this: the first answer with the version had ended. Nil while there is none.
    package var upperNanos: Int64?

    /// Both bounds are known.
    package var isConfirmed: Bool { lowerNanos != nil && upperNanos != nil }

    var alarm: LagAlarm { LagAlarm(nanos: lowerNanos ?? 0, warn: Self.warnNanos, error: Self.errorNanos) }

    /// Longest first: what is certain, then what is possible.
    static func isWorse(_ left: VersionVisibility, _ right: VersionVisibility) -> Bool {
        let ours = (left.lowerNanos ?? -1, left.upperNanos ?? .max)
        let theirs = (right.lowerNanos ?? -1, right.upperNanos ?? .max)
        if ours != theirs {
            // Without a lower bound, the tighter upper one says more.
            return ours.0 != theirs.0 ? ours.0 > theirs.0 : ours.1 > theirs.1
        }
        return (left.module.module, left.module.version ?? "", left.node.identity.name)
            < (right.module.module, right.module.version ?? "", right.node.identity.name)
    }
}

extension VersionVisibility {
    /// What limits what lags of visibility say.
    static func notes(_ versions: [VersionVisibility]) -> [QualityNote] {
        let modules = Set(versions.lazy.filter { $0.published.source == .firstSeen }.map(\.module))
        guard !modules.isEmpty else { return [] }
        return [
            QualityNote(
                code: "no_index",
                message: "nobody says when \(HumanUnits.count(modules.count, "version")) "
                    + (modules.count == 1 ? "was" : "were")
                    + " published: visibility counts from the first success at "
                    + "any node, and really was longer; traceq import index brings times of publication")
        ]
    }
}

/// The same of all versions at one node.
package struct NodeVisibility: Sendable {
    /// The worst that is confirmed, or that is not over; nil where all versions were there when they were asked for.
    package var worst: VersionVisibility?
    /// Versions that it refused first and had later.
    package var confirmed: Int
    /// Versions that it had when it was first asked, the longest time from the publication to that, in nanoseconds.
    package var censored: Int
    package var censoredNanos: Int64?
    /// Versions that it was asked for and has not had yet.
    package var missing: Int

    var alarm: LagAlarm { worst?.alarm ?? LagAlarm(0, warn: 1) }

    init(_ versions: [VersionVisibility]) {
        worst = versions.filter { $0.lowerNanos != nil }.min(by: VersionVisibility.isWorse)
        confirmed = versions.count { $0.isConfirmed }
        let unconfirmed = versions.filter { $0.lowerNanos == nil }
        censored = unconfirmed.count
        censoredNanos = unconfirmed.compactMap(\.upperNanos).max()
        missing = versions.count { $0.upperNanos == nil }
    }
}
