import OTLPModel

@testable import Telemetry

/// Answers a `StatsQuery` the slow way: span by span, as they were sent.
struct NaiveStats {
    let query: StatsQuery

    func groups(_ spans: [StoredSpan]) -> [[SpanValue]: StatsGroup] {
        let wanted = spans.filter { span in
            query.window.contains(UnixNanos(clamping: span.span.startTimeUnixNano))
                && query.predicates.allSatisfy { passes($0, span) }
        }
        return Dictionary(grouping: wanted) { span in query.keys.map { value($0, span) } }.reduce(into: [:]) {
            $0[$1.key] = group($1.key, $1.value)
        }
    }

    private func group(_ key: [SpanValue], _ spans: [StoredSpan]) -> StatsGroup {
        let durations = spans.map(duration).sorted()
        var totals = SpanTotals()
        totals.spans = spans.count
        totals.errors = spans.count { $0.span.status.code == .error }
        totals.longestNanos = durations.last ?? 0
        totals.sumNanos = durations.reduce(0) { sum, nanos in
            let (total, overflow) = sum.addingReportingOverflow(nanos)
            return overflow ? .max : total
        }
        if let ratio = query.ratio {
            totals.ratioSpans = spans.count { value(ratio.key, $0) != .missing }
            totals.ratioPassed = spans.count { passes(ratio, $0) }
        }
        func quantile(_ percent: Int) -> Int64 { durations[(durations.count * percent + 99) / 100 - 1] }
        return StatsGroup(
            key: key, totals: totals,
            quantiles: DurationQuantiles(p50: quantile(50), p90: quantile(90), p99: quantile(99)))
    }

    private func duration(_ span: StoredSpan) -> Int64 {
        let (start, end) = (span.span.startTimeUnixNano, span.span.endTimeUnixNano)
        return end < start ? 0 : Int64(clamping: end - start)
    }

    private func value(_ key: SpanKey, _ span: StoredSpan) -> SpanValue {
        switch key {
        case .name: .text(span.span.name)
        case .kind: .text(span.span.kind.word)
        case .status: .text(span.span.status.code.word)
        case .service: .text(span.service)
        case .node: .text(span.node.name)
        case .scope: .text(span.scope.name)
        case .traceID: .text(TraceID(bytes: span.span.traceID)?.hex ?? "")
        case .duration: .integer(duration(span))
        case .period(let nanos):
            .time(
                UnixNanos(
                    rawValue: UnixNanos(clamping: span.span.startTimeUnixNano).rawValue / nanos * nanos))
        case .attribute(let key): attribute(key, span.span)
        case .resource(let key): value(key, span.resource.attributes)
        case .moduleKind, .cacheResult, .outcome, .module, .moduleVersion: .missing
        }
    }

    /// Under its stable name, else under an older one.
    private func attribute(_ key: String, _ span: OTLPModel.Span) -> SpanValue {
        let own = value(key, span.attributes)
        guard let stable = StableAttribute(key) else { return own }
        let names = [StableAttribute.Alias(key, stable.reading)] + stable.aliases
        return names.lazy.filter { $0.kind == nil || $0.kind == span.kind }
            .map { $0.reading.value(value($0.name, span.attributes)) }.first { $0 != .missing } ?? .missing
    }

    private func value(_ key: String, _ attributes: [KeyValue]) -> SpanValue {
        attributes.last { $0.key == key }.map { SpanValue($0.value) } ?? .missing
    }

    private func passes(_ predicate: SpanPredicate, _ span: StoredSpan) -> Bool {
        let value = value(predicate.key, span)
        let operand = predicate.test.operand
        if value == .missing { return false }
        let number = Double(operand) ?? DurationExpression.nanoseconds(operand).map(Double.init) ?? .nan
        let own: Double? =
            switch value {
            case .integer(let number): Double(number)
            case .decimal(let bits): Double(bitPattern: bits)
            case .text(let text): Double(text)
            case .bool, .time, .missing: nil
            }
        let isNumber = if case .text = value { false } else { own != nil && !number.isNaN }
        switch predicate.test.comparison {
        case .equal: return isNumber ? own == number : matches(value.text, operand)
        case .notEqual: return isNumber ? own != number : !matches(value.text, operand)
        case .contains: return contains(value.text, operand)
        case .notContains: return !contains(value.text, operand)
        case .greater: return own.map { $0 > number } ?? false
        case .atLeast: return own.map { $0 >= number } ?? false
        case .less: return own.map { $0 < number } ?? false
        case .atMost: return own.map { $0 <= number } ?? false
        }
    }

    private func contains(_ text: String, _ part: String) -> Bool {
        let (text, part) = (Array(text.utf8), Array(part.utf8))
        guard text.count >= part.count else { return false }
        return (0...text.count - part.count).contains { text[$0..<$0 + part.count].elementsEqual(part) }
    }

    /// One star at the most.
    private func matches(_ text: String, _ pattern: String) -> Bool {
        let parts = pattern.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
        guard parts.count == 2 else { return text.utf8.elementsEqual(pattern.utf8) }
        return text.utf8.count >= parts[0].count + parts[1].count && text.utf8.starts(with: parts[0])
            && text.utf8.suffix(parts[1].count).elementsEqual(parts[1])
    }
}
