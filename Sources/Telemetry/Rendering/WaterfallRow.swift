import OTLPModel

/// A span of a waterfall with what is drawn before its name.
struct WaterfallRow {
    let node: TraceTreeNode
    let stored: StoredSpan
    /// The tree's lines before the name.
    let guide: String
    /// The tree's lines before what is listed under the span.
    let detailGuide: String

    var isError: Bool { stored.span.status.code == .error }

    var name: String {
        stored.span.name.isEmpty ? "(no name)" : DisplayText.escaped(stored.span.name)
    }

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

    /// The name within a width, its marks kept.
    func label(width: Int) -> String {
        let room = max(6, width - DisplayWidth.columns(guide) - DisplayWidth.columns(marks))
        return guide + DisplayWidth.truncatingMiddle(name, to: room) + marks
    }

    var labelWidth: Int {
        DisplayWidth.columns(guide) + DisplayWidth.columns(name) + DisplayWidth.columns(marks)
    }
}
