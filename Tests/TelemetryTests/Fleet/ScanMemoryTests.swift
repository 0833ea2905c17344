import Testing

@testable import Telemetry

@Suite("What a scan remembers from segment to segment")
struct ScanMemoryTests {
    private func table(_ texts: [String]) -> StringTable {
        texts.reduce(into: StringTable()) { $0.append($1.utf8) }
    }

    @Test("A client has one number, however its address is written and whoever asked before")
    func clients() {
        let names = FleetNames()
        var first = ClientMemory()
        var second = ClientMemory()
        func number(_ address: String, _ agent: String?, _ memory: inout ClientMemory) -> UInt32 {
            var clients = ClientTexts.Clients()
            clients.addresses = table([FleetNames.withoutPort(address)])
            if let agent { clients.agents = table([agent]) }
            clients.agentOfClient = [agent == nil ? 0 : 1]
            return memory.numbers(of: clients, names)[1]
        }
        let go = number("192.0.2.1:4711", "Go-http-client/1.1", &first)
        let curl = number("192.0.2.1", "curl/8.5", &first)
        let silent = number("192.0.2.1", nil, &first)
        #expect(Set([go, curl, silent]).count == 3)
        for _ in 0..<3 {
            #expect(number("192.0.2.1", "Go-http-client/1.1", &first) == go)
            #expect(number("192.0.2.1", "curl/8.5", &first) == curl)
            #expect(number("192.0.2.1", nil, &first) == silent)
        }
        // More of one address than lie where it leads.
        let many = (0..<40).map { number("192.0.2.9", "agent \($0)", &first) }
        #expect(Set(many).count == 40)
        #expect(many == (0..<40).map { number("192.0.2.9", "agent \($0)", &first) })
        #expect(number("192.0.2.1", "curl/8.5", &second) == curl)
        let client = names.client(curl)
        #expect(client.address == "192.0.2.1" && client.userAgent == "curl/8.5")
        #expect(names.client(silent).userAgent.isEmpty)
    }

    @Test("Paths beyond a limit are forgotten, and numbered anew")
    func forgets() {
        let names = FleetNames()
        var memory = ScanMemory()
        let path = Array("/example.com/m/@v/v1.0.0.zip".utf8)
        func number() -> UInt32 {
            let code = memory.paths.code(path.span, path.indices)
            var modules = StringTable()
            modules.append(memory.paths.name(ofModule: memory.paths.module(ofText: UInt32(code >> 32))))
            return memory.numbers(ofModules: modules, names, FleetFilter())[1]
        }
        let before = number()
        for index in 0..<2_000 {
            let long = Array("/\(index)/".utf8) + [UInt8](repeating: 0x61, count: 20_000)
            _ = memory.paths.code(long.span, long.indices)
        }
        #expect(memory.paths.moduleCount == 1)
        memory.forgetIfLarge()
        #expect(memory.paths.moduleCount == 0)
        #expect(number() == before)
        #expect(names.modules == [ModuleName(module: "example.com/m", version: "v1.0.0")])
    }

    @Test("The query in an attribute of its own makes a request one for a repository")
    func goGet() {
        var memory = PathMemory()
        func module(_ text: String) -> String {
            let bytes = Array(text.utf8)
            let code = memory.code(bytes.span, bytes.indices)
            let number = memory.moduleOfGoGet(ofText: UInt32(code >> 32))
            return String(decoding: memory.name(ofModule: number), as: UTF8.self)
        }
        #expect(module("https://golang.org/x/tools") == "golang.org/x/tools")
        #expect(module("https://golang.org/x/tools") == "golang.org/x/tools")
        #expect(module("https://golang.org/x/mod?go-get=1") == "golang.org/x/mod")
        #expect(module("/x/tools").isEmpty)
    }

    @Test("A list of blocks gives back what was put in, whatever is merged into it")
    func blocks() {
        var list = BlockList<Int>()
        var other = BlockList<Int>()
        for value in 0..<2_500 { list.append(value) }
        for value in 2_500..<5_000 { other.append(value) }
        list.append(other)
        list.append(BlockList())
        for value in 5_000..<6_100 { list.append(value) }
        #expect(list.count == 6_100)
        #expect(list.sorted() == Array(0..<6_100))
        var drained: [Int] = []
        list.drain { drained += $0 }
        #expect(drained.sorted() == Array(0..<6_100))
        #expect(list.count == 0 && !list.contains { _ in true })
    }

    @Test("A text has one number, whether it comes alone or among many, and however many there are")
    func textNumbers() {
        var numbers = TextNumbers()
        #expect(numbers.numbers(of: StringTable()).isEmpty)
        // More than a batch, in tables that share texts with each other and with themselves.
        let first = (0..<300).map { "text \($0 % 250)" }
        let given = numbers.numbers(of: table(first))
        #expect(given.prefix(250).elementsEqual(1...250))
        #expect(given.suffix(50).elementsEqual(1...50))
        let second = (200..<5_000).map { "text \($0)" }
        #expect(numbers.numbers(of: table(second)).elementsEqual(201...5_000))
        for (place, text) in second.enumerated() {
            let bytes = Array(text.utf8)
            #expect(numbers.number(bytes.span) == UInt32(place + 201))
            #expect(Array(numbers[UInt32(place + 201)]) == bytes)
        }
        #expect(numbers.count == 5_000)
    }

    @Test("A pair of numbers comes for the first time once", arguments: [1_000, 1 << 31])
    func pairs(secondCount: Int) {
        var pairs = NumberPairs(1_000, secondCount)
        for isNew in [true, false] {
            for (first, second) in [(0, 0), (0, 63), (0, 64), (1, 0), (999, 999), (998, 999)] {
                #expect(pairs.insert(first, second) == isNew)
            }
        }
    }

    @Test("Numbers have places in the order of their coming, few and many of them")
    func places() {
        var places = NumberPlaces()
        for round in 0..<2 {
            for number in 0..<40 {
                let (place, isNew) = places.place(of: UInt32(number * 7))
                #expect(place == number && isNew == (round == 0))
            }
        }
    }

    @Test("Numbers of nodes that nothing was said of have nothing")
    func byNumber() {
        var counts = ByNumber(0)
        counts[3] += 2
        var more = ByNumber(0)
        more[5] += 1
        more[3] += 1
        counts.merge(more) { $0 += $1 }
        #expect(counts.values == [0, 0, 0, 3, 0, 1])
        #expect(counts[99] == 0)
    }
}
