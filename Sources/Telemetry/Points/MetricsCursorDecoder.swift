import OTLPModel

/// Decodes an `ExportMetricsServiceRequest` in one pass over its bytes, straight into columns.
///
/// ```
/// message ExportMetricsServiceRequest { repeated ResourceMetrics resource_metrics = 1; }
/// message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; string schema_url = 3; }
/// message ScopeMetrics { InstrumentationScope scope = 1; repeated Metric metrics = 2; string schema_url = 3; }
/// ```
struct MetricsCursorDecoder: ~Copyable, ~Escapable {
    private let body: ByteSpan
    private let limits: DecodeLimits
    private(set) var builder: PointBatchBuilder
    private(set) var problem: MessageDecoding.Problem?
    /// Up to where in the body what became of it is paid for.
    private var paidThrough = 0
    /// The attributes of the point that is being read; kept to reuse its memory.
    private var attributes: [Range<Int>] = []

    @_lifetime(copy body)
    init(_ body: ByteSpan, arrival: Arrival, limits: DecodeLimits) {
        self.body = body
        self.limits = limits
        builder = PointBatchBuilder(arrival: arrival, limits: limits)
    }

    private mutating func report(_ newProblem: MessageDecoding.Problem?) {
        guard let newProblem else { return }
        if case .unusual? = problem { problem = newProblem }
        if problem == nil { problem = newProblem }
    }

    private mutating func close(_ cursor: borrowing WireCursor) {
        if cursor.failed { report(.malformed(at: cursor.failedAt)) }
    }

    mutating func decode() {
        var cursor = WireCursor(body, 0..<body.count)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            switch tag {
            case 1 << 3 | 2: resourceMetrics(cursor.lengthDelimited())
            default: cursor.skipUnknown(tag, knownThrough: 1)
            }
        }
        close(cursor)
    }

    private mutating func resourceMetrics(_ range: Range<Int>) {
        payForBatch(at: range.lowerBound)
        var decoding = EnvelopeDecoding(body, limits, allowance: allowance)
        let resource = decoding.resource(range)
        report(decoding.problem)
        guard problem == nil else { return }
        builder.cutter.note(decoding)
        builder.setResource(resource)
        var cursor = WireCursor(body, range)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            if tag == 2 << 3 | 2 {
                scopeMetrics(cursor.lengthDelimited())
            } else {
                cursor.skip(tag)
            }
        }
    }

    private mutating func scopeMetrics(_ range: Range<Int>) {
        payForBatch(at: range.lowerBound)
        var decoding = EnvelopeDecoding(body, limits, allowance: allowance)
        let scope = decoding.scope(range)
        report(decoding.problem)
        guard problem == nil else { return }
        builder.cutter.note(decoding)
        builder.setScope(scope)
        var cursor = WireCursor(body, range)
        while cursor.hasMore, problem == nil {
            let tag = cursor.tag()
            if tag == 2 << 3 | 2 {
                metric(cursor.lengthDelimited())
            } else {
                cursor.skip(tag)
            }
        }
    }

    private mutating func metric(_ range: Range<Int>) {
        payForBatch(at: range.lowerBound)
        var decoding = MessageDecoding(body, limits, allowance: allowance)
        var data: (field: UInt32, range: Range<Int>)?
        let metric = decoding.metric(range, data: &data)
        report(decoding.problem)
        guard problem == nil, let data else { return }
        builder.setMetric(metric)
        var cursor = WireCursor(body, data.range)
        while cursor.hasMore, problem == nil, !builder.isOverfull {
            let tag = cursor.tag()
            if tag == 1 << 3 | 2 {
                point(cursor.lengthDelimited(), of: metric.type)
            } else {
                cursor.skip(tag)
            }
        }
    }

    private mutating func point(_ range: Range<Int>, of type: MetricType) {
        if range.count > Self.largePointBytes { pay(beside: Self.largePointFactor * range.count) }
        guard problem == nil else { return }
        attributes.removeAll(keepingCapacity: true)
        var decoding = MessageDecoding(body, limits)
        let point = decoding.point(range, of: type, attributes: &attributes)
        report(decoding.problem)
        var trouble: MessageDecoding.Problem?
        let canonical = PointAttributes(body, attributes, limits, &builder.cutter, problem: &trouble)
        report(trouble)
        guard problem == nil else { return }
        builder.append(point, canonical)
        payForBatch(at: range.upperBound)
    }
}

// MARK: - Memory

extension MetricsCursorDecoder {
    /// How much of the body is read before what became of it is looked at: 64 KiB, which become 2 MiB at the worst.
    private static var bytesBetweenPayments: Int { 64 << 10 }
    /// 64 KiB: no point that says something is as large.
    private static var largePointBytes: Int { 64 << 10 }
    /// An attribute or exemplar of two bytes takes a hundred while its point is read.
    private static var largePointFactor: Int { 64 }

    /// Arrays grow by doubling, and what finds things in them is as large again.
    private var memoryBytes: Int { 2 * builder.batch.memoryBytes }

    /// Pays for something that is decoded into values on its way into the batch.
    private var allowance: MemoryAllowance? { limits.allowance?.beside(memoryBytes) }

    /// Pays for what decoding holds: now and then, for it costs more than it is worth for each point.
    @inline(__always)
    private mutating func payForBatch(at index: Int) {
        guard index &- paidThrough >= Self.bytesBetweenPayments else { return }
        paidThrough = index
        pay(beside: 0)
    }

    /// Pays for what decoding holds, and for a point that is about to be read.
    @inline(never)
    private mutating func pay(beside bytes: Int) {
        do throws(DecodeError) {
            try limits.allowance?.cover(memoryBytes + bytes)
        } catch {
            report(MessageDecoding.Problem(error))
        }
    }
}
