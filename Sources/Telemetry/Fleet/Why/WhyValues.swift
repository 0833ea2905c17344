import OTLPModel

/// The values of attributes among the selected requests and the rest: the second look at the segments, at the columns of
/// attributes alone.
struct WhyValues: Sendable {
    /// An attribute with more different values than this is an id.
    static let valuesMax = 5_000
    /// And so is one that has a different value for every so many requests. That is told when all have been counted: a few
    /// requests that lie together in a segment say nothing of the others, and how segments are cut changes no answer.
    static let requestsPerValueMin = 8
    static let fewValues = 200
    /// Of a segment's attributes so many are looked at, those that most of its requests have: each takes four bytes a span.
    static let attributesMax = 256
    /// And of one span so many of those that found no column of their own.
    static let attributesOfSpanMax = 1_024

    /// A value that a request of the sample has.
    struct SampleValue: Sendable {
        var sample: UInt32
        var attribute: UInt32
        var value: UInt32
    }

    private(set) var attributes = NumberedTexts()
    /// By attribute.
    private(set) var values: [NumberedTexts] = []
    /// By attribute and value.
    private(set) var counts: [[WhyCount]] = []
    /// By attribute: it has too many values.
    private(set) var isID: [Bool] = []
    private(set) var sampleValues: [SampleValue] = []
    /// There were more attributes than are looked at.
    private(set) var isCut = false

    private static let resourcePrefix = "resource."
    private static let durationEndings = [
        "response_time", "header_time", "connect_time", "request_time", "duration", "duration_ms", "elapsed",
    ]

    /// What tells nothing of a selection, as it is what was selected by, or what something else tells better.
    static func isLeftOut(_ column: ColumnKey, _ selection: WhySelection) -> Bool {
        let name = String(decoding: column.name, as: UTF8.self)
        let isError = if case .errors = selection { true } else { false }
        if isError, name == "error.type" || name == "error" || name == "otel.status_code" { return true }
        switch RequestAttribute(column)?.role {
        case .path, .query, .kind, .size: return true
        case .status: return isError
        case .cache: return selection == .misses
        case .method, nil: break
        }
        let attribute = WhyAttribute(name)
        // That a request for a file has no body is so of all, whether its emitter says it or not.
        if attribute.name == "http.request.body.size" { return true }
        // How long it took is what was selected by, or follows from it.
        if durationEndings.contains(where: { attribute.name.hasSuffix($0) }) { return true }
        return isError && attribute.tellsOfOutcome || selection == .misses && attribute.tellsOfUpstream
    }

    /// Counts the values of a segment.
    /// - Parameter sample: requests of the segment that are looked at one by one: row and number
    mutating func add(
        _ view: SegmentView, _ requests: WhyRows, sample: [(row: UInt32, number: UInt32)],
        _ selection: WhySelection
    ) throws(StoreError) {
        let rows = try SegmentRows(view)
        let used = Self.columns(of: requests, rows)
        let overflow = try OverflowAttributes(view, perSpanMax: Self.attributesOfSpanMax)
        if overflow.isCut { isCut = true }
        let attributeRows = AttributeRows(view, rows.tables, rows.operations, overflow: overflow)
        var seen: Set<[UInt8]> = []
        var columns: [(attribute: WhyAttribute, coded: CodedRows)] = []
        let most = rows.tables.columns.indices.filter {
            rows.tables.columns[$0].role == .attribute && used[$0] > 0
        }.sorted { (used[$1], $0) < (used[$0], $1) }
        for place in most {
            let column = rows.tables.columns[place]
            guard columns.count < Self.attributesMax else {
                isCut = true
                break
            }
            guard seen.insert(column.name).inserted, !Self.isLeftOut(column, selection) else { continue }
            let name = String(decoding: column.name, as: UTF8.self)
            let attribute = WhyAttribute(name)
            if let known = attributes.known(attribute.name), isID[Int(known)] { continue }
            guard let coded = try attributeRows.coded(name) else { continue }
            columns.append((attribute, coded))
        }
        columns.sort { ($0.attribute.name, $0.attribute.rank) < ($1.attribute.name, $1.attribute.rank) }
        // All that may be damaged has been read, but for the origins.
        let origins = try view.origins()
        let originRows = try view.originIndexes()
        for (place, column) in columns.enumerated() {
            let better = columns[..<place].lazy.reversed().prefix {
                $0.attribute.name == column.attribute.name
            }
            add(column.attribute, column.coded, besides: better.map(\.coded), requests, sample)
        }
        addOrigins(origins, originRows, requests, sample)
    }

    /// By column: how many requests have it. Most columns are of the spans below them.
    private static func columns(of requests: WhyRows, _ rows: SegmentRows) -> [Int] {
        var byOperation = [Int](repeating: 0, count: rows.tables.operations.count)
        for row in requests.selected { byOperation[Int(rows.operations[Int(row)])] += 1 }
        for row in requests.rest { byOperation[Int(rows.operations[Int(row)])] += 1 }
        var counts = [Int](repeating: 0, count: rows.tables.columns.count)
        for (operation, count) in zip(rows.tables.operations, byOperation) where count > 0 {
            for column in rows.tables.layouts[Int(operation.layout)] { counts[Int(column)] += count }
        }
        // Past the limits any attribute may lie.
        guard counts[Int(FieldColumn.overflow.id)] == 0 else { return counts.map { $0 + 1 } }
        return counts
    }

    /// - Parameter better: columns of the same fact, which count where they have it
    private mutating func add(
        _ column: WhyAttribute, _ coded: CodedRows, besides better: [CodedRows], _ requests: WhyRows,
        _ sample: [(row: UInt32, number: UInt32)]
    ) {
        /// 0 is nothing.
        func code(_ row: UInt32) -> Int {
            better.contains { $0.codes[Int(row)] != 0 } ? 0 : Int(coded.codes[Int(row)])
        }
        var found = [WhyCount](repeating: WhyCount(), count: coded.codeCount)
        for (index, row) in requests.selected.enumerated() {
            found[code(row)].add(true, Double(requests.seconds[index]))
        }
        for row in requests.rest { found[code(row)].rest += 1 }
        let used = found.indices.dropFirst().filter { found[$0].selected + found[$0].rest > 0 }
        guard !used.isEmpty else { return }
        let attribute = Int(number(attribute: column.name))
        guard !isID[attribute] else { return }
        var numbers: [UInt32: UInt32] = [:]
        for code in used {
            guard let text = column.text(coded.value(of: UInt32(code))) else { continue }
            let value = number(value: text, of: attribute)
            guard values[attribute].count <= Self.valuesMax else { return makeID(attribute) }
            counts[attribute][Int(value)] += found[code]
            numbers[UInt32(code)] = value
        }
        for (row, sampled) in sample {
            guard let value = numbers[UInt32(code(row))] else { continue }
            sampleValues.append(
                SampleValue(sample: sampled, attribute: UInt32(attribute), value: value))
        }
    }

    /// Attributes of resources are the same for many spans.
    private mutating func addOrigins(
        _ origins: [ResolvedOrigin], _ rows: [UInt32], _ requests: WhyRows,
        _ sample: [(row: UInt32, number: UInt32)]
    ) {
        var found = [WhyCount](repeating: WhyCount(), count: origins.count)
        for (index, row) in requests.selected.enumerated() {
            found[Int(rows[Int(row)])].add(true, Double(requests.seconds[index]))
        }
        for row in requests.rest { found[Int(rows[Int(row)])].rest += 1 }
        for (origin, count) in found.enumerated() where count.selected + count.rest > 0 {
            // What the emitter was made with has no part in what it tells of.
            for pair in origins[origin].resource.attributes where !pair.key.hasPrefix("telemetry.") {
                let attribute = Int(number(attribute: Self.resourcePrefix + pair.key))
                guard !isID[attribute] else { continue }
                let value = number(value: Self.text(SpanValue(pair.value)), of: attribute)
                counts[attribute][Int(value)] += count
                for (row, sampled) in sample where Int(rows[Int(row)]) == origin {
                    sampleValues.append(
                        SampleValue(sample: sampled, attribute: UInt32(attribute), value: value))
                }
                if values[attribute].count > Self.valuesMax { makeID(attribute) }
            }
        }
    }

    /// Headers come as arrays of one.
    private static func text(_ value: SpanValue) -> String { SegmentExchanges.labelText(value) }

    private mutating func number(attribute: String) -> UInt32 {
        let number = attributes.number(attribute)
        if Int(number) == values.count {
            values.append(NumberedTexts())
            counts.append([])
            isID.append(false)
        }
        return number
    }

    private mutating func number(value: String, of attribute: Int) -> UInt32 {
        let number = values[attribute].number(value)
        if Int(number) == counts[attribute].count { counts[attribute].append(WhyCount()) }
        return number
    }

    private mutating func makeID(_ attribute: Int) {
        isID[attribute] = true
        values[attribute] = NumberedTexts()
        counts[attribute] = []
        sampleValues.removeAll { Int($0.attribute) == attribute }
    }

    /// Leaves out attributes of spans that have nearly as many values as there are requests.
    /// - Parameter requestCount: of all that was counted
    mutating func leaveOutIDs(requestCount: Int) {
        for (attribute, name) in attributes.texts.enumerated() where !name.hasPrefix(Self.resourcePrefix) {
            let count = values[attribute].count
            if count > Self.fewValues, count * Self.requestsPerValueMin > requestCount { makeID(attribute) }
        }
    }

    mutating func merge(_ other: WhyValues) {
        isCut = isCut || other.isCut
        var renumbered: [[UInt32]] = []
        var numbers: [UInt32] = []
        for (place, name) in other.attributes.texts.enumerated() {
            let attribute = Int(number(attribute: name))
            numbers.append(UInt32(attribute))
            renumbered.append([])
            if other.isID[place], !isID[attribute] { makeID(attribute) }
            guard !isID[attribute] else { continue }
            for (text, count) in zip(other.values[place].texts, other.counts[place]) {
                let value = number(value: text, of: attribute)
                counts[attribute][Int(value)] += count
                renumbered[place].append(value)
            }
            if values[attribute].count > Self.valuesMax { makeID(attribute) }
        }
        for value in other.sampleValues where !isID[Int(numbers[Int(value.attribute)])] {
            sampleValues.append(
                SampleValue(
                    sample: value.sample, attribute: numbers[Int(value.attribute)],
                    value: renumbered[Int(value.attribute)][Int(value.value)]))
        }
    }
}
