import Configuration
import Glibc
import Telemetry

/// Keeps an `IncidentLedger` in a small file beside the database, a line an incident and one for each who was told of it.
struct LedgerFile {
    let path: String

    /// Why the file cannot be used; lower case, one line.
    struct Failure: Error {
        var message: String
    }

    private static let header = "traceq.notifications/1"
    /// A thousand incidents of some KiB each.
    private static let bytesMax = 16 << 20

    // MARK: Reading

    /// What was kept; nothing where there is no file.
    ///
    /// - Throws: `Failure` when it cannot be read, or is no such file
    func read() throws(Failure) -> IncidentLedger {
        guard access(path, F_OK) == 0 else { return IncidentLedger() }
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(path, bytesMax: Self.bytesMax)
        } catch {
            throw Failure(message: error.message)
        }
        guard let ledger = Self.ledger(String(decoding: bytes, as: UTF8.self)) else {
            throw Failure(message: "\(LogLine.escaped(path)) is not what the collector wrote")
        }
        return ledger
    }

    static func ledger(_ text: String) -> IncidentLedger? {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard lines.popFirst() == header[...], lines.popLast() == "" else { return nil }
        var ledger = IncidentLedger()
        var key: String?
        for line in lines {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(unescaped)
            switch fields.first {
            case "incident":
                guard let entry = entry(fields) else { return nil }
                key = entry.incident.key
                ledger.entries[entry.incident.key] = entry
            case "told":
                guard fields.count == 4, let key, let status = IncidentLedger.Status(rawValue: fields[2]),
                    let severity = IncidentSeverity(rawValue: fields[3])
                else { return nil }
                ledger.entries[key]?.told[fields[1]] = IncidentLedger.Told(status: status, severity: severity)
            default: return nil
            }
        }
        return ledger
    }

    private static func entry(_ fields: [String]) -> IncidentLedger.Entry? {
        guard fields.count >= 14, fields.count % 2 == 0, let now = IncidentSeverity(rawValue: fields[4]),
            let severity = IncidentSeverity(rawValue: fields[5]),
            let status = IncidentLedger.Status(rawValue: fields[6]), let missed = Int(fields[7]),
            let start = Int64(fields[8])
        else { return nil }
        let subject = stride(from: 14, to: fields.count, by: 2).map {
            NotedIncident.Member(key: fields[$0], value: fields[$0 + 1])
        }
        let incident = NotedIncident(
            key: fields[1], id: fields[2], rule: fields[3], severity: now, subject: subject,
            start: UnixNanos(rawValue: start), end: time(fields[9]), explanation: fields[12],
            trace: fields[11].isEmpty ? nil : fields[11], row: fields[13])
        var entry = IncidentLedger.Entry(incident: incident, severity: severity)
        entry.status = status
        entry.missed = missed
        entry.resolvedAt = time(fields[10])
        return entry
    }

    private static func time(_ field: String) -> UnixNanos? { Int64(field).map { UnixNanos(rawValue: $0) } }

    // MARK: Writing

    /// The file is the old one or the new one, whatever happens.
    ///
    /// - Throws: `Failure` when it cannot be written
    func write(_ ledger: IncidentLedger) throws(Failure) {
        let text = Array(Self.text(ledger).utf8)
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        var written = 0
        while written < text.count {
            let count = text.withUnsafeBytes { all in
                Glibc.write(file, all.baseAddress.map { $0 + written }, all.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = failure()
                close(file)
                throw failure
            }
            written += count
        }
        guard fsync(file) == 0 else {
            let failure = failure()
            close(file)
            throw failure
        }
        close(file)
        guard rename(temporary, path) == 0 else { throw failure() }
    }

    private func failure() -> Failure {
        Failure(message: "cannot write \(LogLine.escaped(path)): \(String(cString: strerror(errno)))")
    }

    static func text(_ ledger: IncidentLedger) -> String {
        var text = header + "\n"
        for (key, entry) in ledger.entries.sorted(by: { $0.key < $1.key }) {
            let incident = entry.incident
            var fields = ["incident", key, incident.id, incident.rule, incident.severity.rawValue]
            fields += [
                entry.severity.rawValue, entry.status.rawValue, "\(entry.missed)",
                "\(incident.start.rawValue)", incident.end.map { "\($0.rawValue)" } ?? "",
                entry.resolvedAt.map { "\($0.rawValue)" } ?? "", incident.trace ?? "", incident.explanation,
                incident.row,
            ]
            fields += incident.subject.flatMap { [$0.key, $0.value] }
            text += fields.map(escaped).joined(separator: "\t") + "\n"
            for (webhook, told) in entry.told.sorted(by: { $0.key < $1.key }) {
                text +=
                    ["told", webhook, told.status.rawValue, told.severity.rawValue]
                    .joined(separator: "\t") + "\n"
            }
        }
        return text
    }

    private static func escaped(_ field: String) -> String {
        var result = ""
        for scalar in field.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\t": result += "\\t"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func unescaped(_ field: Substring) -> String {
        var result = ""
        var isEscaped = false
        for scalar in field.unicodeScalars {
            if isEscaped {
                isEscaped = false
                switch scalar {
                case "t": result += "\t"
                case "n": result += "\n"
                case "r": result += "\r"
                default: result.unicodeScalars.append(scalar)
                }
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
