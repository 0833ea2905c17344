extension ChainLint {
    /// What weakens the check of what was downloaded, or gives away names to whoever does it.
    var checksumFindings: [LintFinding] { databaseFindings + databaseCredentialFindings }

    private var databaseFindings: [LintFinding] {
        switch GoSumDB(settings.gosumdb) {
        case .off:
            return [
                finding(
                    .sumDBOff, .error, .gosumdb, nil,
                    "nothing notices when a module was changed on its way, and Go's toolchains, which are always "
                        + "checked, cannot be downloaded",
                    do:
                        "unset GOSUMDB, and name private modules in GOPRIVATE; where sum.golang.org cannot be "
                        + "reached, use GOSUMDB=sum.golang.google.cn or a proxy that serves it")
            ]
        case .wrong(let fault): return [wrong(fault)]
        case .database(let name, let address):
            return directFindings(name, address) + leakFindings(name) + widerFindings
        }
    }

    private func wrong(_ fault: GoSumDB.Fault) -> LintFinding {
        switch fault {
        case .tooManyWords:
            finding(
                .badSumDB, .error, .gosumdb, nil,
                "a checksum database is a name and, behind a space, an address: the go command refuses more",
                do: "write NAME+HASH+KEY https://ADDRESS")
        case .noKey(let name):
            finding(
                .badSumDB, .error, .gosumdb, nil,
                "the go command does not know the key of \"\(shown(name))\", and refuses it",
                do: "write its name with its key, NAME+HASH+KEY, as its operator publishes it")
        case .key(let name, let fault):
            finding(
                .badSumDB, .error, .gosumdb, keyPlace,
                name.isEmpty
                    ? "the key has no name before its first +: the go command refuses it"
                    : "the key of \"\(shown(name))\" cannot be read (\(Self.reason(fault))): the go command refuses it",
                do: "write NAME+HASH+KEY, as the operator of the database publishes it")
        }
    }

    /// A name to be told; what is no name may have a password.
    private func shown(_ name: String) -> String {
        GoProxyAddress.possibleSecrets(in: name).isEmpty ? name : GoProxyList.hiddenText
    }

    private static func reason(_ fault: GoSumDB.KeyFault) -> String {
        switch fault {
        case .name: "no name"
        case .hash: "between the two + there are not eight hexadecimal digits"
        case .base64: "what stands behind the second + is not base64"
        case .algorithm: "it is none of Ed25519, the one kind that there is"
        case .length(let bytes): "one has 32 bytes, and this one \(bytes)"
        }
    }

    /// Where the first word of GOSUMDB is.
    private var keyPlace: Range<Int> {
        let scalars = settings.gosumdb.unicodeScalars
        let start = scalars.prefix { $0.properties.isWhitespace }.count
        return start..<start + scalars.dropFirst(start).prefix { !$0.properties.isWhitespace }.count
    }

    /// What whoever sees GOSUMDB is not to know.
    private var databaseCredentialFindings: [LintFinding] {
        settings.secrets(of: .gosumdb).prefix(1).map { place in
            finding(
                .credentials, .warning, .gosumdb, place,
                "a user name, a password or a token in the address: whoever sees the environment of a build or its "
                    + "log has it",
                do: "put it into ~/.netrc or GOAUTH, and take it out here")
        }
    }

    /// Who proxies the database: the go command asks each proxy in turn whether it does, and the first one that does gets
    /// all of it.
    private func directFindings(_ name: String, _ address: String?) -> [LintFinding] {
        guard address == nil, let first = proxies.first, let mirror = mirrors[first.address],
            mirror.servesSumDB == false,
            !proxies.contains(where: { mirrors[$0.address]?.servesSumDB == true })
        else { return [] }
        // Who reaches Google's proxy reaches Google's database.
        let isSameHouse = mirror.profile == .google
        return [
            finding(
                .sumDBDirect, isSameHouse ? .note : .warning, .goproxy, first.element.place,
                "\(first.address.name) does not serve the checksum database: builds ask \(name) directly",
                do: isSameHouse
                    ? "let builds reach \(name)"
                    : "let builds reach \(name), put a proxy into the list that serves it, or give an address in "
                        + "GOSUMDB")
        ]
    }

    /// Private modules whose names go to the database.
    private func leakFindings(_ name: String) -> [LintFinding] {
        guard let written = settings.gonosumdb else { return [] }
        let unchecked = ModulePatternList(written)
        return privatePatterns.patterns.compactMap { pattern in
            guard !pattern.isEmpty, !pattern.isBroken, !unchecked.covers(pattern) else { return nil }
            return finding(
                .sumDBLeak, .error, .gonosumdb, nil,
                "GONOSUMDB does not name \(pattern.shownText), which is private by GOPRIVATE: \(name) is asked about "
                    + "these modules, learns their paths, and cannot have them",
                do: "add \(pattern.shownText), or unset GONOSUMDB: then it is the same as GOPRIVATE")
        }
    }

    /// Modules that are nobody's secret and are not checked.
    private var widerFindings: [LintFinding] {
        guard let written = settings.gonosumdb else { return [] }
        return ModulePatternList(written).patterns.compactMap { pattern in
            guard !pattern.isEmpty, !pattern.isBroken, !pattern.isSpaced, !privatePatterns.covers(pattern)
            else { return nil }
            return finding(
                .uncheckedPublic, .warning, .gonosumdb, pattern.place,
                "modules of \(pattern.shownText) are not private by GOPRIVATE, and nothing checks them",
                do: "take it out, or add it to GOPRIVATE if these modules are private")
        }
    }
}
