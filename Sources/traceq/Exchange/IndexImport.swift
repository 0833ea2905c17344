import Telemetry

/// Brings the feed of a module index into a database file: when versions were published.
struct IndexImport {
    let place: DatabasePlace
    /// Whether it goes on after a line that cannot be read.
    let skipsBad: Bool

    /// Rows of one transaction.
    private static let rowsOfTransaction = 10_000
    /// A line of an index is some hundred bytes.
    private static let lineBytesMax = 64 << 10
    /// Bad lines of a file that are told one by one.
    private static let badListedMax = 10

    private struct Row {
        var file: String
        var lines = 0
        var new = 0
        var known = 0
        var bad = 0
    }

    func run(
        _ sources: [ImportSource], asJSON: Bool, in context: CommandContext
    ) throws(CommandFailure) -> CommandStatus {
        let isNew = FileIdentity(place.path) == nil
        var rows: [Row] = []
        var failure: CommandFailure?
        do throws(StoreError) {
            let store = try PublicationStore(path: place.path)
            for source in sources where failure == nil {
                var row = Row(file: source.name)
                failure = try read(source, into: store, &row, context)
                rows.append(row)
            }
        } catch {
            throw place.writingFailure(error, instead: nil)
        }
        let total = rows.reduce(0) { $0 + $1.new + $1.known }
        if total == 0, isNew { DatabaseFiles(path: place.path).remove() }
        let style = RenderStyle(colour: false, width: context.terminalWidth, zone: .utc)
        context.write(Self.table(rows), as: asJSON ? .json : .table, style: style)
        if let failure { throw failure }
        guard total > 0 else { throw CommandFailure(.usage, "nothing was imported") }
        return .success
    }

    /// - Returns: why the file was not read to its end, if it was not
    private func read(
        _ source: ImportSource, into store: borrowing PublicationStore, _ row: inout Row,
        _ context: CommandContext
    ) throws(StoreError) -> CommandFailure? {
        var lines = ByteLines(source, bytesMax: Self.lineBytesMax)
        var waiting: [Publication] = []
        var failure: CommandFailure?
        while failure == nil {
            var message: String
            do {
                guard let line = try lines.next() else { break }
                guard line.contains(where: { !ProtobufStart.isSpace($0) }) else { continue }
                row.lines += 1
                waiting.append(try IndexLine.publication(line))
                if waiting.count == Self.rowsOfTransaction { try flush(&waiting, store, &row) }
                continue
            } catch let error as StoreError {
                throw error
            } catch let error as ImportError {
                failure = CommandFailure(.usage, "\(source.name): \(DisplayText.escaped(error.message))")
                break
            } catch {
                message = "\(error)"
            }
            row.bad += 1
            message =
                "\(source.name): line \(HumanUnits.count(Int64(lines.number))): \(DisplayText.escaped(message))"
            guard skipsBad else {
                failure = CommandFailure(
                    .usage, "\(message) (what came before it is stored; --skip-bad goes on after it)")
                break
            }
            if row.bad <= Self.badListedMax { context.writeDiagnostic("traceq: skipped: \(message)\n") }
        }
        try flush(&waiting, store, &row)
        return failure
    }

    private func flush(
        _ waiting: inout [Publication], _ store: borrowing PublicationStore, _ row: inout Row
    ) throws(StoreError) {
        guard !waiting.isEmpty else { return }
        let new = try store.add(waiting)
        row.new += new
        row.known += waiting.count - new
        waiting.removeAll(keepingCapacity: true)
    }

    private static func table(_ rows: [Row]) -> ResultTable {
        ResultTable(
            schema: "traceq.import_index/1",
            columns: [
                ResultColumn(key: "file", title: "FILE", fit: .elastic),
                ResultColumn(key: "lines", title: "LINES", alignsRight: true),
                ResultColumn(key: "stored_versions", title: "STORED", alignsRight: true),
                ResultColumn(key: "known_versions", title: "KNOWN", alignsRight: true),
                ResultColumn(key: "bad_lines", title: "BAD", alignsRight: true),
            ],
            rowCount: rows.count,
            row: { index in
                let row = rows[index]
                return [.text(row.file)]
                    + [row.lines, row.new, row.known, row.bad].map { .integer(Int64($0)) }
            })
    }
}

/// The lines of a file, one after another.
struct ByteLines {
    private let source: ImportSource
    private let bytesMax: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// Of the last line that was given, from 1.
    private(set) var number = 0

    init(_ source: ImportSource, bytesMax: Int) {
        self.source = source
        self.bytesMax = bytesMax
    }

    /// The next line without its end; nil at the end of the file.
    ///
    /// - Throws: `ImportError` for what cannot be read, and for a line that is too long
    mutating func next() throws(ImportError) -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                guard end - start <= bytesMax else { throw tooLong }
                defer { start = end + 1 }
                number += 1
                return Array(buffer[start..<end])
            }
            guard buffer.count - start <= bytesMax else { throw tooLong }
            guard !isAtEnd, let piece = try source.next() else {
                isAtEnd = true
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                number += 1
                return Array(buffer[start...])
            }
            buffer.removeFirst(start)
            start = 0
            searched = buffer.count
            buffer += piece
        }
    }

    private var tooLong: ImportError {
        ImportError(
            offset: 0, message: "line \(number + 1) is longer than \(HumanUnits.bytes(Int64(bytesMax)))")
    }
}
