import Glibc

/// A chart as inline SVG.
struct ReportChartDrawing {
    let chart: ReportChart
    let zone: TimeZoneRules

    private static let width = 760.0
    private static let height = 220.0
    private static let left = 84.0
    private static let right = 12.0
    private static let top = 26.0
    private static let bottom = 24.0

    var lines: [String] {
        let scale = Scale(chart)
        var lines = [
            "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" aria-label=\""
                + "\(HTMLReport.escaped(chart.caption.text))\">"
        ]
        if let incident = chart.axis.incident {
            let first = x(Double(incident.lowerBound))
            lines.append(
                "<rect class=\"shade\" x=\"\(number(first))\" y=\"\(number(Self.top))\" "
                    + "width=\"\(number(x(Double(incident.upperBound)) - first))\" "
                    + "height=\"\(number(Self.height - Self.top - Self.bottom))\"><title>the incident</title></rect>"
            )
        }
        for tick in scale.ticks {
            let height = y(scale.part(tick))
            lines.append(
                "<line class=\"grid\" x1=\"\(number(Self.left))\" x2=\"\(number(Self.width - Self.right))\" "
                    + "y1=\"\(number(height))\" y2=\"\(number(height))\"/>"
                    + "<text x=\"\(number(Self.left - 6))\" y=\"\(number(height + 4))\" text-anchor=\"end\">"
                    + "\(HTMLReport.escaped(chart.unit.text(tick)))</text>")
        }
        lines += ReportAxisDrawing(axis: chart.axis, zone: zone).labels(y: Self.height - 6) { x($0) }
        for mark in chart.axis.marks {
            let place = number(x(Double(mark.slot) + 1))
            lines.append(
                "<line class=\"mark\" x1=\"\(place)\" x2=\"\(place)\" y1=\"\(number(Self.top))\" "
                    + "y2=\"\(number(Self.height - Self.bottom))\"><title>\(HTMLReport.escaped(mark.name))</title></line>"
            )
        }
        for (index, series) in chart.series.enumerated() {
            lines.append("<path class=\"line s\(index % 3)\" d=\"\(path(series.values, scale))\"/>")
            let place = Self.left + Double(index) * 120
            lines.append(
                "<line class=\"line s\(index % 3)\" x1=\"\(number(place))\" x2=\"\(number(place + 24))\" y1=\"12\" y2=\"12\"/>"
                    + "<text x=\"\(number(place + 30))\" y=\"16\">\(HTMLReport.escaped(series.name))</text>")
        }
        return lines + ["</svg>"]
    }

    private func x(_ slot: Double) -> Double {
        Self.left + slot / Double(max(chart.axis.count, 1)) * (Self.width - Self.left - Self.right)
    }

    private func y(_ part: Double) -> Double {
        Self.height - Self.bottom - min(max(part, 0), 1) * (Self.height - Self.top - Self.bottom)
    }

    private func number(_ value: Double) -> String { DecimalText.fixed(value, 1) }

    /// Broken where nothing is known; a single value is a short line.
    private func path(_ values: [Double?], _ scale: Scale) -> String {
        var path = ""
        var isDrawing = false
        for (slot, value) in values.enumerated() {
            guard let value else {
                isDrawing = false
                continue
            }
            let height = number(y(scale.part(value)))
            if isDrawing {
                path += "L\(number(x(Double(slot) + 0.5))) \(height)"
            } else {
                path +=
                    "M\(number(x(Double(slot) + 0.3))) \(height)L\(number(x(Double(slot) + 0.5))) \(height)"
            }
            isDrawing = true
        }
        return path
    }

    /// From a value to a part of the height: times by their logarithm, for there are short ones and long ones at once.
    private struct Scale {
        let ticks: [Double]
        private let isLogarithmic: Bool
        private let low: Double
        private let high: Double

        init(_ chart: ReportChart) {
            let values = chart.series.flatMap { $0.values.compactMap(\.self) }
            let most = values.max() ?? 1
            switch chart.unit {
            case .seconds:
                isLogarithmic = true
                let least = max(values.filter { $0 > 0 }.min() ?? 0.001, 1e-6)
                low = pow(10, log10(least).rounded(.down))
                high = max(pow(10, log10(max(most, least)).rounded(.up)), low * 10)
                let decades = Int(log10(high / low).rounded())
                ticks = (0...decades).map { [low] in low * pow(10, Double($0)) }
            case .share:
                isLogarithmic = false
                (low, high) = (0, 1)
                ticks = [0, 0.25, 0.5, 0.75, 1]
            case .perSecond:
                isLogarithmic = false
                low = 0
                let unit = pow(10, log10(max(most, 1e-3)).rounded(.down))
                let step = [1, 2, 5, 10].map { $0 * unit / 2 }.first { $0 * 4 >= most } ?? unit * 5
                high = step * 4
                ticks = (0...4).map { Double($0) * step }
            }
        }

        func part(_ value: Double) -> Double {
            isLogarithmic
                ? log(max(value, low) / low) / log(high / low) : (value - low) / (high - low)
        }
    }
}

/// Times below a drawing.
struct ReportAxisDrawing {
    let axis: ReportTimeAxis
    let zone: TimeZoneRules

    /// - Parameter x: of a slot's begin
    func labels(y: Double, _ x: (Double) -> Double) -> [String] {
        let steps = 4
        return (0...steps).map { step in
            let slot = axis.count * step / steps
            let anchor = step == 0 ? "start" : step == steps ? "end" : "middle"
            return "<text x=\"\(DecimalText.fixed(x(Double(slot)), 1))\" y=\"\(DecimalText.fixed(y, 1))\" "
                + "text-anchor=\"\(anchor)\">\(axis.clock(slot, zone))</text>"
        }
    }
}

/// A heat map as inline SVG.
struct ReportHeatMapDrawing {
    let map: ReportHeatMap
    let zone: TimeZoneRules

    private static let width = 760.0
    private static let left = 190.0
    private static let rowHeight = 18.0

    var lines: [String] {
        let height = Double(map.rows.count) * Self.rowHeight + 28
        var lines = [
            "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(height))\" role=\"img\" aria-label=\""
                + "\(HTMLReport.escaped(map.caption.text))\">"
        ]
        let slotWidth = (Self.width - Self.left) / Double(max(map.axis.count, 1))
        for (index, row) in map.rows.enumerated() {
            let y = Double(index) * Self.rowHeight
            let name = DisplayWidth.truncatingMiddle(DisplayText.escaped(row.name), to: 26)
            lines.append(
                "<text x=\"\(DecimalText.fixed(Self.left - 6, 1))\" y=\"\(DecimalText.fixed(y + 13, 1))\" "
                    + "text-anchor=\"end\" unicode-bidi=\"isolate\">\(HTMLReport.escaped(name))</text>")
            for (slot, share) in row.shares.enumerated() {
                guard let share else { continue }
                let place =
                    "x=\"\(DecimalText.fixed(Self.left + Double(slot) * slotWidth, 1))\" y=\"\(DecimalText.fixed(y + 1, 1))\" "
                    + "width=\"\(DecimalText.fixed(max(slotWidth - 0.6, 0.5), 1))\" "
                    + "height=\"\(DecimalText.fixed(Self.rowHeight - 2, 1))\""
                let paint =
                    share <= 0
                    ? "class=\"none\""
                    : "class=\"heat\" fill-opacity=\"\(DecimalText.fixed(0.15 + 0.85 * share, 2))\""
                lines.append(
                    "<rect \(paint) \(place)><title>\(map.axis.clock(slot, zone)) \(ResultTable.tenths(share))</title></rect>"
                )
            }
        }
        if let incident = map.axis.incident {
            let bottom = DecimalText.fixed(height - 22, 1)
            lines.append(
                "<line class=\"line s2\" x1=\"\(DecimalText.fixed(Self.left + Double(incident.lowerBound) * slotWidth, 1))\" "
                    + "x2=\"\(DecimalText.fixed(Self.left + Double(incident.upperBound) * slotWidth, 1))\" "
                    + "y1=\"\(bottom)\" y2=\"\(bottom)\"><title>the incident</title></line>")
        }
        return lines
            + ReportAxisDrawing(axis: map.axis, zone: zone).labels(y: height - 6) {
                Self.left + $0 * slotWidth
            }
            + ["</svg>"]
    }
}
