import Telemetry

/// Writes metrics in Prometheus' text format, version 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String {
        case counter, gauge, histogram
    }

    typealias Labels = KeyValuePairs<String, String>

    /// Begins a metric: its samples follow.
    mutating func metric(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: Labels, _ value: Int) {
        sample(name, labels, text: String(value))
    }

    mutating func sample(_ name: String, _ labels: Labels, _ value: Double) {
        sample(name, labels, text: value.description)
    }

    /// A metric of one sample; none when there is no value.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Int?) {
        guard let value else { return }
        metric(name, kind, help)
        sample(name, [:], value)
    }

    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double?) {
        guard let value else { return }
        metric(name, kind, help)
        sample(name, [:], value)
    }

    /// A histogram of durations, in seconds.
    mutating func histogram(_ name: String, _ help: String, _ snapshot: LatencyHistogram.Snapshot) {
        metric(name, .histogram, help)
        var count = 0
        for (bound, own) in zip(LatencyHistogram.boundsNanos, snapshot.counts) {
            count += own
            sample(name + "_bucket", ["le": Self.seconds(bound)], count)
        }
        sample(name + "_bucket", ["le": "+Inf"], snapshot.count)
        sample(name + "_sum", [:], Double(snapshot.sumNanos) / 1e9)
        sample(name + "_count", [:], snapshot.count)
    }

    private static func seconds(_ nanos: Int64) -> String { (Double(nanos) / 1e9).description }

    private mutating func sample(_ name: String, _ labels: Labels, text value: String) {
        text += name
        if !labels.isEmpty {
            text +=
                "{" + labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
        }
        text += " " + value + "\n"
    }

    /// Names of sources are chosen by whoever configures tokens, and certificates by whoever signs them.
    private static func escaped(_ value: String) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
