import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import Telemetry

@Suite("The clock of retention", .timeLimit(.minutes(15)))
struct RetentionClockTests {
    private static let minute: Int64 = 60_000_000_000
    private static let hour = 60 * minute
    private static let day = 24 * hour
    private static let base = UnixNanos(rawValue: Int64(Sample.baseNanos))

    /// Both clocks of a machine.
    private struct Machine {
        var wall = RetentionClockTests.base
        var steady: MonotonicNanos = 77

        var reading: RetentionClock.Reading { RetentionClock.Reading(wall: wall, steady: steady) }

        mutating func pass(_ nanos: Int64) {
            wall = wall.advanced(byNanos: nanos)
            steady += nanos
        }

        mutating func jump(_ nanos: Int64) { wall = wall.advanced(byNanos: nanos) }
    }

    private func clock(_ machine: Machine, lastKnown: UnixNanos? = nil) -> RetentionClock {
        RetentionClock(retainNanos: 7 * Self.day, lastKnown: lastKnown, machine.reading)
    }

    @Test("is the wall clock while that moves as time does, also where it is corrected a little, or set back")
    func ordinaryTime() {
        var machine = Machine()
        var clock = clock(machine)
        for correction in [0, Self.minute, -Self.minute, -10 * Self.day, 0] {
            machine.pass(Self.hour)
            machine.jump(correction)
            let (time, news) = clock.time(machine.reading)
            #expect(time == machine.wall)
            #expect(news == nil)
        }
        machine.pass(100 * Self.day)
        #expect(clock.time(machine.reading).time == machine.wall)
    }

    @Test("goes on from before when the wall clock jumps ahead, says so once, and follows it back")
    func jump() {
        var machine = Machine()
        var clock = clock(machine)
        machine.pass(Self.hour)
        #expect(clock.time(machine.reading).news == nil)
        let expected = machine.wall
        machine.jump(Self.minute + 1)
        #expect(clock.time(machine.reading).news == .ahead(wall: machine.wall, expected: expected))
        machine.jump(70 * 365 * Self.day)
        machine.pass(100 * Self.day)
        let (time, news) = clock.time(machine.reading)
        #expect(time == expected.advanced(byNanos: 100 * Self.day))
        #expect(news == nil)
        machine.wall = time
        #expect(clock.time(machine.reading).news == .agrees(wall: time))
        machine.jump(.max)
        #expect(clock.time(machine.reading).time == time)
    }

    @Test("believes the wall clock when it kept its time for an hour and spans come in that agree")
    func confirmation() {
        var machine = Machine()
        var clock = clock(machine)
        machine.jump(30 * Self.day)
        _ = clock.time(machine.reading)
        machine.pass(Self.hour - 1)
        #expect(clock.hear([machine.wall], machine.reading) == nil)
        // It jumps once more: the hour begins anew.
        machine.jump(Self.day)
        #expect(clock.hear([machine.wall], machine.reading) == nil)
        _ = clock.time(machine.reading)
        machine.pass(Self.hour - 1)
        #expect(clock.hear([machine.wall], machine.reading) == nil)
        machine.pass(1)
        let apart = RetentionClock.agreementNanos + 1
        let others = [machine.wall.advanced(byNanos: -apart), machine.wall.advanced(byNanos: apart)]
        #expect(clock.hear(others, machine.reading) == nil)
        #expect(clock.time(machine.reading).time < machine.wall)
        let near = others + [machine.wall.advanced(byNanos: 1 - apart)]
        #expect(clock.hear(near, machine.reading) == .agrees(wall: machine.wall))
        #expect(clock.time(machine.reading).time == machine.wall)
        #expect(!clock.isDoubtful)
    }

    @Test("at a start, goes on from what was stored last when the wall clock is far past it")
    func start() {
        let machine = Machine()
        let halfADay = Self.day / 2
        var near = clock(machine, lastKnown: machine.wall.advanced(byNanos: -halfADay))
        #expect(near.time(machine.reading).time == machine.wall)
        let last = machine.wall.advanced(byNanos: -halfADay - 1)
        var far = clock(machine, lastKnown: last)
        #expect(far.time(machine.reading).time == last)
        var later = clock(machine, lastKnown: .distantFuture)
        #expect(later.time(machine.reading).time == machine.wall)
    }
}

@Suite("Retention by age on a clock that is wrong", .timeLimit(.minutes(15)))
struct WrongClockTests {
    private static let hour: Int64 = 3_600_000_000_000

    let folder: TemporaryDirectory
    let path: String
    let wall = NIOLockedValueBox(UnixNanos(rawValue: Int64(Sample.baseNanos)))
    let steady = NIOLockedValueBox<Int64>(0)
    let events = NIOLockedValueBox<[String]>([])

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func open() throws -> TelemetryStore {
        var options = StoreOptions.sealing(every: 1)
        options.durability = .process
        options.retainNanos = 24 * Self.hour
        options.mergePlan.fanIn = 1_000
        options.clock = { [wall] in wall.withLockedValue { $0 } }
        options.steadyClock = { [steady] in steady.withLockedValue { $0 } }
        return try TelemetryStore.open(path: path, options: options) { [events] event in
            if event.name.hasPrefix("store.clock") { events.withLockedValue { $0.append(event.name) } }
        }
    }

    private func pass(hours: Int64, jump: Int64 = 0) {
        wall.withLockedValue { $0 = $0.advanced(byNanos: (hours + jump) * Self.hour) }
        steady.withLockedValue { $0 += hours * Self.hour }
    }

    /// A span that starts now, after some hours.
    private func append(_ number: UInt64, hoursAhead: Int64 = 0, to store: TelemetryStore) async throws {
        let now = wall.withLockedValue { $0 }.advanced(byNanos: hoursAhead * Self.hour)
        let millis = UInt64(now.rawValue - Int64(Sample.baseNanos)) / 1_000_000
        try await store.append(Sample.request([Sample.span(trace: number, id: 1, startMillis: millis)]))
        await store.writer.settle()
    }

    private func segments(after store: TelemetryStore) async throws -> Int {
        await store.writer.tick()
        await store.writer.settle()
        return Int(try TelemetryReader(path: path).info().segments)
    }

    @Test("a jump ahead deletes nothing until spans agree with it, and is told once")
    func jumpAhead() async throws {
        let store = try open()
        try await append(1, to: store)
        pass(hours: 1, jump: 100 * 24)
        #expect(try await segments(after: store) == 1)
        pass(hours: 2)
        #expect(try await segments(after: store) == 1)
        // Senders whose clocks show another time say nothing.
        try await append(2, hoursAhead: -24, to: store)
        #expect(try await segments(after: store) == 2)
        #expect(events.withLockedValue { $0 } == ["store.clock.ahead"])
        try await append(3, to: store)
        #expect(try await segments(after: store) == 2)
        #expect(events.withLockedValue { $0 } == ["store.clock.ahead", "store.clock.agrees"])
        await store.close()
    }

    @Test("what was stored before the jump goes when its time has really passed")
    func realTimePasses() async throws {
        let store = try open()
        try await append(1, to: store)
        pass(hours: 1, jump: 100 * 24)
        #expect(try await segments(after: store) == 1)
        pass(hours: 22)
        #expect(try await segments(after: store) == 1)
        pass(hours: 2)
        #expect(try await segments(after: store) == 0)
        await store.close()
    }

    @Test("a start at a time that is far past the last commit deletes nothing, and another one neither")
    func wrongStart() async throws {
        var store = try open()
        try await append(1, to: store)
        await store.close()
        pass(hours: 0, jump: 70 * 365 * 24)
        store = try open()
        #expect(try await segments(after: store) == 1)
        // The senders know what time it is.
        try await append(2, hoursAhead: -70 * 365 * 24, to: store)
        #expect(try await segments(after: store) == 2)
        await store.close()
        // Now the last commit has the wrong time, too.
        store = try open()
        #expect(try await segments(after: store) == 2)
        await store.close()
        #expect(events.withLockedValue { $0 } == ["store.clock.ahead", "store.clock.ahead"])
    }
}
