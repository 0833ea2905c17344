/// What a place of the map stands for.
package enum MapGrouping: String, CaseIterable, Sendable {
    case node
    /// Nodes of one role in one region.
    case region
    case role
    case software
}

package struct FleetMapQuery: Sendable {
    /// By start of the request.
    package var window: TimeWindow
    package var filter: FleetFilter
    package var grouping: MapGrouping
    /// How many places behind one are told of singly, the busiest; at least 1.
    package var branches: Int

    package init(
        window: TimeWindow, filter: FleetFilter = FleetFilter(), grouping: MapGrouping = .node,
        branches: Int = 10
    ) {
        self.window = window
        self.filter = filter
        self.grouping = grouping
        self.branches = branches
    }
}

/// A place of the map.
package enum MapPlace: Hashable, Sendable {
    case clients
    /// A node or several, by what they are called.
    case nodes(String)
    /// Where modules come from.
    case upstream(String)

    package var name: String {
        switch self {
        case .clients: "clients"
        case .nodes(let name), .upstream(let name): name
        }
    }

    package var word: String {
        switch self {
        case .clients: "clients"
        case .nodes: "node"
        case .upstream: "upstream"
        }
    }
}

/// A line of the map: a link and the place at its far end.
package struct MapRow: Sendable {
    /// 0 for all clients together.
    package var depth: Int
    /// Nil for all clients together.
    package var from: MapPlace?
    /// Nil for what is put together, as there are too many.
    package var to: MapPlace?
    package var role: NodeRole?
    package var region: String?
    /// Of the link, as its far end tells; of an upstream the time that was waited for it.
    package var traffic: TrafficReport
    /// Where what lies behind it stands instead, with the numbers of all who ask it; nil where it stands here.
    package var repetition: Repetition?
    /// How many places are put together here; 0 for a single one.
    package var others: Int

    package enum Repetition: String, Sendable {
        case above
        case below
    }
}

package struct FleetMapResult: Sendable {
    /// Depth first; of one depth the busiest first.
    package var rows: [MapRow]
    /// The time that rates are per.
    package var rateNanos: Int64
    package var quality: FleetQuality
    package var notes: [QualityNote]
}
