import CLibFuzzer
import CollectorFuzzTargets
import FuzzTargets
import Glibc

/// Runs one of the fuzz targets with libFuzzer, `Fuzz TARGET [options of libFuzzer] [folders]`, or looks for what takes more
/// than its share of time when there is more of it, `Fuzz --repetition TARGET`.
///
/// `Fuzz --unpack TARGET FILE FOLDER` writes what a target begins with, `Fuzz --pack FOLDER FILE` makes such a file.
/// scripts/fuzz calls it.
@main
struct Fuzz {
    static func main() {
        let arguments = CommandLine.arguments
        switch (arguments.dropFirst().first, arguments.count) {
        case ("--repetition", 3): exit(repeatParts(arguments[2]))
        case ("--pack", 4): exit(InputFolder.pack(arguments[2], into: arguments[3]))
        case ("--unpack", 5):
            let seeds = Target.all.first { $0.name == arguments[2] }?.seeds ?? []
            exit(InputFolder.unpack(arguments[3], seeds, into: arguments[4]))
        default: break
        }
        guard target != nil else {
            print(Target.all.map(\.name).joined(separator: "\n"))
            exit(2)
        }
        // libFuzzer reads the name of the program, then its own options: the target stands in for the former.
        var count = CommandLine.argc - 1
        let first = unsafe CommandLine.unsafeArgv + 1
        var vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe first
        exit(unsafe LLVMFuzzerRunDriver(&count, &vector) { data, size in unsafe fuzzOne(data, size) })
    }

    /// - Returns: 1 when there is a part of which many take longer, each, than few
    private static func repeatParts(_ name: String) -> CInt {
        guard let target = Target.all.first(where: { $0.name == name }) else { return 2 }
        var (inputs, found, worst) = (0, 0, 0.0)
        for seed in target.seeds {
            let few = Repetition.inputs(of: seed, byteCount: 1 << 14)
            let many = Repetition.inputs(of: seed, byteCount: 1 << 18)
            for (small, large) in zip(few, many) {
                let first = seconds(target, small) / Double(small.count)
                let seconds = seconds(target, large)
                let growth = seconds / Double(large.count) / first
                inputs += 1
                worst = max(worst, seconds)
                guard growth > 3, seconds > 0.1 else { continue }
                found += 1
                print(
                    "\(large.count) bytes take \(seconds) s, each \(growth) times as long as of \(small.count):"
                )
                print(String(decoding: large.prefix(600), as: UTF8.self).debugDescription)
            }
        }
        print(
            "\(name): \(inputs) inputs, \(worst) s at the most for 256 KiB, \(found) take more than their share"
        )
        return found == 0 ? 0 : 1
    }

    private static func seconds(_ target: Target, _ input: [UInt8]) -> Double {
        let before = processorSeconds()
        for problem in target.run(input) { print("problem: \(problem)") }
        return processorSeconds() - before
    }
}

/// What can be run.
private struct Target: Sendable {
    var name: String
    var seeds: [[UInt8]]
    var run: @Sendable ([UInt8]) -> [String]

    static var all: [Target] {
        FuzzTarget.allCases.map { Target(name: $0.rawValue, seeds: $0.seeds, run: $0.run) }
            + CollectorFuzzTarget.allCases.map { Target(name: $0.rawValue, seeds: $0.seeds, run: $0.run) }
    }
}

/// The target that this process runs; libFuzzer's callback carries no context.
private let target = Target.all.first { $0.name == CommandLine.arguments.dropFirst().first }

/// What an input may take, in seconds of processor time: with the sanitizer and the counting of edges everything takes
/// about ten times as long as it does in the programs.
private func secondsMax(_ size: Int) -> Double { 0.25 + Double(size) * 20e-6 }

private func fuzzOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let before = processorSeconds()
    var problems = unsafe target?.run(Array(UnsafeBufferPointer(start: data, count: size))) ?? []
    let seconds = processorSeconds() - before
    if seconds > secondsMax(size) { problems.append("\(size) bytes take \(seconds) seconds") }
    if let problem = problems.first {
        print("problem: \(problem)")
        abort()
    }
    return 0
}

/// Not by the clock: a machine has other things to do.
private func processorSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// What libFuzzer's own `main` would call. That is not used, but the linker wants it.
@_cdecl("LLVMFuzzerTestOneInput")
func unusedEntry(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt { unsafe fuzzOne(data, size) }
