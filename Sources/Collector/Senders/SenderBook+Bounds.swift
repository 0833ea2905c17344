import Telemetry

extension SenderBook {
    /// Ways to go wrong that are told apart of one finding about a sender, and of all findings about it: who sends
    /// something else with each request must not fill the memory.
    package static let mistakesPerFindingMax = 6
    package static let mistakesPerSenderMax = 24
}

extension SenderBook.Record {
    /// Takes up that the sender went wrong. Where too many ways are known already, the one that was seen longest ago is
    /// forgotten, and of the same finding if that has too many.
    mutating func note(
        _ finding: SenderFinding, _ detail: String, signal: Signal? = nil, reason: RefusalReason? = nil,
        now: UnixNanos
    ) {
        let mistake = SenderMistake(finding, detail: detail)
        if sightings[mistake] == nil {
            let ofFinding = sightings.filter { $0.key.finding == finding }
            if ofFinding.count >= SenderBook.mistakesPerFindingMax {
                forgetOldest(of: ofFinding)
            } else if sightings.count >= SenderBook.mistakesPerSenderMax {
                forgetOldest(of: sightings)
            }
        }
        sightings[mistake, default: SenderBook.Sighting(at: now)].note(
            detail, signal: signal, reason: reason, now: now)
    }

    private mutating func forgetOldest(of known: [SenderMistake: SenderBook.Sighting]) {
        guard let oldest = known.min(by: { $0.value.lastAt < $1.value.lastAt }) else { return }
        sightings[oldest.key] = nil
    }

    /// What was seen of a finding, the latest first.
    package func sightings(of finding: SenderFinding) -> [SenderBook.Sighting] {
        sightings.filter { $0.key.finding == finding }.values.sorted { $0.lastAt > $1.lastAt }
    }
}

extension SenderBook.Sighting {
    init(at now: UnixNanos) { self.init(firstAt: now, lastAt: now, detail: "") }

    /// Takes up that it was seen once more.
    mutating func note(
        _ detail: String, signal: Signal?, reason: RefusalReason? = nil, now: UnixNanos
    ) {
        if let signal { signals.insert(SignalSet(signal)) }
        self.reason = reason
        count += 1
        lastAt = now
        if self.detail != detail { self.detail = SenderBook.bounded(detail) }
    }
}
