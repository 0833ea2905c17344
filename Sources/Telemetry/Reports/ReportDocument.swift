import OTLPModel

/// A report about an incident, before it has a form: sections of sentences, tables and pictures, each with what stands
/// behind it.
package struct ReportDocument: Sendable {
    package var parameters: ReportParameters
    package var title: String
    package var sections: [ReportSection]
    /// In the order of their numbers, from 1 on.
    package var evidence: [ReportEvidence]
}

/// What a report was made from: with the same database, and the same of these, it is made again to the byte.
package struct ReportParameters: Hashable, Sendable {
    /// Of the program, as `0.1.0`.
    package var version: String
    package var window: TimeWindow
    /// How much before the window tells what is normal, in nanoseconds.
    package var baselineNanos: Int64
    /// Nil where there was none.
    package var incident: String?
    /// As `--tz` has it.
    package var zone: String
    package var isPrivate: Bool
    /// What the patterns of private modules were, without saying them; 0 for none.
    package var privatePatterns: UInt64
    /// What the objectives were, without saying them; nil in reports of before.
    package var objectives: UInt64?
    /// Of the requests of window and baseline: changes when one of them does.
    package var dataDigest: UInt64

    package init(
        version: String, window: TimeWindow, baselineNanos: Int64, incident: String?, zone: String,
        isPrivate: Bool, privatePatterns: UInt64, objectives: UInt64? = nil, dataDigest: UInt64
    ) {
        self.version = version
        self.window = window
        self.baselineNanos = baselineNanos
        self.incident = incident
        self.zone = zone
        self.isPrivate = isPrivate
        self.privatePatterns = privatePatterns
        self.objectives = objectives
        self.dataDigest = dataDigest
    }
}

package struct ReportSection: Sendable {
    /// Its anchor: lower-case letters and hyphens.
    package var id: String
    package var title: String
    package var blocks: [ReportBlock]

    package init(_ id: String, _ title: String, _ blocks: [ReportBlock]) {
        self.id = id
        self.title = title
        self.blocks = blocks
    }
}

package enum ReportBlock: Sendable {
    case paragraph([ReportSentence])
    case list([ReportSentence])
    /// A name and what is known of it, one a line.
    case facts([ReportFact])
    case table(ReportTable)
    case chart(ReportChart)
    case heatMap(ReportHeatMap)
    case waterfall(ReportWaterfall)
    case commands([String])
    case human(ReportHumanField)
}

/// A sentence, and the evidence that it rests on.
package struct ReportSentence: Hashable, Sendable {
    package var text: String
    /// Numbers of evidence.
    package var evidence: [Int]

    package init(_ text: String, _ evidence: [Int]) {
        self.text = text
        self.evidence = evidence
    }
}

package struct ReportFact: Hashable, Sendable {
    package var name: String
    package var sentence: ReportSentence

    package init(_ name: String, _ text: String, _ evidence: [Int] = []) {
        self.name = name
        sentence = ReportSentence(text, evidence)
    }
}

/// A command whose answer says what sentences rest on, and what it said.
package struct ReportEvidence: Sendable {
    package var number: Int
    /// As it is typed.
    package var command: String
    /// By name.
    package var values: [ReportValue]
    /// Requests that one can look at.
    package var traceIDs: [TraceID]

    package var name: String { "E\(number)" }
}

package struct ReportValue: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

package struct ReportTable: Sendable {
    package struct Column: Hashable, Sendable {
        package var title: String
        package var alignsRight: Bool
        /// Whether its cells are never broken into lines.
        package var isWhole = false
    }

    package struct Cell: Hashable, Sendable {
        package var text: String
        /// Whether it says that something is wrong.
        package var isAlert = false
    }

    package var caption: ReportSentence
    package var columns: [Column]
    package var rows: [[Cell]]
}

/// Courses of numbers over the window.
package struct ReportChart: Sendable {
    package struct Series: Hashable, Sendable {
        package var name: String
        /// A slot each; nil where nothing is known.
        package var values: [Double?]
    }

    /// What numbers are of.
    package enum Unit: String, Hashable, Sendable {
        case seconds
        case perSecond
        case share
    }

    package var id: String
    package var caption: ReportSentence
    package var unit: Unit
    package var series: [Series]
    package var axis: ReportTimeAxis
}

/// How bad it was at which node when.
package struct ReportHeatMap: Sendable {
    package struct Row: Hashable, Sendable {
        package var name: String
        /// The part of requests that was bad, a slot each; nil where there were none.
        package var shares: [Double?]
    }

    package var id: String
    package var caption: ReportSentence
    package var rows: [Row]
    package var axis: ReportTimeAxis
}

/// The slots of a chart, and which of them are those of the incident.
package struct ReportTimeAxis: Hashable, Sendable {
    package var start: UnixNanos
    package var slotNanos: UInt64
    package var count: Int
    /// Nil for a report of no incident.
    package var incident: Range<Int>?
    /// What happened at which slot.
    package var marks: [Mark]

    package struct Mark: Hashable, Sendable {
        package var slot: Int
        package var name: String
    }

    package func time(_ slot: Int) -> UnixNanos {
        start.advanced(byNanos: Int64(clamping: UInt64(max(slot, 0)) &* slotNanos))
    }
}

/// A trace, span by span.
package struct ReportWaterfall: Sendable {
    package struct Row: Hashable, Sendable {
        package var depth: Int
        package var name: String
        /// Service and node.
        package var place: String
        package var durationNanos: Int64
        /// Empty for what no request waited for.
        package var stage: String
        package var isError: Bool
        /// Of the whole, 0 to 1.
        package var start: Double
        package var length: Double
    }

    package var caption: ReportSentence
    package var traceID: TraceID
    package var rows: [Row]
    /// How many more spans there are.
    package var hidden: Int
}
