/// A duration that is the default of a timeout somewhere in the field: a request that ended without success after it was
/// given up there, and not answered.
package struct TimeoutFingerprint: Hashable, Sendable {
    /// How long the timeout is: from the shortest to the longest, mostly the same.
    package let seconds: ClosedRange<Double>
    /// Whose it is.
    package let owners: [String]

    /// By how much of it a duration may be off.
    static let tolerance = 0.03

    /// What is as long as a duration, as far as timeouts are kept.
    static func nanosNear(_ nanos: UInt64) -> ClosedRange<UInt64> {
        let off = UInt64(Double(nanos) * tolerance)
        return nanos - off...(nanos.addingReportingOverflow(off).overflow ? .max : nanos + off)
    }

    package static let all = [
        TimeoutFingerprint(2, "goproxyio's checksum database"),
        TimeoutFingerprint(15, "Athens' Redis lock", "Envoy's route"),
        TimeoutFingerprint(
            60, "goproxy.cn's fetch_timeout", "proxy.golang.org", "nginx's proxy_read_timeout"),
        TimeoutFingerprint(100...120, "Cloudflare's 524"),
        TimeoutFingerprint(300, "Athens' Timeout"),
        TimeoutFingerprint(600, "Athens' StashTimeout", "goproxy's --fetch-timeout"),
        TimeoutFingerprint(900, "Athens' processDownload", "Athens' Redis lock's life"),
    ]

    private init(_ seconds: Double, _ owners: String...) {
        self.seconds = seconds...seconds
        self.owners = owners
    }

    private init(_ seconds: ClosedRange<Double>, _ owners: String...) {
        self.seconds = seconds
        self.owners = owners
    }

    /// `60 s`, `100 to 120 s`
    package var length: String {
        let (least, most) = (Int(seconds.lowerBound), Int(seconds.upperBound))
        return least == most ? "\(least) s" : "\(least) to \(most) s"
    }

    /// `60 s: goproxy.cn's fetch_timeout, …`
    package var text: String { "\(length): \(owners.joined(separator: ", "))" }

    /// The timeout that a duration looks like.
    /// - Parameter outcome: how the request ended; one that had success was not given up
    /// - Returns: nil where it is none
    package static func of(
        nanos: UInt64, outcome: RequestOutcome?, kind: ModuleKind?
    ) -> TimeoutFingerprint? {
        switch outcome {
        case .ok, .redirected, .probe, .empty, .truncated, .checksumMismatch: return nil
        default: break
        }
        let seconds = Double(nanos) / 1e9
        return all.first { fingerprint in
            // Two seconds are nothing unusual but where one is known to give up after them.
            (fingerprint.seconds.lowerBound > 2 || kind?.isChecksum == true)
                && seconds >= fingerprint.seconds.lowerBound * (1 - tolerance)
                && seconds <= fingerprint.seconds.upperBound * (1 + tolerance)
        }
    }
}
