/// What to do next, and how far all of this can be trusted.
extension ReportBuilder {
    func nextChecks(_ main: Int) -> ReportSection {
        var blocks: [ReportBlock] = [
            .list(advice.map { ReportSentence($0, [main]) })
        ]
        blocks.append(.commands(commands))
        return ReportSection("next", "Next checks", blocks)
    }

    private var advice: [String] {
        guard let incident else {
            return [
                "If builds were slow or failed nevertheless: did their requests come through nodes that report?"
            ]
        }
        let subject = subjectText(incident)
        let source = incident.subject.words.isEmpty ? "what modules come from" : subject
        switch incident.rule {
        case "slow-upstream", "slow-list", "sumdb-slow", "upstream-errors", "rate-limited":
            return [
                "Ask \(source) from one of the nodes itself, past the proxy: is it as slow, or refused, there?",
                "Look at its status page, and at how often it is asked: limits come by address and by token.",
                "A second source in GOPROXY keeps builds going: compare with traceq chain replay.",
            ]
        case "slow-node", "node-errors", "node-lost":
            return [
                "Look at \(subject) itself: load, memory, disks, its log of the same minutes.",
                "Take it out of rotation where others can take over, and see whether it stays bad.",
            ]
        case "slow-link", "edge-only-5xx", "edge-timeout-cold":
            return [
                "Look at the way between edges and the node behind: packet loss, TLS, connection limits.",
                "Compare time-outs along the way: each one has to be longer than the next one behind it.",
            ]
        case "cache-degraded", "cache-flush", "stampede":
            return [
                "Look at what cleared the cache: a deployment, its size limit, a full disk.",
                "Warm it: traceq prewarm lists what is worth most.",
            ]
        case "version-regression":
            return ["Go back to the version before on one node, and compare the two with traceq compare."]
        case "rate-anomaly":
            return [
                "Look who asks: \(command("stats", interval, "--by client.address")) lists them.",
                "Limit requests by address in front of the nodes, and keep those of your own builds out of the limit.",
            ]
        case "fallback-storm":
            return [
                "Look at what the first proxy answers: traceq errors, and its log of the same minutes.",
                "See what other separators in GOPROXY would have done: traceq chain replay.",
            ]
        case "private-leak":
            return [
                "See which modules, and who asked: traceq leaks lists them.",
                "Look at GOPRIVATE where that is built: traceq chain lint says what it lacks.",
            ]
        case "origin-hammering":
            return [
                "Look whether the proxy keeps what it fetches: its storage, its size limit, its log.",
                "Ask the host of \(subject) what it allows, and fetch with a token of your own.",
            ]
        case "disk-full":
            return [
                "Look at what fills the storage of \(subject): the cache first, then logs and downloads that were given up.",
                "Make room, or make it larger, before it is full: what cannot be stored is fetched again and again, or fails.",
                "Give the cache a limit, or delete what nobody asks for: Athens deletes nothing by itself.",
            ]
        case "no-completion":
            return [
                "Look at \(subject) for processes of go and git that are old, and at what they wait for.",
                "Keep git from asking somebody for a password: GIT_TERMINAL_PROMPT=0 in the proxy's environment.",
                "Restart it where its workers do not come free, and look whether the same modules are asked for again.",
            ]
        case "node-flapping", "slow-recovery":
            return [
                "Look at \(subject) itself: restarts, memory that ran out, the log of its kubelet or agent of the same minutes.",
                "Look at the way from it: a line that is full, or a connection that is half open, looks the same from here.",
            ]
        case "lock-failure", "lock-ttl":
            return [
                "Look at what keeps the lock that the proxies share, Redis or etcd: its log, its memory, its addresses.",
                "Compare how long the lock is kept, and waited for, with how long fetches take: traceq slowest --by fetch.",
            ]
        case "semantic-divergence":
            return [
                "Ask \(subject) and another node for the same version, and compare where each gets it from.",
                "Compare their versions of Go, and what they exclude.",
            ]
        case "cached-redirect":
            return ["Keep no redirects (301) for files at \(subject), and purge those that it has kept."]
        case "misrouted":
            return [
                "Ask the name of the service from a client of that region: which address does its resolver give?",
                "Look at the networks in routes.yaml: they may have moved.",
            ]
        case "ghost-status":
            return [
                "Look at what stands between clients and \(subject): a CDN, a firewall, a limit by address; its logs have these "
                    + "requests.",
                "Compare with the log of the go command: traceq trace shows what it saw.",
            ]
        case "late-telemetry":
            return ["Look at the exporter of \(subject): its queue, its retries, its way to the collector."]
        case "clock-skew":
            return ["Look at the time service of \(subject)."]
        default:
            return [
                "Look at the traces below, and at one of the same module at another node.",
                "Look at the log of \(subject) for the same minutes.",
            ]
        }
    }

    private var commands: [String] {
        var lines =
            finding?.check.map { [command($0, query.window)] }
            ?? whySelection.map {
                [command("why", attributesWindow, "--" + $0.option), command("critical-path", interval)]
            } ?? []
        if let trace = incident?.evidence.traceIDs.first { lines.append("traceq trace \(trace.hex)") }
        lines.append(command("errors", interval))
        lines.append(command("nodes", interval))
        return lines
    }

    mutating func quality(_ main: Int) -> ReportSection {
        let notes = found.result.notes + found.result.quality.notes(isAboutCaches: true)
        var sentences = notes.map { ReportSentence("\($0.code): \($0.message).", [main]) }
        if found.thinning > 0 {
            sentences.append(
                ReportSentence(
                    "thinned: of \(1 << found.thinning) requests one was looked at, drawn by lot: counts are of these, "
                        + "rates are those of all.", [main]))
        }
        if let text = query.redaction.explanation { sentences.append(ReportSentence(text, [main])) }
        if sentences.isEmpty {
            sentences = [ReportSentence("Nothing is known to be missing or wrong in the telemetry.", [main])]
        }
        return ReportSection("quality", "Quality of the data", [.list(sentences)])
    }

    mutating func appendix() -> ReportSection {
        var again = command("report", query.window)
        if let incident { again += " --incident \(incident.id)" }
        return ReportSection(
            "appendix", "How this was made",
            [
                .paragraph([
                    ReportSentence(
                        "Each sentence rests on what stands behind it under Evidence: a command that says so, and what it said. "
                            + "traceq report --verify with the name of this file runs them again, and tells what the data "
                            + "now say otherwise.", []),
                    ReportSentence(
                        "Incidents are found by medians, rates and a scan over all groups and intervals; the documentation of "
                            + "traceq incidents says which statistics and why.",
                        []),
                ]),
                .commands([again]),
            ])
    }
}
