"""Go, with the go command: the standard library, no modules from elsewhere, no C."""

from halo_forge.types import Language
from halo_forge.verifiers.compiled import CompiledLanguage, always
from halo_forge.verifiers.toolchain import Tool

GO = CompiledLanguage(
    language=Language.GO,
    names=always("main.go"),
    tools=(Tool("go", "apt install golang-go", version=("version",)),),
    compile=("{go}", "build", "{flags}", "-o", "made/", "{source}"),  # into a directory go only the programs
    product="made/main",
    run=("made/main",),
    self_test='package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("ready") }\n',
    compile_env={
        "GOCACHE": "/tmp/cache", "GOPATH": "/tmp/go", "GOENV": "off", "GO111MODULE": "off", "GOPROXY": "off",
        "GOTOOLCHAIN": "local", "GOTELEMETRY": "off", "CGO_ENABLED": "0", "GOMAXPROCS": "2",
    },
    run_env={"GOMAXPROCS": "2", "GOMEMLIMIT": "{heap_mb}MiB"},
    address_space=False,
    beside_heap_mb=8,
)  # fmt: skip
