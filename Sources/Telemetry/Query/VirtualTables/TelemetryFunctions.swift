/// The functions for SQL.
package enum TelemetryFunctions {
    /// What people read about a function.
    package struct Description: Hashable, Sendable {
        package var call: String
        package var meaning: String
    }

    package static let descriptions = [
        Description(
            call: "attr(spans, key)",
            meaning:
                "an attribute of the span, or attr(logs, key) of the log record, read from its own column"),
        Description(
            call: "resource_attr(spans, key)", meaning: "an attribute of the resource that sent it"),
        Description(
            call: "quantile(x, q)",
            meaning: "of a group: the smallest x that at least the share q of all x does not exceed; exact"),
        Description(
            call: "sketch_quantile(sketch, q)",
            meaning: "the same from durations of rollup_minute, within 1 %: nanoseconds"),
        Description(call: "sketch_merge(sketch)", meaning: "of a group: the sketches of all rows in one"),
        Description(call: "module(path)", meaning: "the Go module that a URL's path asks for, decoded"),
        Description(call: "module_version(path)", meaning: "its version; NULL where it asks for none"),
        Description(
            call: "ns(time)", meaning: "Unix nanoseconds of a time as --since takes it: ns('now-1h')"),
        Description(call: "time_text(ns)", meaning: "Unix nanoseconds as 2026-08-21T10:00:00.000000000Z"),
        Description(call: "duration_text(ns)", meaning: "nanoseconds as people read them: 12.35 ms"),
    ]

    static func functions(_ tables: TelemetryTables) -> [SQLFunction] {
        pathFunctions + [
            attribute("attr", .span, tables),
            attribute("resource_attr", .resource, tables),
            SQLFunction(name: "sketch_quantile", argumentCount: 2, isConstant: true) {
                (arguments, result) throws(StoreError) in
                guard arguments[0] != .null else { return result.null() }
                var sketch = DurationSketch()
                try sketch.merge(encoded: arguments, 0)
                guard let nanos = sketch.quantile(try share(arguments, 1)) else { return result.null() }
                result.integer(nanos)
            },
            SQLFunction(name: "ns", argumentCount: 1, isConstant: true) {
                (arguments, result) throws(StoreError) in
                try time(arguments[0], tables, result)
            },
            SQLFunction(name: "time_text", argumentCount: 1, isConstant: true) {
                (arguments, result) throws(StoreError) in
                guard let nanos = try wholeNumber("time_text", arguments) else { return result.null() }
                result.text(UnixNanos(rawValue: nanos).rfc3339)
            },
            SQLFunction(name: "duration_text", argumentCount: 1, isConstant: true) {
                (arguments, result) throws(StoreError) in
                guard let nanos = try wholeNumber("duration_text", arguments) else { return result.null() }
                result.text(HumanUnits.duration(nanos))
            },
        ]
    }

    static func aggregates(_ limits: SQLLimits) -> [SQLAggregateFunction] {
        [
            SQLAggregateFunction(name: "quantile", argumentCount: 2) {
                QuantileAggregate(valuesMax: limits.quantileValues)
            },
            SQLAggregateFunction(name: "sketch_merge", argumentCount: 1) { SketchMergeAggregate() },
        ]
    }

    private static var pathFunctions: [SQLFunction] {
        [
            SQLFunction(name: "module", argumentCount: 1, isConstant: true) { arguments, result in
                result.optional(request(arguments)?.module)
            },
            SQLFunction(name: "module_version", argumentCount: 1, isConstant: true) { arguments, result in
                result.optional(request(arguments)?.version)
            },
        ]
    }

    private static func request(_ arguments: SQLArguments) -> ModuleRequest? {
        guard case .text = arguments[0] else { return nil }
        return ModuleRequest(bytes: arguments.withBytes(0) { Array($0, 0..<$0.count) })
    }

    /// The share that quantiles are asked for with.
    static func share(_ arguments: SQLArguments, _ index: Int) throws(StoreError) -> Double {
        switch arguments.numeric(index) {
        case .real(let share) where (0...1).contains(share): return share
        case .integer(let share) where (0...1).contains(share): return Double(share)
        default: throw StoreError(.unavailable, "a quantile takes a share between 0 and 1, such as 0.99")
        }
    }

    /// A function that reads an attribute of the row that a handle names.
    private static func attribute(
        _ name: String, _ origin: AttributeCache.Origin, _ tables: TelemetryTables
    ) -> SQLFunction {
        // Not constant: it reads the scan that runs.
        SQLFunction(name: name, argumentCount: 2, isConstant: false) {
            [unowned tables] (arguments, result) throws(StoreError) in
            guard let handle = arguments.integer(0), let source = tables.sourceOfOpenScans else {
                if arguments[0] == .null { return result.null() }
                throw StoreError(
                    .unavailable,
                    "\(name)() takes the column spans of the table spans, or logs of logs, in the query that reads "
                        + "it, and a key: \(name)(spans, 'http.route')")
            }
            let (part, row) = SpanSource.Part.place(handle)
            guard source.parts.indices.contains(part), row < source.parts[part].summary.spans else {
                throw StoreError(
                    .unavailable, "\(name)(): there is no span \(handle); give it the column spans")
            }
            // Typed throws do not pass through the closure: the outcome is carried out as a value.
            let column = arguments.withBytes(1) { key -> Result<AttributeColumn, StoreError> in
                Result { () throws(StoreError) in try source.attribute(key, of: origin, part: part) }
            }
            try column.get().write(row, to: result)
        }
    }

    private static func time(
        _ value: SQLValue, _ tables: TelemetryTables, _ result: SQLResult
    ) throws(StoreError) {
        switch value {
        case .null: result.null()
        case .integer(let nanos): result.integer(nanos)
        case .text(let text):
            do {
                let expression = try TimeExpression(parsing: text)
                result.integer(expression.resolve(now: tables.now(), zone: tables.zone).rawValue)
            } catch {
                throw StoreError(.unavailable, "ns(): \(error.message)")
            }
        case .real, .blob:
            throw StoreError(.unavailable, "ns() takes a time as text, as in ns('now-1h')")
        }
    }

    private static func wholeNumber(_ name: String, _ arguments: SQLArguments) throws(StoreError) -> Int64? {
        switch arguments.numeric(0) {
        case .null: return nil
        case .integer(let number): return number
        case .real(let number) where abs(number) < 0x1p63: return Int64(number.rounded())
        case .real, .text, .blob:
            throw StoreError(.unavailable, "\(name)() takes a number of nanoseconds")
        }
    }
}
