/// The kinds of attributes that tell what a cache did, the most reliable first: the first one that can be read
/// decides.
package enum CacheEvidence: UInt8, CaseIterable, Comparable, Sendable {
    /// `goproxy.cache.result`.
    case attribute
    /// The header `Cache-Status` (RFC 9211).
    case cacheStatus
    /// nginx's `$upstream_cache_status`, in any attribute whose name ends like this.
    case upstreamCacheStatus
    /// Cloudflare's header `CF-Cache-Status`.
    case cloudflare
    /// `X-Cache` and its relatives: Varnish, Fastly, CloudFront, Traffic Server, Squid, Qiniu, Aliyun.
    case xCache
    /// A flag or a word in an attribute like `cache.hit`, `app.cache.status`.
    case generic
    /// Envoy's response flag `RFCF`: the response came from its cache filter.
    case responseFlags
    /// The header `Age`: a cache kept the answer for some seconds. The weakest of attributes: it says nothing of the
    /// rest.
    case age
    /// No attribute, but the spans below a request to Athens: how often it looked into its storage.
    case traceShape
    /// A redirect to the file, or to where it comes from.
    case redirect
    /// Whether a node that is known to cache passed the request on.
    case originSpan
    /// The time that it took, against the hits of the same node.
    case duration

    /// Its name in the attribute `goproxy.cache.source`.
    package var name: String {
        switch self {
        case .attribute: "attribute"
        case .cacheStatus: "cache_status"
        case .upstreamCacheStatus: "upstream_cache_status"
        case .cloudflare: "cf"
        case .xCache: "x_cache"
        case .generic: "generic"
        case .responseFlags: "response_flags"
        case .age: "age"
        case .traceShape: "trace_shape"
        case .redirect: "redirect"
        case .originSpan: "origin_span"
        case .duration: "duration"
        }
    }

    package static func < (left: CacheEvidence, right: CacheEvidence) -> Bool {
        left.rawValue < right.rawValue
    }

    /// What kind of evidence an attribute is; nil when it has nothing to do with caches.
    /// - Parameter key: UTF-8
    init?(key: [UInt8]) {
        let name = String(decoding: key, as: UTF8.self).lowercased()
        if name == "goproxy.cache.result" {
            self = .attribute
            return
        }
        if name == "response_flags" || name == "envoy.response_flags" {
            self = .responseFlags
            return
        }
        if name.hasSuffix("upstream_cache_status") {
            self = .upstreamCacheStatus
            return
        }
        let prefix = "http.response.header."
        let isHeader = name.hasPrefix(prefix)
        let header = String(
            (isHeader ? name.dropFirst(prefix.count) : name[...]).map { $0 == "_" ? "-" : $0 })
        switch header {
        case "cache-status": self = .cacheStatus
        case "cf-cache-status": self = .cloudflare
        case "x-cache", "x-cache-lookup", "x-qnm-cache", "x-proxy-cache", "x-cache-status",
            "x-varnish-cache", "x-cache-remote":
            self = .xCache
        case "age" where isHeader: self = .age
        default:
            guard !isHeader else { return nil }
            let isGeneric = ["cache.hit", "cache.status", "cache.result", "cache_hit", "cache_status"]
                .contains { name == $0 || name.hasSuffix(".\($0)") }
            guard isGeneric else { return nil }
            self = .generic
        }
    }

    /// What a text says; nil when that is nothing.
    func result(_ text: String) -> CacheResult? {
        let text = text.trimmedASCII
        guard !text.isEmpty, text != "-" else { return nil }
        switch self {
        case .attribute: return CacheResult.allCases.first { $0.name == text.lowercased() && $0 != .unknown }
        case .cacheStatus: return CacheStatusHeader.result(text)
        case .upstreamCacheStatus: return Self.upstreamWord(text)
        case .cloudflare: return Self.cloudflareWord(text)
        case .xCache: return Self.xCacheWord(text)
        case .responseFlags:
            return text.split(separator: ",").contains { $0.trimmedASCII == "RFCF" } ? .hit : nil
        case .age: return (Int64(text) ?? 0) > 0 ? .hit : nil
        case .generic:
            // Where a proxy copies the header into an attribute of its own, the value is the header's.
            return text.contains(";") ? CacheStatusHeader.result(text) : Self.genericWord(text)
        case .traceShape, .redirect, .originSpan, .duration: return nil
        }
    }

    /// What a flag says: `cache.hit`.
    func result(_ flag: Bool) -> CacheResult? { self == .generic ? (flag ? .hit : .miss) : nil }

    /// What a number says: seconds of `Age`.
    func result(_ number: Int64) -> CacheResult? { self == .age && number > 0 ? .hit : nil }

    // MARK: Words

    /// With several tries nginx joins them by commas and colons; the last one gave the answer.
    private static func upstreamWord(_ text: String) -> CacheResult? {
        let word = text.split { $0 == "," || $0 == ":" || $0 == " " }.last.map { $0.uppercased() }
        switch word {
        case "HIT": return .hit
        case "MISS": return .miss
        case "EXPIRED": return .expired
        case "STALE": return .stale
        case "UPDATING": return .updating
        case "REVALIDATED": return .revalidated
        case "BYPASS": return .bypass
        default: return nil
        }
    }

    private static func cloudflareWord(_ text: String) -> CacheResult? {
        switch text.uppercased() {
        case "DYNAMIC": .bypass
        case "NONE", "UNKNOWN", "NONE/UNKNOWN": CacheResult.none
        default: upstreamWord(text)
        }
    }

    /// A list of what each cache on the way said: the last one is nearest to the client.
    private static func xCacheWord(_ text: String) -> CacheResult? {
        let word = (text.split(separator: ",").last.map(String.init) ?? text).lowercased()
        if word.contains("refreshhit") || word.contains("refresh_hit") || word.contains("revalidated") {
            return .revalidated
        }
        if word.contains("hit-stale") || word.contains("stale") { return .stale }
        if word.contains("hit") { return .hit }
        if word.contains("miss") { return .miss }
        if word.contains("expired") { return .expired }
        if word.contains("updating") { return .updating }
        if word.contains("bypass") || word.contains("pass") { return .bypass }
        if word.contains("error") { return CacheResult.none }
        return nil
    }

    private static func genericWord(_ text: String) -> CacheResult? {
        let word = text.lowercased()
        switch word {
        case "true", "1", "yes", "fresh": return .hit
        case "false", "0", "no": return .miss
        case "unknown": return nil
        case "pass", "dynamic": return .bypass
        case "refreshed": return .revalidated
        default: return CacheResult.allCases.first { $0.name == word } ?? upstreamWord(text)
        }
    }
}

extension StringProtocol {
    /// Without spaces and tabs at its ends.
    var trimmedASCII: String {
        var text = Substring(self)
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
