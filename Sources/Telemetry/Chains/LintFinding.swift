/// Something that is wrong, or should be looked at, with where modules come from.
package struct LintFinding: Hashable, Sendable {
    package enum Severity: String, CaseIterable, Comparable, Sendable {
        /// It does not work, or gives away or takes unchecked what should not be.
        case error
        /// It works until something goes wrong.
        case warning
        /// Good to know.
        case note

        package static func < (left: Severity, right: Severity) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    package var rule: LintRule
    package var severity: Severity
    package var variable: ModuleSettings.Variable
    /// Where in the variable's text, in Unicode scalars from 0; empty where something lacks, nil for all of it.
    package var place: Range<Int>?
    /// What is wrong: one sentence, lower case.
    package var message: String
    /// What to do.
    package var advice: String
    /// How many more there are that are not told one by one; of the last one of its kind, else 0.
    package var unlisted = 0
}

/// What `traceq chain lint` looks for. The raw values are part of its output.
package enum LintRule: String, CaseIterable, Sendable {
    case noEntries = "no-entries"
    case emptyElement = "empty-element"
    case reservedWord = "reserved-word"
    case badAddress = "bad-address"
    case unreachable = "unreachable"
    case duplicateHost = "duplicate-host"
    case insecure = "insecure"
    case credentials = "credentials"
    case leakOnError = "leak-on-error"
    case maskedNotFound = "masked-not-found"
    case sumDBDirect = "sumdb-direct"
    case sumDBOff = "sumdb-off"
    case badSumDB = "bad-sumdb"
    case sumDBLeak = "sumdb-leak"
    case uncheckedPublic = "unchecked-public"
    case brokenPattern = "broken-pattern"
    case spacedPattern = "spaced-pattern"
    case routeNotPrivate = "route-not-private"
    case privateObserved = "private-observed"
    case neverObserved = "never-observed"
    case labelMismatch = "label-mismatch"

    /// What it is about, for the documentation and lists of rules.
    package var meaning: String {
        switch self {
        case .noEntries: "GOPROXY names nothing to ask"
        case .emptyElement: "nothing stands between two separators"
        case .reservedWord: "a single word that the go command keeps for itself"
        case .badAddress: "what the go command does not take for a proxy's address"
        case .unreachable: "elements after direct or off"
        case .duplicateHost: "a host stands twice"
        case .insecure: "a proxy is asked without TLS"
        case .credentials: "a user name, a password or a query in an address"
        case .leakOnError: "| before a public proxy, where there are private modules"
        case .maskedNotFound: ", before direct, behind a proxy that answers 404 when its own fetch fails"
        case .sumDBDirect: "no proxy of the list serves the checksum database"
        case .sumDBOff: "GOSUMDB=off"
        case .badSumDB: "a GOSUMDB that the go command does not take"
        case .sumDBLeak: "private modules that the checksum database is asked about"
        case .uncheckedPublic: "GONOSUMDB names more than GOPRIVATE"
        case .brokenPattern: "a pattern that matches nothing"
        case .spacedPattern: "a space in a list of patterns"
        case .routeNotPrivate: "a private route that GOPRIVATE does not cover"
        case .privateObserved: "telemetry has private modules that GOPRIVATE does not name"
        case .neverObserved: "a proxy that telemetry has never seen"
        case .labelMismatch: "the first proxy is not the one that the setting is said to be for"
        }
    }
}
