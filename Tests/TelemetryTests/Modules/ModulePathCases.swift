/// Paths and what they ask for. By the grammar of go.dev/ref/mod#goproxy-protocol and of golang.org/x/mod
/// (`module`, `semver`, `sumdb/tlog`), written for this project.
enum ModulePathCases {
    static let all: [(input: String, expected: String)] =
        modules + versions + bases + checksums + others
        + RealModulePaths.all

    private static let modules: [(input: String, expected: String)] = [
        ("/github.com/pkg/errors/@v/list", "list github.com/pkg/errors"),
        ("/github.com/pkg/errors/@latest", "latest github.com/pkg/errors"),
        ("/github.com/pkg/errors/@v/v0.9.1.mod", "mod github.com/pkg/errors v0.9.1"),
        ("github.com/pkg/errors/@v/v0.9.1.mod", "mod github.com/pkg/errors v0.9.1"),
        ("/golang.org/@latest", "latest golang.org"),
        ("/k8s.io/api/@v/v0.30.0.zip", "zip k8s.io/api v0.30.0"),
        ("/gopkg.in/yaml.v3/@v/v3.0.1.zip", "zip gopkg.in/yaml.v3 v3.0.1"),
        ("/x.y/a_b~c.d-e/@v/list", "list x.y/a_b~c.d-e"),
        ("/1.2.3.4/m/@v/list", "list 1.2.3.4/m"),
        ("/a-b.c/@v/list", "list a-b.c"),
        ("/github.com/!burnt!sushi/toml/@v/v1.4.0.info", "info github.com/BurntSushi/toml v1.4.0"),
        ("/github.com/%21burnt%21sushi/toml/@v/v1.4.0.info", "info github.com/BurntSushi/toml v1.4.0"),
        ("/github.com/%21Burnt/toml/@v/v1.4.0.info", "invalid (module escape)"),
        ("/github.com/!/toml/@v/list", "invalid (module escape)"),
        ("/github.com/x!/@v/list", "invalid (module escape)"),
        ("/github.com/!1x/@v/list", "invalid (module escape)"),
        ("/github.com//x/@v/list", "invalid (module path)"),
        ("/github.com/x//@v/list", "invalid (module path)"),
        ("/github.com/.x/@v/list", "invalid (module path)"),
        ("/github.com/x./@v/list", "invalid (module path)"),
        ("/github.com/x y/@v/list", "invalid (module path)"),
        ("/github.com/x%20y/@v/list", "invalid (module path)"),
        ("/github.com/caf%C3%A9/@v/list", "invalid (module path)"),
        ("/github.com/x$y/@v/list", "invalid (module path)"),
        ("/errors/@v/list", "invalid (module path)"),
        ("/-a.b/x/@v/list", "invalid (module path)"),
        ("/@v/list", "invalid (module path)"),
        ("/@latest", "invalid (module path)"),
        ("/github.com/pkg/errors/%40v/list", "list github.com/pkg/errors"),
        ("/github.com/pkg/errors/%40v/%6cist", "list github.com/pkg/errors"),
        ("/github.com/pkg/errors/@v/list?x=1", "list github.com/pkg/errors"),
        ("/github.com/pkg/errors/@v/list#x", "list github.com/pkg/errors"),
        ("/github.com/pkg/errors/@v/list/", "invalid (file)"),
        ("/github.com/pkg/errors/@v/", "invalid (file)"),
        ("/github.com/pkg/errors/@v", "other"),
        ("/github.com/pkg/errors/@latest/", "other"),
        ("/github.com/pkg/errors/@vv/list", "other"),
        ("/github.com/pkg/errors/", "other"),
        ("/npm/@angular/core", "other"),
        ("/golang.org/toolchain/@v/list", "list golang.org/toolchain toolchain"),
        (
            "/golang.org/toolchain/@v/v0.0.1-go1.22.0.darwin-arm64.zip",
            "zip golang.org/toolchain v0.0.1-go1.22.0.darwin-arm64 toolchain"
        ),
    ]

    private static let versions: [(input: String, expected: String)] = [
        ("/a.b/c/@v/v1.2.3.info", "info a.b/c v1.2.3"),
        ("/a.b/c/@v/v0.0.0.info", "info a.b/c v0.0.0"),
        ("/a.b/c/@v/v1.2.info", "query a.b/c ?v1.2"),
        ("/a.b/c/@v/v1.info", "query a.b/c ?v1"),
        ("/a.b/c/@v/v.info", "query a.b/c ?v"),
        ("/a.b/c/@v/v1.2.3.4.info", "query a.b/c ?v1.2.3.4"),
        ("/a.b/c/@v/v01.2.3.info", "query a.b/c ?v01.2.3"),
        ("/a.b/c/@v/v1.02.3.info", "query a.b/c ?v1.02.3"),
        ("/a.b/c/@v/v1.2.3-.info", "query a.b/c ?v1.2.3-"),
        ("/a.b/c/@v/v1.2.3-a..b.info", "query a.b/c ?v1.2.3-a..b"),
        ("/a.b/c/@v/v1.2.3-01.info", "query a.b/c ?v1.2.3-01"),
        ("/a.b/c/@v/v1.2.3-0.info", "info a.b/c v1.2.3-0"),
        ("/a.b/c/@v/v1.2.3-0a1.info", "info a.b/c v1.2.3-0a1"),
        ("/a.b/c/@v/v1.2.3-rc.1.info", "info a.b/c v1.2.3-rc.1"),
        ("/a.b/c/@v/v1.2.3-!r!c1.zip", "zip a.b/c v1.2.3-RC1"),
        ("/a.b/c/@v/v1.2.3-RC1.zip", "invalid (version)"),
        ("/a.b/c/@v/v1.2.3+meta.info", "query a.b/c ?v1.2.3+meta"),
        ("/a.b/c/@v/v1.2.3+meta.zip", "invalid (non-canonical)"),
        ("/a.b/c/@v/v2.0.0+incompatible.info", "info a.b/c v2.0.0+incompatible"),
        ("/a.b/c/@v/v2.0.0%2Bincompatible.info", "info a.b/c v2.0.0+incompatible"),
        ("/a.b/c/@v/v2.0.0-pre+incompatible.mod", "mod a.b/c v2.0.0-pre+incompatible"),
        ("/a.b/c/@v/+incompatible.info", "query a.b/c ?+incompatible"),
        ("/a.b/c/@v/daa7c04131f5.info", "query a.b/c ?daa7c04131f5"),
        ("/a.b/c/@v/master.info", "query a.b/c ?master"),
        ("/a.b/c/@v/!main.info", "query a.b/c ?Main"),
        ("/a.b/c/@v/Main.info", "invalid (version)"),
        ("/a.b/c/@v/feature/x.info", "invalid (version)"),
        ("/a.b/c/@v/feature%2Fx.info", "invalid (version)"),
        ("/a.b/c/@v/upgrade.info", "invalid (version)"),
        ("/a.b/c/@v/patch.mod", "invalid (version)"),
        ("/a.b/c/@v/.info", "invalid (version)"),
        ("/a.b/c/@v/.zip", "invalid (version)"),
        ("/a.b/c/@v/master.mod", "invalid (non-canonical)"),
        ("/a.b/c/@v/v1.2.3.tar.gz", "invalid (file)"),
        ("/a.b/c/@v/v1.2.3", "invalid (file)"),
        ("/a.b/c/@v/v1.2.3.lock", "invalid (file)"),
        ("/a.b/c/@v/v1.2.3.ZIP", "invalid (file)"),
        (
            "/a.b/c/@v/v0.0.0-20240229235959-abcdef012345.info",
            "info a.b/c v0.0.0-20240229235959-abcdef012345 pseudo:20240229235959"
        ),
        (
            "/a.b/c/@v/v0.0.0-20239999235959-abcdef012345.info",
            "info a.b/c v0.0.0-20239999235959-abcdef012345 pseudo:-"
        ),
        (
            "/a.b/c/@v/v0.0.0-20230229000000-abcdef012345.info",
            "info a.b/c v0.0.0-20230229000000-abcdef012345 pseudo:-"
        ),
        (
            "/a.b/c/@v/v3.0.0-20240101000000-abcdef012345.zip",
            "zip a.b/c v3.0.0-20240101000000-abcdef012345 pseudo:20240101000000"
        ),
        (
            "/a.b/c/@v/v3.1.0-20240101000000-abcdef012345.zip",
            "zip a.b/c v3.1.0-20240101000000-abcdef012345"
        ),
        (
            "/a.b/c/@v/v3.1.0-0.20240101000000-abcdef012345.zip",
            "zip a.b/c v3.1.0-0.20240101000000-abcdef012345 pseudo:20240101000000"
        ),
        (
            "/a.b/c/@v/v3.1.0-rc.0.20240101000000-abcdef012345.zip",
            "zip a.b/c v3.1.0-rc.0.20240101000000-abcdef012345 pseudo:20240101000000"
        ),
        (
            "/a.b/c/@v/v3.1.0-a-0.20240101000000-abcdef012345.zip",
            "zip a.b/c v3.1.0-a-0.20240101000000-abcdef012345"
        ),
        (
            "/a.b/c/@v/v3.1.0-rc.20240101000000-abcdef012345.zip",
            "zip a.b/c v3.1.0-rc.20240101000000-abcdef012345"
        ),
        (
            "/a.b/c/@v/v1.0.0-0.2024010100000-abcdef012345.zip",
            "zip a.b/c v1.0.0-0.2024010100000-abcdef012345"
        ),
        ("/a.b/c/@v/v1.0.0-0.20240101000000.zip", "zip a.b/c v1.0.0-0.20240101000000"),
        (
            "/a.b/c/@v/v1.0.0-0.20240101000000-abc.def.zip",
            "zip a.b/c v1.0.0-0.20240101000000-abc.def"
        ),
    ]

    private static let bases: [(input: String, expected: String)] = [
        ("https://goproxy.cn/github.com/a/b/@v/list", "list github.com/a/b"),
        ("https://user:secret@proxy.example:8443/go/a.b/c/@latest", "latest a.b/c base:/go"),
        ("http://[::1]:3000/a.b/c/@latest", "latest a.b/c"),
        ("HTTPS://PROXY.EXAMPLE/a.b/c/@latest", "latest a.b/c"),
        (
            "/nexus/repository/go-group/a.b/c/@v/v1.0.0.mod",
            "mod a.b/c v1.0.0 base:/nexus/repository/go-group"
        ),
        ("/Go-Proxy/a.b/c/@v/list", "list a.b/c base:/Go-Proxy"),
        ("/go_proxy/a.b/c/@v/list", "list a.b/c base:/go_proxy"),
        ("/Go.Proxy/a.b/c/@v/list", "list a.b/c base:/Go.Proxy"),
        ("//a.b/c/@v/list", "list a.b/c base:/"),
        ("https://proxy.golang.org/cached-only/a.b/c/@v/list", "list a.b/c base:/cached-only"),
        ("https://proxy.golang.org", "ops"),
        ("https://proxy.golang.org/", "ops"),
        ("https://proxy.golang.org?x", "ops"),
        ("https://proxy.golang.org/index?since=2026-01-01T00:00:00Z", "index"),
        ("https://index.golang.org/index", "index"),
    ]

    private static let checksums: [(input: String, expected: String)] = [
        ("/goproxy/sumdb/sum.golang.org/supported", "sumdb_supported base:/goproxy db:sum.golang.org"),
        ("/sumdb/sum.example.com/db/latest", "sumdb_latest db:sum.example.com/db"),
        ("/sumdb/sum/supported", "other"),
        ("/sumdb/sum.golang.org", "other"),
        ("/sumdb/sum.golang.org/", "other"),
        ("/sumdb/sum.golang.org/other", "other"),
        ("/sumdb/sum.golang.org/supported/x", "other"),
        ("https://sum.golang.org/latest", "sumdb_latest db:sum.golang.org"),
        ("https://sum.golang.org/supported", "sumdb_supported db:sum.golang.org"),
        ("https://sum.golang.org:443/latest", "sumdb_latest db:sum.golang.org"),
        ("https://sum.golang.org/", "ops"),
        ("https://example.com/latest", "other"),
        (
            "/sumdb/sum.golang.org/lookup/github.com/a/b@v1.0.0-20240101000000-abcdef012345",
            "sumdb_lookup github.com/a/b v1.0.0-20240101000000-abcdef012345 pseudo:20240101000000 "
                + "db:sum.golang.org"
        ),
        (
            "/sumdb/sum.golang.org/lookup/golang.org/toolchain@v0.0.1-go1.22.0.linux-amd64",
            "sumdb_lookup golang.org/toolchain v0.0.1-go1.22.0.linux-amd64 toolchain db:sum.golang.org"
        ),
        ("/sumdb/sum.golang.org/lookup/github.com/a/b", "invalid (sumdb)"),
        ("/sumdb/sum.golang.org/lookup/@v1.0.0", "invalid (module path)"),
        ("/sumdb/sum.golang.org/lookup/a/b.c@v1.0.0", "invalid (module path)"),
        ("/sumdb/sum.golang.org/lookup/github.com/A/b@v1.0.0", "invalid (module escape)"),
        ("/sumdb/sum.golang.org/lookup/github.com/a/b@master", "invalid (non-canonical)"),
        ("/sumdb/sum.golang.org/lookup/github.com/a/b@", "invalid (version)"),
        (
            "/sumdb/sum.golang.org/tile/8/data/x001/234",
            "sumdb_tile db:sum.golang.org tile:8/data/1234/256 size:316160"
        ),
        ("/sumdb/sum.golang.org/tile/8/0/000.p/1", "sumdb_tile db:sum.golang.org tile:8/0/0/1 size:1"),
        ("/sumdb/sum.golang.org/tile/8/3/000.p/1", "sumdb_tile db:sum.golang.org tile:8/3/0/1"),
        (
            "/sumdb/sum.golang.org/tile/8/0/x001/x234/567",
            "sumdb_tile db:sum.golang.org tile:8/0/1234567/256 size:316049408"
        ),
        ("/sumdb/sum.golang.org/tile/0/0/000", "invalid (sumdb)"),
        ("/sumdb/sum.golang.org/tile/31/0/000", "invalid (sumdb)"),
        ("/sumdb/sum.golang.org/tile/8/64/000", "invalid (sumdb)"),
        ("/sumdb/sum.golang.org/tile/8/63/000", "sumdb_tile db:sum.golang.org tile:8/63/0/256"),
        ("/sumdb/sum.golang.org/tile/8/0/00", "invalid (sumdb)"),
        ("/sumdb/sum.golang.org/tile/8/0/0000", "invalid (sumdb)"),
        ("/sumdb/sum.golang.org/tile/8/0/x000", "invalid (sumdb)"),
        ("/sumdb/sum.golang.org/tile/8/0/000.p/256", "invalid (sumdb)"),
        ("/sumdb/sum.golang.org/tile/8/0/000.p/255", "sumdb_tile db:sum.golang.org tile:8/0/0/255 size:255"),
        ("/sumdb/sum.golang.org/tile/8/0/000.p/0", "invalid (sumdb)"),
        ("/sumdb/sum.golang.org/tile/8/0/000.p", "invalid (sumdb)"),
        ("/sumdb/sum.golang.org/tile/8/0/000/1", "invalid (sumdb)"),
        ("/sumdb/sum.golang.org/tile/8/0", "invalid (sumdb)"),
        ("/golang.org/x/mod/sumdb/@v/list", "list golang.org/x/mod/sumdb"),
        ("/golang.org/x/mod/sumdb/note.v1/@latest", "latest golang.org/x/mod/sumdb/note.v1"),
    ]

    private static let others: [(input: String, expected: String)] = [
        ("", "nothing"),
        ("-", "nothing"),
        ("/", "ops"),
        ("/readyz", "ops"), ("/livez", "ops"), ("/version", "ops"), ("/catalog", "ops"), ("/stats", "ops"),
        ("/robots.txt", "ops"), ("/favicon.ico", "ops"),
        ("/healthz?verbose", "ops"),
        ("/healthzz", "other"),
        ("/health", "other"),
        ("*", "other"),
        ("/index", "index"),
        ("/goproxy/index", "index"),
        ("/index.html", "other"),
        ("/x/tools?go-get=1", "go_get_meta"),
        ("https://k8s.io/api?x=1&go-get=1", "go_get_meta k8s.io/api"),
        ("https://k8s.io/?go-get=1", "go_get_meta k8s.io"),
        ("https://k8s.io/api?go-get=12", "other"),
        ("https://k8s.io/api?xgo-get=1", "other"),
        ("https://github.com/a/b.git/info/refs?service=git-upload-pack", "vcs"),
        ("https://github.com/a/b/info/refs?service=git-receive-pack", "vcs"),
        ("https://github.com/a/b/info/refs", "other"),
        ("https://github.com/a/b/git-upload-pack", "vcs"),
        ("/git-upload-pack", "vcs"),
        ("/%", "other"), ("/%4", "other"), ("/%zz", "other"), ("%2F", "ops"),
        ("://", "other"), ("a://", "ops"), ("?", "ops"), ("#", "ops"),
    ]
}
