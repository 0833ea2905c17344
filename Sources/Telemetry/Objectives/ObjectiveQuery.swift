/// Which objectives are to be looked at, and for what.
package struct ObjectiveQuery: Sendable {
    package var list: ObjectiveList
    /// The end of the window; not in it.
    package var end: UnixNanos
    package var filter: FleetFilter

    package init(_ list: ObjectiveList, end: UnixNanos, filter: FleetFilter = FleetFilter()) {
        self.list = list
        self.end = end
        self.filter = filter
    }

    package var window: TimeWindow {
        TimeWindow(since: end.advanced(byNanos: -list.windowNanos), until: end)
    }
}

package struct ObjectiveResult: Sendable {
    /// In the order of the list.
    package var evaluations: [ObjectiveEvaluation]
    package var quality: FleetQuality
    package var notes: [QualityNote]

    package init(evaluations: [ObjectiveEvaluation], quality: FleetQuality, notes: [QualityNote]) {
        self.evaluations = evaluations
        self.quality = quality
        self.notes = notes
    }

    /// Whether any of them was missed, or will be soon at this rate.
    package var isViolated: Bool { evaluations.contains(where: \.isViolated) }
}
