"""Go, with the go command: the standard library, no modules from elsewhere, no C."""

import re

from halo_forge.types import Language
from halo_forge.verifiers.description import CompiledLanguage, always
from halo_forge.verifiers.joining.go_file import joined
from halo_forge.verifiers.joining.pieces import TestProgram
from halo_forge.verifiers.toolchain import Tool
from halo_forge.verifiers.warm import Warm

_CACHE = ".cache/go-build/"  # below HOME, where the go command looks for it
# Links to what is kept; the go command wants to write beside it, and to see that it cleaned up lately.
_LINK_CACHE = f'mkdir -p .cache; cp -rs "$0" {_CACHE}; rm -f {_CACHE}trim.txt; date +%s >{_CACHE}trim.txt; exec "$@"'
# A program and a test, so that what every test binary needs is kept too.
_WARM_UP = (
    'go=$0 source=$1; shift; "$go" build "$@" -o made/ "$source" && '
    "printf 'package t\\nimport \"testing\"\\nfunc TestNothing(t *testing.T) \\173\\175\\n' >t_test.go && "
    '"$go" test -c "$@" -o made/t t_test.go'
)
_PACKAGES = (
    "bufio", "bytes", "container/heap", "container/list", "container/ring", "context", "crypto/md5", "crypto/sha256",
    "encoding/binary", "encoding/hex", "encoding/json", "errors", "flag", "fmt", "io", "io/ioutil", "log", "math",
    "math/big", "math/bits", "math/cmplx", "math/rand", "net", "net/http", "net/http/httptest", "os", "os/exec",
    "os/signal", "path/filepath", "reflect", "regexp", "runtime", "sort", "strconv", "strings", "sync", "sync/atomic",
    "testing", "text/tabwriter", "text/template", "time", "unicode", "unicode/utf8", "unsafe",
)  # fmt: skip
_BUILD = ("{go}", "build", "{flags}", "-o", "made/", "{source}")  # into a directory go programs alone
_BUILD_TESTS = ("{go}", "test", "-c", "{flags}", "-o", "made/main", "{source}")

GO = CompiledLanguage(
    language=Language.GO,
    names=always("main.go"),
    tools=(Tool("go", "apt install golang-go", version=("version",)),),
    compile=("/bin/sh", "-c", _LINK_CACHE, "{warm}", *_BUILD),
    product="made/main",
    run=("./made/main",),
    self_test='package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("ready") }\n',
    tests=TestProgram(
        joined, re.compile(rb"^\s*--- FAIL: (?!.*^panic: )", re.M | re.S),
        compile=("/bin/sh", "-c", _LINK_CACHE, "{warm}", *_BUILD_TESTS),
    ),
    compile_env={
        "GOENV": "off", "GO111MODULE": "off", "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOTELEMETRY": "off",
        "CGO_ENABLED": "0", "GOMAXPROCS": "2",
    },
    run_env={"GOMAXPROCS": "2", "GOMEMLIMIT": "{heap_mb}MiB"},
    warm=Warm(
        source="package main\n" + "".join(f'import _ "{name}"\n' for name in _PACKAGES) + "func main() {}\n",
        compile=("/bin/sh", "-c", _WARM_UP, "{go}", "{source}", "{flags}"),
        product=_CACHE,
    ),
    address_space=False,
    beside_heap_mb=8,
)  # fmt: skip
