extension ChainLint {
    /// What is wrong with the elements of GOPROXY, each by itself and beside the others.
    var elementFindings: [LintFinding] {
        var found: [LintFinding] = []
        let reachable = Set(list.reachable)
        if reachable.isEmpty {
            found.append(
                finding(
                    .noEntries, .error, .goproxy, nil, "the list names nothing: the go command refuses it",
                    do:
                        "name a proxy, direct or off; unset GOPROXY for Go's default, \(GoProxyList.goDefault)"
                ))
        }
        for (place, element) in list.elements.enumerated() {
            if element.meaning == .empty, list.elements.count > 1 {
                found.append(
                    finding(
                        .emptyElement, .warning, .goproxy, element.place,
                        "nothing stands here: the go command passes over it",
                        do: "take out the separator, or put in what was to stand here"))
            }
            let isAsked = reachable.contains(place)
            if isAsked, case .wrong(let fault) = element.meaning { found.append(wrong(element, fault)) }
            guard let address = element.address else { continue }
            if isAsked { found += addressFindings(element, address) }
            // Who sees the list sees these, whether it is asked there or not.
            found += credentialFindings(element, address, isAsked: isAsked)
        }
        return found + unreachableFindings + duplicateFindings + maskedFindings + labelFindings
    }

    private func wrong(_ element: GoProxyList.Element, _ fault: GoProxyAddress.Fault) -> LintFinding {
        func bad(_ message: String, do advice: String) -> LintFinding {
            finding(.badAddress, .error, .goproxy, element.place, message, do: advice)
        }
        let word = element.shownText
        switch fault {
        case .reservedWord:
            let keyword = ["direct", "off"].first { EditDistance.between(word.lowercased(), $0) <= 1 }
            let mirror =
                mirrors[called: word]
                ?? mirrors.mirrors.first { EditDistance.between(word.lowercased(), $0.name) <= 1 }
            let advice =
                keyword.map { "write \($0)" } ?? mirror.map { "write \($0.url)" }
                ?? "write the address of a proxy, like https://proxy.example.com, direct or off"
            return finding(
                .reservedWord, .error, .goproxy, element.place,
                "\"\(word)\" is a single word, and those that are not direct or off the go command keeps for "
                    + "itself: it refuses the whole list",
                do: advice)
        case .filePath:
            return bad(
                "a path is no address: the go command refuses the whole list",
                do: element.text.hasPrefix("//") ? "write https: before it" : "write file://\(word)")
        case .scheme(let scheme):
            let name = element.hasSecret ? "" : " \"\(scheme)\""
            return bad(
                "the scheme\(name) is none that the go command takes (https, http, file): it refuses the "
                    + "whole list", do: "write https:// instead")
        case .fileWithMore:
            return bad(
                "a file address has a path and nothing else: the go command refuses the whole list",
                do: "write file:/// and the path")
        case .noHost:
            return bad("the address has no host: no request can be sent", do: "write https://HOST/PATH")
        case .port:
            // It is not repeated: of a password that is not escaped, a part may be taken for it.
            return bad(
                "what stands behind the colon is no port",
                do: "give a number from 0 to 65535; escape what a password has of / ? # and @")
        case .semicolon:
            return bad(
                "a semicolon separates nothing: the go command takes it for a part of the host",
                do: "write , or | in its place")
        case .character:
            return bad(
                "there is a character in the address that none may have",
                do: "take it out; elements are separated by , or |")
        }
    }

    private func addressFindings(
        _ element: GoProxyList.Element, _ address: GoProxyAddress
    ) -> [LintFinding] {
        var found: [LintFinding] = []
        if address.scheme == .http, !address.isLocal {
            found.append(
                finding(
                    .insecure, .warning, .goproxy, element.place,
                    "\(address.name) is asked without TLS: whoever is on the way sees what is asked for and can "
                        + "answer in its place",
                    do: "write https://"))
        }
        return found
    }

    private func credentialFindings(
        _ element: GoProxyList.Element, _ address: GoProxyAddress, isAsked: Bool
    ) -> [LintFinding] {
        let start = element.place.lowerBound
        guard let credentials = address.credentials else {
            if address.isPartOfSecret, element.text.utf8.contains(UInt8(ascii: "@")) {
                return [
                    finding(
                        .credentials, .warning, .goproxy, element.place,
                        "what stands before the @ may be a password, of which the go command takes a part for a host",
                        do:
                            "escape what a password has of , | : / ? # and @, or put it into ~/.netrc or GOAUTH"
                    )
                ]
            }
            guard let query = element.query else { return [] }
            return [
                finding(
                    .credentials, .warning, .goproxy, start + query.lowerBound..<start + query.upperBound,
                    "what stands behind a ? may be a token: whoever sees the environment of a build or its log "
                        + "has it",
                    do: "give it by ~/.netrc or GOAUTH, and take it out here")
            ]
        }
        let place = start + credentials.lowerBound..<start + credentials.upperBound
        guard !isAsked || address.scheme != .http else {
            return [
                finding(
                    .credentials, .error, .goproxy, place,
                    "a user name or a password over plain HTTP: the go command refuses to send it",
                    do: "write https://, and put the password into ~/.netrc or GOAUTH")
            ]
        }
        return [
            finding(
                .credentials, .warning, .goproxy, place,
                "a user name or a password in the address: whoever sees the environment of a build or its log has it",
                do: "put it into ~/.netrc or GOAUTH, and take it out here")
        ]
    }

    private var unreachableFindings: [LintFinding] {
        guard let end = list.elements.firstIndex(where: \.endsList), end + 1 < list.elements.count else {
            return []
        }
        let rest = list.elements[(end + 1)...].filter { $0.meaning != .empty }
        guard let first = rest.first, let last = rest.last else { return [] }
        let word = list.elements[end].text
        return [
            finding(
                .unreachable, .warning, .goproxy, first.place.lowerBound..<last.place.upperBound,
                "nothing behind \(word) is ever asked: \(word) ends the list",
                do: word == "off"
                    ? "take out off, or what stands behind it" : "move direct to the end, or take this out")
        ]
    }

    private var duplicateFindings: [LintFinding] {
        var seen: [String: GoProxyAddress] = [:]
        return proxies.compactMap { _, element, address in
            guard let first = seen.updateValue(address, forKey: address.name) else { return nil }
            let isSame = first.path == address.path
            return finding(
                .duplicateHost, .warning, .goproxy, element.place,
                isSame
                    ? "\(address.name) stands twice: what it does not have or cannot give it is asked for again"
                    : "\(address.name) stands twice, with another path: when the host is down, both are",
                do: "take one of them out")
        }
    }

    /// Proxies that say "not found" of what they could not fetch in time, where that sends the client to repositories.
    private var maskedFindings: [LintFinding] {
        let reachable = list.reachable
        return zip(reachable, reachable.dropFirst()).compactMap { place, next in
            let element = list.elements[place]
            guard element.separator == .comma, list.elements[next].meaning == .direct,
                let address = element.address, let mirror = mirrors[address],
                mirror.profile.answersNotFoundForFailures
            else { return nil }
            return finding(
                .maskedNotFound, .warning, .goproxy, element.place,
                "\(address.name) (\(mirror.profile.rawValue)) answers 404 as well when its own fetch fails or "
                    + "takes too long: then builds clone from repositories, and nothing says so",
                do: "put another proxy between it and direct, or watch requests for repositories with traceq")
        }
    }

    private var labelFindings: [LintFinding] {
        guard let label, let first = proxies.first else { return [] }
        let meant = mirrors[called: label]
        let found = mirrors[first.address]
        if let meant, meant.has(first.address) { return [] }
        // Nobody has to know what one's own proxy is called; a name that is nearly a mirror's is misspelt.
        let near = meant == nil ? mirrors.nearlyCalled(label) : nil
        guard meant != nil || found != nil || near != nil else { return [] }
        let whose = found.map { $0.name == first.address.host ? "" : ", which is \($0.name)" } ?? ""
        if let near, meant == nil {
            return [
                finding(
                    .labelMismatch, .error, .goproxy, first.element.place,
                    "no mirror is known as \"\(label)\"; did you mean \(near.name)?",
                    do: "correct the name, or add it to mirrors.yaml")
            ]
        }
        guard let meant else {
            return [
                finding(
                    .labelMismatch, .note, .goproxy, first.element.place,
                    "no mirror is known as \"\(label)\"; the first proxy is \(first.address.name)\(whose)",
                    do: "add it to mirrors.yaml, or correct the name")
            ]
        }
        return [
            finding(
                .labelMismatch, .error, .goproxy, first.element.place,
                "this is said to be \(label), and the first proxy is \(first.address.name)\(whose)",
                do: "write \(meant.url), or correct the name")
        ]
    }
}
