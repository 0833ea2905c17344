import Testing

@testable import Telemetry

@Suite("Clocks of a fleet")
struct FleetClocksTests {
    private static let ms: Int64 = 1_000_000

    /// What two nodes tell of requests that take 10 ms at the inner one and 2 ms more at the outer one.
    private static func pair(_ outerOffset: Int64, _ innerOffset: Int64) -> ClockPair {
        var pair = ClockPair()
        for number in 0..<20 {
            let start = 1_000_000_000_000 + Int64(number) * 1_000 * ms
            var outer = exchange(UInt64(start + outerOffset), UInt64(12 * ms))
            let inner = exchange(UInt64(start + ms + innerOffset), UInt64(10 * ms))
            if number == 7 { outer.durationNanos = UInt64(5 * ms) }
            pair.add(outer: outer, inner: inner)
        }
        return pair
    }

    private static func exchange(_ start: UInt64, _ nanos: UInt64) -> Exchange {
        Exchange(
            start: start, durationNanos: nanos, responseBytes: 0, segment: 0, row: 0, trace: 0, node: 1)
    }

    private static func key(_ outer: UInt32, _ inner: UInt32) -> UInt64 {
        UInt64(outer) << 32 | UInt64(inner)
    }

    @Test("what may be several nodes holds no two groups of others against each other")
    func several() {
        let second: Int64 = 1_000_000_000
        // 1 and 2, and 3 and 4, ask each other; 9 asks 2 and 4, as two nodes whose clocks are half a second apart.
        let pairs = [
            Self.key(1, 2): Self.pair(0, 0), Self.key(3, 4): Self.pair(0, 0),
            Self.key(9, 2): Self.pair(0, 0), Self.key(9, 4): Self.pair(second / 2, 0),
        ]
        let held = FleetClocks(leastLag: [:], pairs: pairs)
        #expect([1, 2, 3, 4].contains { held.offset($0) != 0 })
        let clocks = FleetClocks(leastLag: [:], pairs: pairs, several: [9])
        #expect([1, 2, 3, 4].allSatisfy { clocks.offset($0) == 0 } && clocks.reading(9) == nil)
        // Of one group it may tell, and of nodes that only it connects.
        let one = FleetClocks(
            leastLag: [:],
            pairs: [
                Self.key(5, 9): Self.pair(0, 0), Self.key(6, 9): Self.pair(0, 0),
                Self.key(7, 9): Self.pair(second, 0),
            ], several: [9])
        #expect(one.offset(5) == 0 && one.offset(6) == 0 && abs(one.offset(7) - second) < 5_000_000)
    }

    @Test("of two clocks alone it is not known which is wrong, and numbers do not decide")
    func undecided() throws {
        let second: Int64 = 1_000_000_000
        for (outer, inner) in [(1, 2), (2, 1)] as [(UInt32, UInt32)] {
            var ranks: [UInt32] = [0, 0, 0]
            (ranks[Int(outer)], ranks[Int(inner)]) = (0, 1)
            let clocks = FleetClocks(
                leastLag: [:], pairs: [Self.key(outer, inner): Self.pair(0, 2 * second)], ranks: ranks)
            #expect(clocks.reading(outer)?.isUndecided == true)
            #expect(clocks.offset(outer) == 0 && clocks.offset(inner) == 2 * second)
        }
        let pairs = [Self.key(1, 2): Self.pair(0, 2 * second), Self.key(3, 2): Self.pair(0, 2 * second)]
        let three = FleetClocks(leastLag: [:], pairs: pairs)
        #expect(three.reading(2)?.isUndecided == false && three.offset(2) == 2 * second)
        let arrived = FleetClocks(
            leastLag: [1: 5 * Self.ms, 2: 5 * Self.ms - 2 * second],
            pairs: [Self.key(1, 2): Self.pair(0, 2 * second)])
        #expect(arrived.reading(2)?.isUndecided == false && arrived.offset(2) == 2 * second)
    }

    @Test("a clock that is set amid a window shows in the parts of it")
    func parts() throws {
        let second: UInt64 = 1_000_000_000
        let all = TimeWindow(since: .distantPast, until: .distantFuture)
        let series = [0..<30, 30..<60].map { minutes in
            var series = ClockSeries(window: all)
            for minute in minutes {
                for number in 0..<6 {
                    let start = UInt64(1_000_000 + minute * 60 + number) * second
                    let offset = minute >= 40 ? 2 * second : 0
                    var outer = Self.exchange(start, 12_000_000)
                    outer.httpStatus = 200
                    var inner = Self.exchange(start + 1_000_000 + offset, 10_000_000)
                    inner.httpStatus = 200
                    inner.node = 2
                    inner.outer = 0
                    series.add(ExchangeGroup([outer, inner], segment: nil))
                }
            }
            return series
        }
        var there = series[0]
        there.merge(series[1])
        var back = series[1]
        back.merge(series[0])
        let told = there.told
        #expect(told.map(\.range) == back.told.map(\.range) && told.count >= 12)
        let offsets = told.map { FleetClocks(leastLag: [:], pairs: $0.pairs).offset(2) }
        let first = try #require(offsets.firstIndex { $0 != 0 })
        #expect(offsets[first...].allSatisfy { abs($0 - 2_000_000_000) < 5_000_000 })
        let setAt = UInt64(1_000_000 + 40 * 60) * second
        #expect(told[first].range.upperBound > setAt && told[first].range.lowerBound < setAt + 600 * second)
    }

    @Test("lag L2: a request lies within the one around it, which bounds the difference of two clocks")
    func bounds() throws {
        let estimate = try #require(Self.pair(0, 340 * Self.ms).estimate)
        #expect(estimate.nanos == 340 * Self.ms)
        #expect(estimate.error == Self.ms)
        #expect(estimate.isSteady)
    }

    @Test("lag L2: bounds that contradict each other are of a clock that is not steady")
    func drift() throws {
        var pair = Self.pair(0, 0)
        pair.merge(Self.pair(0, 50 * Self.ms))
        let estimate = try #require(pair.estimate)
        #expect(!estimate.isSteady)
        #expect(ClockPair().estimate == nil)
    }

    @Test(
        "lag L2: single pairs that are hours or years off move no clock",
        arguments: [7_200_000, -7_200_000, 50 * 31_557_600_000, -40 * 31_557_600_000] as [Int64], [1, 8])
    func absurd(millis: Int64, count: Int) throws {
        var pair = Self.pair(0, 340 * Self.ms)
        for number in 0..<count {
            pair.add(
                outer: Self.exchange(1_800_000_000_000_000_000, UInt64(12 * Self.ms)),
                inner: Self.exchange(
                    UInt64(1_800_000_000_000_000_000 + (millis + Int64(number) + 1) * Self.ms),
                    UInt64(10 * Self.ms)))
        }
        let estimate = try #require(pair.estimate)
        #expect((estimate.nanos - 340 * Self.ms).magnitude <= UInt64(4 * Self.ms))
        let clocks = FleetClocks(
            leastLag: [1: 100 * Self.ms, 2: 100 * Self.ms], pairs: [Self.key(1, 2): pair])
        for node in [UInt32(1), 2] { #expect(clocks.offset(node).magnitude < 400_000_000) }
    }

    @Test("lag L2: one or two pairs tell of no clock that is a minute off; three tell of one in another zone")
    func support() throws {
        let zone = 8 * 3_600_000 * Self.ms
        for (count, isKnown) in [(1, false), (2, false), (3, true)] {
            var pair = ClockPair()
            for number in 0..<Int64(count) {
                let start = 1_800_000_000_000_000_000 + number * 1_000 * Self.ms
                pair.add(
                    outer: Self.exchange(UInt64(start), UInt64(12 * Self.ms)),
                    inner: Self.exchange(UInt64(start + Self.ms + zone), UInt64(10 * Self.ms)))
            }
            #expect(pair.estimate?.nanos == (isKnown ? zone : nil))
            #expect(pair.estimate?.isSteady == (isKnown ? true : nil))
        }
    }

    @Test("lag L2: of more than two nodes the clocks that agree are right")
    func majority() {
        let offsets: [UInt32: Int64] = [1: 0, 2: 1_700 * Self.ms, 3: -340 * Self.ms, 4: 0, 5: 120 * Self.ms]
        // All ask number 5, whose own clock is wrong; telemetry takes between 20 and 60 ms.
        var pairs: [UInt64: ClockPair] = [:]
        for node in UInt32(1)...4 {
            pairs[Self.key(node, 5)] = Self.pair(offsets[node] ?? 0, offsets[5] ?? 0)
        }
        var lags: [UInt32: Int64] = [:]
        for (node, offset) in offsets { lags[node] = Int64(node) * 10 * Self.ms + 10 * Self.ms - offset }
        let clocks = FleetClocks(leastLag: lags, pairs: pairs)
        for (node, offset) in offsets {
            let reading = clocks.reading(node)
            #expect(reading?.basis == .pairs)
            #expect(((reading?.offsetNanos ?? .max) - offset).magnitude <= 2 * UInt64(Self.ms), "\(node)")
        }
        #expect(clocks.reading(2)?.isWorthWarning == true)
        #expect(clocks.reading(5)?.isWorthWarning == false)
        #expect(clocks.corrected(5_000_000_000, node: 2) == 3_300_000_000)
    }

    @Test(
        "lag L2: of two nodes the one is right from which telemetry comes as fast as can be",
        arguments: [340, -340])
    func two(offset: Int64) {
        let offset = offset * Self.ms
        let clocks = FleetClocks(
            leastLag: [1: 20 * Self.ms, 2: 20 * Self.ms - offset],
            pairs: [Self.key(1, 2): Self.pair(0, offset)])
        #expect(clocks.reading(1)?.offsetNanos.magnitude ?? .max <= 2 * UInt64(Self.ms))
        #expect(((clocks.reading(2)?.offsetNanos ?? .max) - offset).magnitude <= 2 * UInt64(Self.ms))
    }

    @Test("lag L2: what nodes say themselves counts where no request shows it")
    func declared() {
        let clocks = FleetClocks(leastLag: [1: 5], pairs: [:], declared: [1: 7, 9: -8])
        #expect(clocks.reading(1)?.basis == .declared)
        #expect(clocks.offset(9) == -8)
        #expect(clocks.reading(2) == nil)
        #expect(clocks.offset(2) == 0)
    }

    @Test("lag L2: numbers at the ends of their range trap nowhere")
    func extremes() {
        var pair = ClockPair()
        pair.add(outer: Self.exchange(0, .max), inner: Self.exchange(.max, 0))
        pair.add(outer: Self.exchange(.max, 0), inner: Self.exchange(0, 0))
        let clocks = FleetClocks(leastLag: [1: .min, 2: .max], pairs: [Self.key(1, 2): pair])
        _ = clocks.corrected(.max, node: 1)
        _ = FleetClocks(leastLag: [3: .min], pairs: [:]).corrected(.max, node: 3)
    }
}

@Suite("What nodes are heard of")
struct NodeArrivalsTests {
    private static let second: Int64 = 1_000_000_000

    private static func arrivals(_ seconds: [Int64]) -> NodeArrivals {
        var arrivals = NodeArrivals()
        for second in seconds { arrivals.add(UnixNanos(rawValue: second * Self.second + 5)) }
        return arrivals
    }

    @Test("lag L3: the interval is the median gap; what comes within a second or two is one arrival")
    func interval() {
        #expect(Self.arrivals([0, 0, 15, 15, 16, 30, 75]).intervalNanos == 15 * Self.second)
        #expect(Self.arrivals([0, 15]).intervalNanos == nil)
        #expect(Self.arrivals([]).intervalNanos == nil)
        #expect(Self.arrivals([3, 1, 2]).last == UnixNanos(rawValue: 3 * Self.second + 5))
    }

    @Test("lag L3: only the newest arrivals are kept, whoever saw them")
    func many() {
        var all = Self.arrivals(Array(0..<5_000).map { $0 * 2 })
        all.merge(Self.arrivals(Array(0..<5_000).map { 10_000 + $0 * 7 }))
        #expect(all.intervalNanos == 7 * Self.second)
        #expect(all.last == UnixNanos(rawValue: 44_993 * Self.second + 5))
    }

    @Test("lag L3: fresh up to two intervals, late up to three, and never before 40 s and two minutes")
    func states() {
        for (silence, interval, state) in [
            (40, nil, NodeState.ok), (41, nil, .late), (120, nil, .late), (121, nil, .lost),
            (40, 5, .ok), (41, 5, .late), (120, 60, .ok), (121, 60, .late), (180, 60, .late),
            (181, 60, .lost),
        ] as [(Int64, Int64?, NodeState)] {
            let interval = interval.map { $0 * Self.second }
            #expect(NodeState(silence: silence * Self.second, interval: interval) == state, "\(silence)")
        }
        #expect(NodeState(silence: .max, interval: .max) == .lost)
    }

    @Test("a sketch of differences has quantiles on both sides of zero, within 1 %")
    func differences() {
        var sketch = SignedSketch()
        #expect(sketch.quantile(0.5) == nil)
        for value in -500...499 { sketch.add(Int64(value) * 1_000_000) }
        var other = SignedSketch()
        other.merge(sketch)
        for (quantile, exact) in [(0.001, -500.0), (0.25, -251), (0.5, -1), (0.75, 249), (1, 499)] {
            let value = Double(other.quantile(quantile) ?? 0) / 1e6
            #expect(abs(value - exact) <= abs(exact) * 0.01, "\(quantile): \(value)")
        }
        #expect(other.count == 1_000)
    }

    @Test("one failure of three is less certain trouble than a hundred of a thousand")
    func certainty() {
        func share(_ failures: Int, _ all: Int) -> Double {
            var counts = NodeTraffic.Counts()
            counts.requests = all
            counts.failures = failures
            return TrafficReport(counts).certainErrorShare
        }
        #expect(share(1, 3) < share(100, 1_000))
        #expect(share(0, 3) == 0)
        #expect(share(0, 0) == 0)
    }

    @Test("lag L7: ages are numbers of seconds, as text or as a captured header")
    func ages() {
        #expect(AgeTally.seconds("120") == 120)
        #expect(AgeTally.seconds("[120]") == 120)
        #expect(AgeTally.seconds("3155760000") == 3_155_760_000)
        for text in ["", "-", "-1", "12s", "[]", "[120", "[1, 2]", "3155760001", "99999999999999999999"] {
            #expect(AgeTally.seconds(text) == nil, "\(text)")
        }
    }
}
