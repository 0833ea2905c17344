extension FleetQuality {
    /// Sentences about what limits the answer; those that limit nothing are left out.
    /// - Parameters:
    ///   - isAboutCaches: whether the answer says what caches did
    ///   - isAboutClients: whether it is about what clients had, and leaves out what edges asked that do not tell of
    ///     themselves
    package func notes(isAboutCaches: Bool = false, isAboutClients: Bool = false) -> [QualityNote] {
        var notes = isAboutCaches ? cacheNotes : []
        func add(_ code: String, _ message: String) {
            notes.append(QualityNote(code: code, message: message))
        }
        if falseSuccesses > 0 {
            add(
                "false_200",
                "\(HumanUnits.count(falseSuccesses, "request")) had status 200 and no size, at nodes that say the size "
                    + "of others: they count as failures (false_200), as Caddy records errors of its own so; quick ones to "
                    + "lists cannot be told from lists that are empty"
            )
        }
        if unbelievable > 0 {
            add(
                "unbelievable",
                "\(HumanUnits.count(unbelievable, "server span")) with a duration above a day, or a size above 16 GiB "
                    + "or what can be sent in its time: such a duration counts as 0, such a size as unknown (traceq sql shows "
                    + "both)")
        }
        let alone = isAboutClients ? orphans - behindLostEdges : orphans
        if alone > 0 {
            add(
                "orphans",
                "the parents of \(HumanUnits.count(alone, "server span")) are not stored: what lies around them is not "
                    + "known, and they count as requests of their own")
        }
        if isAboutClients, behindLostEdges > 0 { notes.append(Self.lostEdges(behindLostEdges)) }
        if hopsByTime > 0 {
            add(
                "no_propagation",
                "\(HumanUnits.count(hopsByTime, "request")) at proxies came from edges that do not hand on their trace; "
                    + "they were brought together by module and time, and count once")
        }
        if clientSide > 0, clientSide < requests {
            add(
                "client_side",
                "clients tell of \(HumanUnits.count(clientSide, "request")) themselves, as logs of go commands do, and "
                    + "servers of the others: what both tell of counts twice")
        }
        if fetches.ambiguous > 0 {
            add(
                "ambiguous_fetch",
                "of \(HumanUnits.count(fetches.ambiguous, "request")) to Athens it is not known which of several fetches "
                    + "they waited for; their time counts as upstream")
        }
        if fetches.unmatched > 0 {
            add(
                "missing_fetch",
                "the fetches that \(HumanUnits.count(fetches.unmatched, "request")) to Athens waited for are not stored "
                    + "(sampled apart, or lost); their time counts as upstream")
        }
        if probes > 0 {
            add(
                "probes",
                "\(HumanUnits.count(Int64(probes))) times \"not found\" was an answer to the go command's probing for modules, "
                    + "which is no error")
        }
        return notes
    }

    /// About what is known of caches.
    private var cacheNotes: [QualityNote] {
        var notes: [QualityNote] = []
        func add(_ code: String, _ message: String) {
            notes.append(QualityNote(code: code, message: message))
        }
        if unknownCache > 0 {
            add(
                "unknown_cache",
                "nobody says what a cache did for \(share(unknownCache, immutableRequests, "request")) for files; they are in "
                    + "no ratio (docs/exporters.md tells how nodes can say it)")
        }
        if inferredCache > 0 {
            add(
                "inferred_cache",
                "the result of \(share(inferredCache, immutableRequests, "request")) for files was read off the spans around "
                    + "them")
        }
        if timedCache > 0 {
            add(
                "timed_cache",
                "\(HumanUnits.count(timedCache, "request")) for files had \"not found\" again within 5 ms, and count as "
                    + "answered by a cache (negative_hit), with little certainty; they are in no ratio")
        }
        return notes
    }

    /// About requests that are left out where it matters whom clients asked, or what they had.
    /// - Parameter listed: errors among them, which are shown all the same
    static func lostEdges(_ count: Int, listed: Int = 0) -> QualityNote {
        let exception =
            listed > 0
            ? " of all totals; \(HumanUnits.count(listed, "error")) of them \(listed == 1 ? "is" : "are") among the causes, "
                + "in COUNT and SHARE"
            : ""
        return QualityNote(
            code: "lost_edges",
            message:
                "\(HumanUnits.count(count, "request")) at proxies came from edges whose own spans are not stored: no client "
                + "asked these proxies, and they are left out" + exception)
    }

    private func share(_ part: Int, _ whole: Int, _ noun: String) -> String {
        "\(HumanUnits.count(Int64(part))) of \(HumanUnits.count(whole, noun)) (\(HumanUnits.percent(part, of: whole)))"
    }
}

extension FleetQuality {
    /// The same in numbers.
    package var json: JSONNode {
        let numbers: [(String, Int)] = [
            ("requests", requests), ("file_requests", immutableRequests), ("unknown_cache", unknownCache),
            ("inferred_cache", inferredCache), ("timed_cache", timedCache),
            ("false_200", falseSuccesses), ("orphans", orphans), ("unbelievable", unbelievable),
            ("without_client", withoutClient), ("client_side", clientSide),
            ("behind_lost_edges", behindLostEdges),
            ("probes", probes), ("hops_by_time", hopsByTime), ("matched_fetches", fetches.matched),
            ("ambiguous_fetches", fetches.ambiguous), ("missing_fetches", fetches.unmatched),
        ]
        return .object(numbers.map { JSONMember($0.0, .integer(Int64($0.1))) })
    }
}
