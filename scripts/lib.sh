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

# Builds all of them with optimisation; the compiler's own progress stays visible. Colours would be
# part of the compiler's arguments: with them only in a terminal, every change of terminal built anew.
build_release() {
    local product
    for product in "${products[@]}"; do
        say "building $product (release)"
        swift build --package-path "$repository" --scratch-path "$scratch" \
            --no-color-diagnostics -c release --product "$product"
    done
}

# The folder with the release programs.
release_folder() {
    swift build --package-path "$repository" --scratch-path "$scratch" -c release --show-bin-path
}
