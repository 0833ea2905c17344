import OTLPModel

/// The columns of a waterfall and their widths: name, service and node, duration, self time, time line.
struct WaterfallLayout {
    private let range: ClosedRange<UInt64>
    private let style: RenderStyle
    private let labelWidth: Int
    private let placeWidth: Int
    private let durationWidth: Int
    private let selfWidth: Int
    /// 0 where no stages are told.
    private let stageWidth: Int
    /// 0 where no time line is drawn.
    private let timelineWidth: Int

    private static let gap = "  "

    /// - Parameter hasStages: whether the spans have stages of module requests
    init(rows: [WaterfallRow], range: ClosedRange<UInt64>, style: RenderStyle, hasStages: Bool = false) {
        self.range = range
        self.style = style
        stageWidth = hasStages ? rows.reduce(5) { max($0, $1.part?.stage.name.count ?? 0) } : 0
        let label = Self.width(rows.lazy.map(\.labelWidth), atLeast: 4, isLimited: style.width != nil)
        let place = Self.width(
            rows.lazy.map { DisplayWidth.columns($0.place) }, atLeast: 14, isLimited: style.width != nil)
        durationWidth = rows.reduce(8) { max($0, HumanUnits.duration($1.node.durationNanos).count) }
        selfWidth = rows.reduce(4) { max($0, HumanUnits.duration($1.node.selfNanos).count) }
        guard let width = style.width else {
            labelWidth = label
            placeWidth = place
            timelineWidth = 40
            return
        }
        let hasTimeline = width >= Self.timelineFrom
        let gaps = ((hasTimeline ? 4 : 3) + (hasStages ? 1 : 0)) * Self.gap.count
        let free = max(24, width - durationWidth - selfWidth - stageWidth - gaps)
        // Words tell more than bars: what is left when the time line has its least goes to name and place,
        // up to three fifths to the place, whose ends both count; what they leave over goes back to the
        // time line.
        let leastTimeline = hasTimeline ? max(8, (free - 40) / 3) : 0
        let words = free - leastTimeline
        let leastLabel = min(words / 2, rows.reduce(12) { max($0, $1.leastLabelWidth) })
        labelWidth = min(label, words - min(place, words * 3 / 5, words - leastLabel))
        placeWidth = min(place, words - labelWidth)
        timelineWidth = hasTimeline ? free - placeWidth - labelWidth : 0
    }

    /// In narrower terminals bars would take what names need.
    private static let timelineFrom = 64

    /// Where nothing limits the width, texts longer than this stick out of their column, so that one long
    /// name does not fill every row with spaces.
    private static let alignedWidthMax = 100

    private static func width(_ widths: some Sequence<Int>, atLeast: Int, isLimited: Bool) -> Int {
        widths.reduce(atLeast) { isLimited || $1 <= alignedWidthMax ? max($0, $1) : $0 }
    }

    var heading: String {
        let length = HumanUnits.duration(Int64(clamping: range.upperBound - range.lowerBound))
        let scale = length.count + 1 < timelineWidth ? "0" : ""
        let timeline = scale + DisplayWidth.padded(length, to: timelineWidth - scale.count, right: true)
        return style.heading(
            ([
                DisplayWidth.padded("SPAN", to: labelWidth),
                DisplayWidth.padded("SERVICE @ NODE", to: placeWidth),
                DisplayWidth.padded("DURATION", to: durationWidth, right: true),
                DisplayWidth.padded("SELF", to: selfWidth, right: true),
            ] + (stageWidth > 0 ? [DisplayWidth.padded("STAGE", to: stageWidth)] : [])
                + (timelineWidth > 0 ? [timeline] : [])).joined(separator: Self.gap))
    }

    func line(_ row: WaterfallRow) -> String {
        let isLimited = style.width != nil
        let label = DisplayWidth.padded(row.label(width: isLimited ? labelWidth : .max), to: labelWidth)
        let place = isLimited ? row.place(width: placeWidth) : row.place
        let isBeside = stageWidth > 0 && row.part == nil
        let bar = timelineWidth > 0 ? [bar(row.stored.span.interval, isBeside ? "░" : "█")] : []
        let stage = stageWidth > 0 ? [DisplayWidth.padded(row.part?.stage.name ?? "", to: stageWidth)] : []
        return
            ([
                row.isError ? style.alert(label) : label,
                DisplayWidth.padded(place, to: placeWidth),
                DisplayWidth.padded(
                    HumanUnits.duration(row.node.durationNanos), to: durationWidth, right: true),
                DisplayWidth.padded(HumanUnits.duration(row.node.selfNanos), to: selfWidth, right: true),
            ] + stage + bar.map(row.isError ? style.alert : style.accent)).joined(separator: Self.gap)
    }

    /// At least one character, always inside the time line; a span that lies wholly before or after it is
    /// an arrow at the edge.
    func bar(_ interval: ClosedRange<UInt64>, _ block: String = "█") -> String {
        if interval.upperBound < range.lowerBound { return "◀" }
        if interval.lowerBound > range.upperBound {
            return String(repeating: " ", count: timelineWidth - 1) + "▶"
        }
        let first = min(timelineWidth - 1, Int(position(interval.lowerBound)))
        let end = min(timelineWidth, Int(position(interval.upperBound).rounded(.up)))
        return String(repeating: " ", count: first) + String(repeating: block, count: max(1, end - first))
    }

    private func position(_ time: UInt64) -> Double {
        let length = range.upperBound - range.lowerBound
        guard length > 0, time > range.lowerBound else { return 0 }
        let offset = min(time, range.upperBound) - range.lowerBound
        return Double(offset) / Double(length) * Double(timelineWidth)
    }
}
