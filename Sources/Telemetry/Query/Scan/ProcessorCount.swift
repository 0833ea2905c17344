import Glibc

/// How many processors this process may use.
enum ProcessorCount {
    static let online = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}
