import Telemetry

/// How a command ends, as scripts see it. Ctrl-C ends it by its signal, which shells show as 130.
package enum CommandStatus: Int32, Sendable, CaseIterable {
    case success = 0
    /// An argument is wrong, what it names is not there, or what is to be written cannot be.
    case usage = 1
    /// A command that checks something found it.
    case conditionFound = 2
    /// The database is missing, damaged, written by a newer version, or cannot be read; or a collector that stands
    /// for it does not take what it is sent.
    case database = 3
    /// The time that was given is over.
    case deadline = 4

    init(_ error: StoreError) {
        switch error.code {
        case .exists, .target, .limit: self = .usage
        case .missing, .notADatabase, .newerFormat, .damaged, .inUse, .tooLarge, .queueFull, .shuttingDown,
            .unavailable:
            self = .database
        }
    }

    /// What help and the documentation say of it.
    package var meaning: String {
        switch self {
        case .success: "success"
        case .usage: "a wrong argument, nothing of that name, or output that cannot be written"
        case .conditionFound: "a check found something"
        case .database: "trouble with the database, or with the collector that --to names"
        case .deadline: "the time of --timeout is over"
        }
    }

    /// The same of Ctrl-C, which is no status that a command ends with.
    package static let interruption: (code: Int32, meaning: String) = (130, "interrupted")

    /// The lines of the help.
    static var listing: String {
        (allCases.map { ($0.rawValue, $0.meaning) } + [(interruption.code, interruption.meaning)])
            .map { code, meaning in "  \(code)".padding(to: 7) + meaning }.joined(separator: "\n")
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: width - count) }
}
