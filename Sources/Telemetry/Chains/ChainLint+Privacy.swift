extension ChainLint {
    /// What may give away names of private modules, or keep them from being found.
    var privacyFindings: [LintFinding] { leakFindings + routeFindings }

    /// `|` before a public proxy: after any error of what stands before, the path goes on to it.
    private var leakFindings: [LintFinding] {
        let reachable = list.reachable
        let noProxy = ModulePatternList(settings[.gonoproxy])
        let asked = privatePatterns.patterns.first { !$0.isEmpty && !noProxy.covers($0) }
        let hasPrivate = !privatePatterns.isEmpty || !routes.privatePatterns.isEmpty
        return zip(reachable, reachable.dropFirst()).compactMap { place, next in
            let element = list.elements[place]
            guard element.separator == .pipe, let address = element.address,
                let follower = list.elements[next].address, isPublic(follower), !isPublic(address)
            else { return nil }
            let separator = separatorPlace(behind: place)
            if let asked {
                return finding(
                    .leakOnError, .error, .goproxy, separator,
                    "after any error of \(address.name) the paths of private modules (\(asked.shownText)) go on to "
                        + "\(follower.name), which is public",
                    do: "write a comma, so that only 404 and 410 lead on, or name them in GONOPROXY")
            }
            guard hasPrivate else { return nil }
            return finding(
                .leakOnError, .warning, .goproxy, separator,
                "after any error of \(address.name) whatever GOPRIVATE does not name goes on to "
                    + "\(follower.name), which is public, also a private module that was forgotten there",
                do: "write a comma, so that only 404 and 410 lead on")
        }
    }

    /// Private routes whose modules are not private to the go command.
    private var routeFindings: [LintFinding] {
        routes.privatePatterns.patterns.compactMap { pattern in
            guard !pattern.isEmpty, !pattern.isBroken, !privatePatterns.covers(pattern) else { return nil }
            let end = settings.goprivate.unicodeScalars.count
            return finding(
                .routeNotPrivate, .error, .goprivate, end..<end,
                "modules of \(pattern.shownText) are private by routes.yaml, and GOPRIVATE does not name them: proxies "
                    + "and the checksum database are asked about them",
                do: "add \(pattern.shownText) to GOPRIVATE")
        }
    }

    /// What is not known to be public, but for what everybody can see of it: with no entry, a host is taken to be the
    /// user's own.
    func isPublic(_ address: GoProxyAddress) -> Bool { mirrors[address]?.visibility == .public }

    /// Where the separator behind an element is.
    private func separatorPlace(behind place: Int) -> Range<Int> {
        list.elements[place].end..<list.elements[place].end + 1
    }

    // MARK: Lists of patterns

    /// What is wrong with patterns themselves.
    var patternFindings: [LintFinding] {
        var found = patternFindings(.goprivate, settings.goprivate)
        if let text = settings.gonoproxy { found += patternFindings(.gonoproxy, text) }
        if let text = settings.gonosumdb { found += patternFindings(.gonosumdb, text) }
        return found
    }

    private func patternFindings(_ variable: ModuleSettings.Variable, _ text: String) -> [LintFinding] {
        ModulePatternList(text).patterns.compactMap { pattern in
            if pattern.isEmpty {
                return finding(
                    .emptyElement, .warning, variable, pattern.place,
                    "nothing stands here: the go command passes over it", do: "take out the comma")
            }
            if pattern.isBroken {
                return finding(
                    .brokenPattern, .error, variable, pattern.place,
                    "the pattern \"\(pattern.shownText)\" is broken, which the go command does not say: it matches "
                        + "nothing",
                    do: "close the bracket, or write \\ before a character that is meant itself")
            }
            if pattern.isSpaced {
                return finding(
                    .spacedPattern, .error, variable, pattern.place,
                    "the space is part of the pattern for the go command, and so it matches nothing",
                    do: "take the space out")
            }
            guard pattern.text.contains("://") else { return nil }
            return finding(
                .brokenPattern, .error, variable, pattern.place,
                "module paths have no scheme: \"\(pattern.shownText)\" matches nothing",
                do: "write it without https://")
        }
    }
}
