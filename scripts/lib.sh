# Shared by the scripts of this folder; sourced, not run.

# The repository's root, whatever folder the caller stands in.
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Where Swift builds. Another path keeps two builds of one checkout apart.
scratch=${SCRATCH_PATH:-$repository/.build}

# The programs that users get, and the extension for other programs that have SQLite.
products=(traceq-collector traceq fleetgen traceq_sqlite)

say() {
    printf '%s: %s\n' "${script_name:-$(basename "$0")}" "$*"
}

fail() {
    printf '%s: error: %s\n' "${script_name:-$(basename "$0")}" "$*" >&2
    exit 1
}

# What has Swift's runtime linked into the programs, so that they run where no Swift is installed, start sooner and take
# less memory; nothing where the toolchain comes without what that needs.
static_runtime() {
    local folder
    folder=$(swiftc -print-target-info -static-stdlib | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
    if [ -e "$folder/linux/libFoundation.a" ]; then echo --static-swift-stdlib; fi
}

# Builds all of them with optimisation; the compiler's own progress stays visible. Colours would be
# part of the compiler's arguments: with them only in a terminal, every change of terminal built anew.
build_release() {
    local product options
    options=(--no-color-diagnostics -c release $(static_runtime))
    for product in "${products[@]}"; do
        say "building $product (release)"
        swift build --package-path "$repository" --scratch-path "$scratch" "${options[@]}" --product "$product"
    done
}

# The folder with the release programs.
release_folder() {
    swift build --package-path "$repository" --scratch-path "$scratch" -c release --show-bin-path
}
