/// `version-regression`: a version of a service is slower, fails more or misses more than others of it.
struct VersionRegressionRule: IncidentRule {
    let name = "version-regression"

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let data = context.data
        let words: [(Symptom, String)] = [
            (.failure, "fails"), (.slowServe, "is slow"), (.slowFetch, "fetches slowly"), (.miss, "misses"),
        ]
        return words.flatMap { symptom, verb in
            context.culprits(symptom).filter { $0.dimension == .serviceVersion }.map { culprit in
                let subject = data.subject(culprit.dimension, culprit.number)
                let usual = culprit.excess.expected / max(culprit.excess.count, 1)
                return finding(
                    culprit, data, severity: symptom == .failure ? .page : .ticket, depth: 0,
                    sentence:
                        "\(subject.serviceVersion ?? "A version") \(verb): \(share(culprit.excess.rate)) of "
                        + "\(Int(culprit.excess.count)) requests, where \(share(usual)) is usual")
            }
        }
    }
}
