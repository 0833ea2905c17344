import Glibc

/// Whether the tests were built with a sanitizer (`scripts/test-sanitize`), beside which some of them tell nothing.
package enum SanitizerBuild {
    /// Its runtime is part of the process then.
    package static let isActive = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
}
