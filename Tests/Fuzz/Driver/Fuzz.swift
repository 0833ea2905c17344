import CLibFuzzer
import FuzzTargets
import Glibc

/// Runs one of the fuzz targets with libFuzzer: `Fuzz TARGET [options of libFuzzer] [folders]`, or writes what every
/// target begins with: `Fuzz --seeds FOLDER`. scripts/fuzz calls it.
@main
struct Fuzz {
    static func main() {
        let arguments = CommandLine.arguments
        if arguments.count == 3, arguments[1] == "--seeds" { return writeSeeds(arguments[2]) }
        guard arguments.count > 1, FuzzTarget(rawValue: arguments[1]) != nil else {
            print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
            exit(2)
        }
        // libFuzzer reads the name of the program, then its own options: the target stands in for the former.
        var count = CommandLine.argc - 1
        let first = unsafe CommandLine.unsafeArgv + 1
        var vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe first
        exit(unsafe LLVMFuzzerRunDriver(&count, &vector) { data, size in unsafe fuzzOne(data, size) })
    }

    private static func writeSeeds(_ folder: String) {
        for target in FuzzTarget.allCases {
            let place = "\(folder)/\(target.rawValue)"
            mkdir(place, 0o755)
            for (number, seed) in target.seeds.enumerated() {
                guard let file = unsafe fopen("\(place)/seed-\(number)", "w") else { continue }
                _ = unsafe seed.withUnsafeBytes { unsafe fwrite($0.baseAddress, 1, $0.count, file) }
                _ = unsafe fclose(file)
            }
        }
    }
}

/// The target that this process runs; libFuzzer's callback carries no context.
private let target = FuzzTarget(rawValue: CommandLine.arguments.dropFirst().first ?? "")

private func fuzzOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let problems = unsafe target?.run(Array(UnsafeBufferPointer(start: data, count: size))) ?? []
    if let problem = problems.first {
        print("problem: \(problem)")
        abort()
    }
    return 0
}

/// What libFuzzer's own `main` would call. That is not used, but the linker wants it.
@_cdecl("LLVMFuzzerTestOneInput")
func unusedEntry(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt { unsafe fuzzOne(data, size) }
