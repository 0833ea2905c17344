import OTLPModel

/// A span of a waterfall with what is drawn before its name.
struct WaterfallRow {
    let node: TraceTreeNode
    let stored: StoredSpan
    /// The tree's lines before the name.
    let guide: String
    /// The tree's lines before what is listed under the span.
    let detailGuide: String
    /// Its part of the critical path of a module request.
    let part: TraceStory.Part?

    private let http: HTTPRequestText?

    init(
        node: TraceTreeNode, stored: StoredSpan, guide: String, detailGuide: String,
        part: TraceStory.Part? = nil, namesHost: Bool = false
    ) {
        self.node = node
        self.stored = stored
        self.guide = guide
        self.detailGuide = detailGuide
        self.part = part
        http = HTTPRequestText(stored.span, namesHost: namesHost)
    }

    var isError: Bool { stored.span.status.code == .error }

    /// The span's name, for an HTTP request its method and path as well, or instead where the name says
    /// no more than they do.
    var name: String {
        let name = stored.span.name.isEmpty ? "(no name)" : DisplayText.escaped(stored.span.name)
        guard let request = http?.request, !request.isEmpty else { return name }
        return http?.covers(stored.span.name) == true ? request : name + ": " + request
    }

    /// What follows the name and is never cut: the HTTP status and the marks.
    private var suffix: String { (http?.status.map { " \($0)" } ?? "") + marks }

    /// Name, HTTP status and marks.
    var title: String { name + suffix }

    /// Said in characters, so that it is seen without colour too.
    var marks: String {
        var marks = ""
        if isError { marks += " ✗" }
        if node.isOutsideParent { marks += " ~" }
        switch node.anchor {
        case .missingParent: marks += " ?"
        case .ownParent, .cycle: marks += " ⟲"
        case .root, .child: break
        }
        return marks
    }

    var place: String {
        DisplayText.escaped(stored.service) + " @ " + DisplayText.escaped(stored.node.name)
    }

    /// Service and node within a width: the service is kept as long as the node has half of the room.
    func place(width: Int) -> String {
        guard DisplayWidth.columns(place) > width else { return place }
        let separator = width < 20 ? "@" : " @ "
        let service = DisplayText.escaped(stored.service)
        let node = DisplayText.escaped(stored.node.name)
        let room = max(2, width - separator.count)
        let serviceRoom = max(room / 2, room - DisplayWidth.columns(node))
        let shown = DisplayWidth.truncatingMiddle(service, to: serviceRoom)
        return shown + separator
            + DisplayWidth.truncatingMiddle(node, to: room - DisplayWidth.columns(shown))
    }

    /// The title behind the tree's lines, within a width; where there is no room for both, the request
    /// stands without the span's name.
    func label(width: Int) -> String {
        let room = max(Self.nameWidthMin, width - DisplayWidth.columns(guide) - DisplayWidth.columns(suffix))
        let request = http?.request ?? ""
        let shown = DisplayWidth.columns(name) > room && !request.isEmpty ? request : name
        return guide + DisplayWidth.truncatingMiddle(shown, to: room) + suffix
    }

    /// Less than this of a name tells nothing.
    private static let nameWidthMin = 6

    /// The narrowest that a label can be.
    var leastLabelWidth: Int {
        DisplayWidth.columns(guide) + Self.nameWidthMin + DisplayWidth.columns(suffix)
    }

    var labelWidth: Int { DisplayWidth.columns(guide) + DisplayWidth.columns(title) }
}
