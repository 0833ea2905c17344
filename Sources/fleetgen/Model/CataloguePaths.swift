/// Where the catalogue's module paths come from.
enum CataloguePaths {
    /// Public modules that many builds need, roughly by how often they are needed.
    static let wellKnown = split(
        """
        golang.org/x/sys golang.org/x/net golang.org/x/text golang.org/x/crypto golang.org/x/sync
        golang.org/x/mod golang.org/x/tools github.com/stretchr/testify github.com/davecgh/go-spew
        github.com/pmezard/go-difflib gopkg.in/yaml.v3 gopkg.in/yaml.v2 gopkg.in/check.v1
        google.golang.org/protobuf google.golang.org/grpc github.com/google/go-cmp github.com/google/uuid
        github.com/pkg/errors github.com/golang/protobuf golang.org/x/term golang.org/x/time
        golang.org/x/oauth2 golang.org/x/exp github.com/spf13/pflag github.com/spf13/cobra
        github.com/cespare/xxhash/v2 github.com/mattn/go-isatty github.com/mattn/go-colorable
        github.com/json-iterator/go github.com/modern-go/reflect2 github.com/modern-go/concurrent
        github.com/prometheus/client_golang github.com/prometheus/client_model
        github.com/prometheus/common github.com/prometheus/procfs github.com/beorn7/perks
        go.opentelemetry.io/otel go.opentelemetry.io/otel/trace go.opentelemetry.io/otel/metric
        go.opentelemetry.io/otel/sdk go.opentelemetry.io/auto/sdk
        go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp
        github.com/go-logr/logr github.com/go-logr/stdr github.com/felixge/httpsnoop
        go.uber.org/zap go.uber.org/multierr go.uber.org/atomic go.uber.org/goleak
        github.com/sirupsen/logrus github.com/kr/pretty github.com/kr/text github.com/rogpeppe/go-internal
        github.com/fsnotify/fsnotify github.com/inconshreveable/mousetrap github.com/spf13/viper
        github.com/spf13/afero github.com/spf13/cast github.com/subosito/gotenv github.com/hashicorp/hcl
        github.com/hashicorp/golang-lru github.com/hashicorp/golang-lru/v2
        github.com/hashicorp/go-multierror github.com/hashicorp/errwrap github.com/hashicorp/go-version
        github.com/hashicorp/go-cleanhttp github.com/hashicorp/go-retryablehttp
        github.com/mitchellh/mapstructure github.com/mitchellh/go-homedir github.com/magiconair/properties
        github.com/pelletier/go-toml/v2 github.com/BurntSushi/toml github.com/gorilla/mux
        github.com/gorilla/websocket github.com/go-chi/chi/v5 github.com/gin-gonic/gin github.com/gin-contrib/sse
        github.com/labstack/echo/v4 github.com/labstack/gommon github.com/gofiber/fiber/v2
        github.com/valyala/fasthttp github.com/valyala/bytebufferpool github.com/klauspost/compress
        github.com/klauspost/cpuid/v2 github.com/andybalholm/brotli github.com/golang/snappy
        github.com/pierrec/lz4/v4 github.com/jackc/pgx/v5 github.com/jackc/pgpassfile
        github.com/jackc/puddle/v2 github.com/lib/pq github.com/go-sql-driver/mysql
        github.com/mattn/go-sqlite3 modernc.org/sqlite modernc.org/libc github.com/redis/go-redis/v9
        github.com/dgryski/go-rendezvous github.com/jmoiron/sqlx gorm.io/gorm github.com/jinzhu/inflection
        github.com/jinzhu/now go.mongodb.org/mongo-driver go.etcd.io/bbolt go.etcd.io/etcd/client/v3
        github.com/golang-jwt/jwt/v5 github.com/golang/mock github.com/golang/groupcache go.uber.org/mock
        k8s.io/api k8s.io/apimachinery k8s.io/client-go k8s.io/klog/v2 k8s.io/utils k8s.io/kube-openapi
        sigs.k8s.io/yaml sigs.k8s.io/json sigs.k8s.io/structured-merge-diff/v4
        sigs.k8s.io/controller-runtime github.com/google/gnostic-models github.com/google/gofuzz
        github.com/go-openapi/jsonpointer github.com/go-openapi/jsonreference github.com/go-openapi/swag
        github.com/emicklei/go-restful/v3 github.com/evanphx/json-patch github.com/mailru/easyjson
        github.com/josharian/intern github.com/munnerz/goautoneg github.com/imdario/mergo
        github.com/docker/docker github.com/docker/cli github.com/docker/go-connections
        github.com/docker/go-units github.com/docker/distribution github.com/moby/term
        github.com/opencontainers/go-digest github.com/opencontainers/image-spec
        github.com/containerd/containerd github.com/containerd/log github.com/Microsoft/go-winio
        github.com/Microsoft/hcsshim github.com/Azure/go-ansiterm github.com/Azure/azure-sdk-for-go
        github.com/Azure/azure-sdk-for-go/sdk/azcore github.com/Azure/go-autorest
        github.com/AzureAD/microsoft-authentication-library-for-go github.com/aws/aws-sdk-go
        github.com/aws/aws-sdk-go-v2 github.com/aws/aws-sdk-go-v2/config
        github.com/aws/aws-sdk-go-v2/service/s3 github.com/aws/smithy-go cloud.google.com/go
        cloud.google.com/go/storage cloud.google.com/go/compute/metadata google.golang.org/api
        google.golang.org/genproto github.com/googleapis/gax-go/v2
        github.com/googleapis/enterprise-certificate-proxy github.com/Masterminds/semver/v3
        github.com/Masterminds/sprig github.com/Masterminds/sprig/v3 github.com/Masterminds/goutils
        github.com/Masterminds/squirrel github.com/huandu/xstrings github.com/shopspring/decimal
        github.com/IBM/sarama github.com/DataDog/zstd github.com/DataDog/datadog-go/v5
        github.com/HdrHistogram/hdrhistogram-go github.com/VividCortex/ewma
        github.com/PuerkitoBio/goquery github.com/PuerkitoBio/purell github.com/NYTimes/gziphandler
        github.com/Knetic/govaluate github.com/OneOfOne/xxhash github.com/Shopify/toxiproxy/v2
        github.com/ProtonMail/go-crypto github.com/StackExchange/wmi github.com/BurntSushi/xgb
        github.com/CloudyKit/jet/v6 github.com/Jeffail/gabs/v2 github.com/RoaringBitmap/roaring
        github.com/TylerBrock/colorjson github.com/GoogleCloudPlatform/cloudsql-proxy
        github.com/nats-io/nats.go github.com/nats-io/nkeys github.com/nats-io/nuid
        github.com/segmentio/kafka-go github.com/rabbitmq/amqp091-go github.com/rs/zerolog
        github.com/rs/xid github.com/urfave/cli/v2 github.com/alecthomas/kingpin/v2
        github.com/charmbracelet/bubbletea github.com/charmbracelet/lipgloss github.com/fatih/color
        github.com/olekukonko/tablewriter github.com/schollz/progressbar/v3 github.com/stoewer/go-strcase
        github.com/tidwall/gjson github.com/tidwall/match github.com/tidwall/pretty github.com/tidwall/sjson
        github.com/buger/jsonparser github.com/bytedance/sonic github.com/goccy/go-json
        github.com/go-playground/validator/v10 github.com/go-playground/locales
        github.com/leodido/go-urn github.com/gabriel-vasile/mimetype github.com/ugorji/go/codec
        github.com/twitchyliquid64/golang-asm github.com/pelletier/go-toml github.com/yuin/goldmark
        github.com/yuin/gopher-lua github.com/dlclark/regexp2 github.com/alecthomas/chroma/v2
        github.com/ethereum/go-ethereum github.com/btcsuite/btcd github.com/holiman/uint256
        github.com/quic-go/quic-go github.com/miekg/dns github.com/caddyserver/certmagic
        github.com/gomods/athens github.com/goproxy/goproxy github.com/rcrowley/go-metrics
        github.com/armon/go-metrics github.com/shurcooL/sanitized_anchor_name gopkg.in/ini.v1
        gopkg.in/natefinch/lumberjack.v2 gopkg.in/tomb.v1 honnef.co/go/tools mvdan.cc/gofumpt
        dario.cat/mergo filippo.io/edwards25519 gotest.tools/v3 go.starlark.net rsc.io/quote
        gitlab.com/gitlab-org/api/client-go gitea.com/lunny/log nhooyr.io/websocket
        """)

    /// Repositories that never tagged a version: only pseudo-versions of them exist.
    static let withoutTags: Set<String> = [
        "golang.org/x/exp", "github.com/modern-go/concurrent", "github.com/munnerz/goautoneg",
        "github.com/dgryski/go-rendezvous", "github.com/StackExchange/wmi", "github.com/BurntSushi/xgb",
        "github.com/golang/groupcache", "github.com/rcrowley/go-metrics", "k8s.io/utils",
        "k8s.io/kube-openapi", "google.golang.org/genproto", "go.starlark.net",
        "github.com/shurcooL/sanitized_anchor_name", "github.com/jackc/pgpassfile",
        "github.com/TylerBrock/colorjson", "github.com/Azure/go-ansiterm",
    ]

    /// Modules that are above v1 without saying so in their path, with their major version.
    static let incompatible = [
        "github.com/docker/docker": 28, "github.com/docker/cli": 28, "github.com/docker/distribution": 2,
        "github.com/Masterminds/sprig": 2, "github.com/Azure/azure-sdk-for-go": 68,
        "github.com/Azure/go-autorest": 14, "github.com/Knetic/govaluate": 3,
        "github.com/evanphx/json-patch": 5,
    ]

    private static let owners = split(
        """
        acme northwind Contoso bluefin tidewater LambdaWorks openfjord graylark stonebridge NimbusLabs
        harborline quietriver fernwood Kestrel copperleaf driftwood
        """)
    private static let things = split(
        """
        router logger cache queue store client server auth metrics tracer config template parser lexer
        hash image stream pool scheduler graph index yaml proto raft ledger mailer scraper codec limiter
        vault
        """)
    private static let hosts = split(
        """
        github.com github.com github.com github.com github.com github.com gitlab.com codeberg.org
        bitbucket.org git.sr.ht
        """)

    /// A path that looks like one of the many modules that only a few builds need.
    static func invented(using generator: inout SeededGenerator) -> String {
        func pick(_ words: [String]) -> String { words[generator.index(below: words.count)] }
        let host = pick(hosts)
        let owner = (host == "git.sr.ht" ? "~" : "") + pick(owners)
        let name = pick(things)
        let detail = pick(things)
        var path = "\(host)/\(owner)/"
        path += generator.chance(0.3) ? "go-\(name)" : "\(name)-\(detail)"
        if generator.chance(0.12) { path += "/\(pick(things))" }
        if generator.chance(0.2) { path += "/v\(2 + generator.index(below: 6))" }
        return path
    }

    private static func split(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }
}
