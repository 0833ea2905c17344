import OTLPModel

/// What kind of request each span of a segment is, what a cache did for it and how it ended, as far as the
/// span itself tells: a few bytes a span.
///
/// Texts are read once for each distinct entry of a dictionary or operation, never for each span. Only server
/// and client spans are requests, and others that have a URL of their own.
struct SegmentClassification: Sendable {
    /// `ModuleKind` of each span; 0 for a span that is no request or has no path.
    private(set) var kinds: [UInt8]
    /// `CacheResult` of each span.
    private(set) var cacheResults: [UInt8]
    /// `RequestOutcome` of each span; 0 where the span does not tell.
    private(set) var outcomes: [UInt8]
    /// Bytes of the response's body; `RequestAttribute.nothing` where the span does not tell.
    private(set) var responseBytes: [UInt64]
    /// What only some questions are about; nil unless asked for.
    private(set) var details: Details?

    struct Details: Sendable {
        /// By span: 0 without one, and where the server gave no response.
        fileprivate(set) var httpStatuses: [UInt16]
        /// By span: `CacheEvidence`; `UInt8.max` without one.
        fileprivate(set) var cacheEvidence: [UInt8]
        /// By span: the number of the module in `PathMemory`; 0 without one.
        fileprivate(set) var modules: [UInt32]
    }

    init(_ columns: SegmentColumns) {
        var memory: PathMemory?
        var plan = Plan(
            columns.tables, names: columns.dictionaries[Int(FieldColumn.name.id)],
            firstValues: columns.valueOffsets, &memory)
        for (column, attribute) in plan.attributes where attribute.type.isInDictionary {
            plan.decide(column, attribute, columns.dictionaries[column], &memory)
        }
        self.init(
            plan, operations: columns.operationIndexes, durations: columns.durations, values: columns.values,
            &memory)
    }

    /// The same for a segment that is read back, or the journal.
    init(_ view: SegmentView) throws(StoreError) {
        var memory: PathMemory?
        try self.init(view, &memory)
    }

    /// The same with details, for which the paths of other segments may be known.
    init(_ view: SegmentView, _ memory: inout PathMemory) throws(StoreError) {
        // Moved, not copied.
        var moved: PathMemory? = memory
        memory = PathMemory()
        defer { memory = moved ?? PathMemory() }
        try self.init(view, &moved)
    }

    private init(_ view: SegmentView, _ memory: inout PathMemory?) throws(StoreError) {
        let tables = try view.tables()
        var firstValues = [Int](repeating: 0, count: tables.columns.count)
        var values: [UInt64] = []
        var dictionaries: [Int: StringTable] = [:]
        for (column, key) in tables.columns.enumerated() where RequestAttribute(key) != nil {
            firstValues[column] = values.count
            switch try view.values(of: column) {
            case .numbers(let numbers): values += numbers
            case .entries(let entries, let dictionary):
                values.reserveCapacity(values.count + entries.count)
                for entry in entries { values.append(UInt64(entry)) }
                dictionaries[column] = dictionary
            }
        }
        var plan = Plan(tables, names: try view.names(), firstValues: firstValues, &memory)
        for (column, attribute) in plan.attributes where attribute.type.isInDictionary {
            plan.decide(column, attribute, dictionaries[column] ?? StringTable(), &memory)
        }
        self.init(
            plan, operations: try view.operationIndexes(), durations: try view.durations(), values: values,
            &memory)
    }

    /// - Parameter memory: nil where details are not asked for
    private init(
        _ plan: Plan, operations: [UInt32], durations: [UInt64], values: [UInt64],
        _ memory: inout PathMemory?
    ) {
        let count = operations.count
        kinds = [UInt8](repeating: 0, count: count)
        cacheResults = [UInt8](repeating: 0, count: count)
        outcomes = [UInt8](repeating: 0, count: count)
        responseBytes = [UInt64](repeating: RequestAttribute.nothing, count: count)
        let hasDetails = memory != nil
        var statuses = [UInt16](repeating: 0, count: hasDetails ? count : 0)
        var evidence = [UInt8](repeating: .max, count: hasDetails ? count : 0)
        var modules = [UInt32](repeating: 0, count: hasDetails ? count : 0)
        // Where the next value of each column is.
        var next = plan.firstValues
        let operationPlans = plan.operations.span
        let steps = plan.steps.span
        let codes = plan.codes.span
        let values = values.span
        for span in 0..<count {
            let operation = operationPlans[Int(operations[span])]
            guard operation.isRequest else {
                for place in operation.steps { next[steps[place].cursor] &+= 1 }
                continue
            }
            var facts = RequestFacts()
            for place in operation.steps {
                let step = steps[place]
                let value = values[next[step.cursor]]
                next[step.cursor] &+= 1
                facts.note(
                    step.attribute,
                    step.firstCode < 0
                        ? step.attribute.code(bits: value) : codes[step.firstCode &+ Int(value)])
            }
            let (kind, isAboveModules) = facts.kind(name: operation.nameCode)
            kinds[span] = kind
            cacheResults[span] = facts.cache
            responseBytes[span] = facts.responseBytes
            outcomes[span] = facts.outcome(
                kind: kind, isAboveModules: isAboveModules, spanStatus: operation.status,
                durationNanos: durations[span])
            guard hasDetails else { continue }
            statuses[span] = facts.httpStatus
            evidence[span] = facts.cacheRank
            modules[span] = Self.module(facts, name: operation.nameCode, &memory)
        }
        if hasDetails { details = Details(httpStatuses: statuses, cacheEvidence: evidence, modules: modules) }
    }

    /// The number of what a span asks for.
    @inline(__always)
    private static func module(_ facts: RequestFacts, name: UInt64, _ memory: inout PathMemory?) -> UInt32 {
        let text = facts.text(name: name)
        guard text > 0 else { return 0 }
        if facts.isGoGet { return memory?.moduleOfGoGet(ofText: text) ?? 0 }
        return memory?.module(ofText: text) ?? 0
    }
}

/// What is known before the first span is looked at: which columns matter, in which order the spans of each
/// operation have values in them, and what each distinct value says.
private struct Plan {
    struct Step {
        var attribute: RequestAttribute
        /// Place in `firstValues`.
        var cursor: Int
        /// Where the codes of the column's dictionary begin; negative for numbers.
        var firstCode: Int
    }

    struct OperationPlan {
        var isRequest: Bool
        var status: Int32
        /// What the name says where it is a path, as some servers name their spans.
        var nameCode: UInt64
        var steps: Range<Int>
    }

    /// The columns that matter.
    private(set) var attributes: [(column: Int, attribute: RequestAttribute)] = []
    private(set) var firstValues: [Int] = []
    private(set) var operations: [OperationPlan] = []
    private(set) var steps: [Step] = []
    private(set) var codes: [UInt64] = []
    private var scanner = ModulePathScanner()
    /// By column; -1 for one that does not matter.
    private var cursors: [Int]

    /// - Parameter memory: knows paths already; nil where they are looked at here
    init(
        _ tables: SegmentTables, names: StringTable, firstValues allFirstValues: [Int],
        _ memory: inout PathMemory?
    ) {
        cursors = [Int](repeating: -1, count: tables.columns.count)
        for (column, key) in tables.columns.enumerated() {
            guard let attribute = RequestAttribute(key) else { continue }
            cursors[column] = attributes.count
            attributes.append((column, attribute))
            firstValues.append(allFirstValues[column])
        }
        for operation in tables.operations {
            let first = steps.count
            for column in tables.layouts[Int(operation.layout)] where cursors[Int(column)] >= 0 {
                let cursor = cursors[Int(column)]
                steps.append(Step(attribute: attributes[cursor].attribute, cursor: cursor, firstCode: -1))
            }
            let isServerOrClient =
                operation.kind == SpanKind.server.rawValue || operation.kind == SpanKind.client.rawValue
            let hasPath = steps[first...].contains { $0.attribute.role == .path }
            var nameCode = RequestAttribute.nothing
            let name = names.range(Int(operation.name))
            if isServerOrClient, let start = name.first, names.bytes[start] == UInt8(ascii: "/") {
                nameCode =
                    memory?.code(names.bytes.span, name)
                    ?? RequestAttribute.pathCode(names.bytes.span, name, &scanner)
            }
            operations.append(
                OperationPlan(
                    isRequest: isServerOrClient || hasPath, status: operation.status, nameCode: nameCode,
                    steps: first..<steps.count))
        }
    }

    /// Finds out what each entry of a column's dictionary says.
    mutating func decide(
        _ column: Int, _ attribute: RequestAttribute, _ dictionary: StringTable,
        _ memory: inout PathMemory?
    ) {
        let first = codes.count
        codes.reserveCapacity(first + dictionary.count)
        if attribute.role == .path, memory != nil {
            memory?.appendCodes(of: dictionary, to: &codes)
        } else {
            for entry in 0..<dictionary.count {
                codes.append(attribute.code(dictionary.bytes.span, dictionary.range(entry), &scanner))
            }
        }
        for step in steps.indices where steps[step].cursor == cursors[column] {
            steps[step].firstCode = first
        }
    }
}
