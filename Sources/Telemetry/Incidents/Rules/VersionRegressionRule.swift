/// `version-regression`: a version of a service is slower, fails more or misses more than others of it.
struct VersionRegressionRule: IncidentRule {
    let name = "version-regression"

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        let words: [(Symptom, String)] = [
            (.failure, "fails"), (.fetchFailure, "fails to fetch"), (.spoiled, "spoils archives"),
            (.slowServe, "is slow"),
            (.slowFetch, "fetches slowly"), (.miss, "misses"),
            (.unsupported, "no longer hands on the checksum database"),
            (.withdrawn, "refuses what others had given out"),
            (.abandoned, "has clients that go away"),
        ]
        return words.flatMap { symptom, verb in
            context.culprits(symptom).filter { $0.dimension == .serviceVersion }.map { culprit in
                let subject = data.subject(culprit.dimension, culprit.number)
                let usual = culprit.told.usualShare
                return finding(
                    culprit, data, severity: Self.severity(symptom), depth: 0,
                    sentence:
                        "\(subject.serviceVersion ?? "A version") \(verb): \(share(culprit.told.badShare)) of "
                        + "\(number(culprit.told.count)) requests, where \(share(usual)) is usual")
            }
        }
    }

    private static func severity(_ symptom: Symptom) -> IncidentSeverity {
        switch symptom {
        case .failure, .fetchFailure, .spoiled, .withdrawn: .page
        case .abandoned: .info
        default: .ticket
        }
    }
}
