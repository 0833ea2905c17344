import Telemetry

/// Why a statement has no answer, with the place in it and what was probably meant.
struct SQLProblemText {
    private let problem: SQLProblem
    private let sql: String
    private let timeout: String
    /// Columns of the terminal.
    private let width: Int?

    init(_ problem: SQLProblem, sql: String, timeout: String, width: Int?) {
        self.problem = problem
        self.sql = sql
        self.timeout = timeout
        self.width = width
    }

    var failure: CommandFailure {
        switch problem.kind {
        case .database: CommandFailure(.database, DisplayText.escaped(problem.message))
        case .deadline:
            CommandFailure(
                .deadline,
                "\(problem.message): it was stopped after \(timeout); a shorter window (start_ns > ns('1h')) needs "
                    + "less, --timeout allows more")
        case .statement:
            CommandFailure(.usage, DisplayText.escaped(problem.message) + advice + place)
        }
    }

    /// The line of the statement with a mark under the place.
    private var place: String {
        guard let offset = problem.offset, offset <= sql.utf8.count else { return "" }
        let before =
            Array(sql.utf8.prefix(offset)).split(
                separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
            ).last ?? []
        let after = sql.utf8.dropFirst(offset).prefix { $0 != UInt8(ascii: "\n") }
        let room = max(20, min(width ?? 100, 100) - 4)
        var left = DisplayText.escaped(String(decoding: before, as: UTF8.self))
        var right = DisplayText.escaped(String(decoding: after, as: UTF8.self))
        // The place in the middle, where there is more than fits.
        if DisplayWidth.columns(left) > room / 2 {
            left = "…" + DisplayWidth.suffix(left, columns: room / 2 - 1)
        }
        right = DisplayWidth.truncatingEnd(right, to: room - DisplayWidth.columns(left))
        let mark = String(repeating: " ", count: DisplayWidth.columns(left)) + "^"
        return "\n  \(left)\(right)\n  \(mark)"
    }

    /// For a name that does not exist: the one that is like it, or all.
    private var advice: String {
        let tables = TelemetryTables.descriptions
        if let name = word(after: "no such table: ") {
            return suggestion(name, tables.map(\.name), all: "tables: ")
        }
        if let name = word(after: "no such column: ") {
            let bare = name.split(separator: ".").last.map(String.init) ?? name
            let columns = tables.filter { sql.lowercased().contains($0.name) }.flatMap {
                $0.columns.map(\.name)
            }
            if bare.contains(".") || sql.contains("\(name).") || columns.isEmpty { return listing }
            return suggestion(bare, columns, all: "columns: ")
        }
        if let name = word(after: "no such function: ") {
            let names = TelemetryFunctions.descriptions.map { String($0.call.prefix { $0 != "(" }) }
            return suggestion(name, names, all: "traceq's functions: ")
        }
        return ""
    }

    private var listing: String { "; traceq sql --schema lists all" }

    private func word(after start: String) -> String? {
        problem.message.hasPrefix(start) ? String(problem.message.dropFirst(start.count)) : nil
    }

    private func suggestion(_ name: String, _ known: [String], all: String) -> String {
        let best = known.map { (name: $0, distance: EditDistance.between($0, name)) }
            .min { $0.distance < $1.distance }
        if let best, best.distance <= max(1, best.name.count / 3) { return "; did you mean \(best.name)?" }
        guard known.count <= 12 else { return listing }
        return "; \(all)\(known.joined(separator: ", "))"
    }
}
