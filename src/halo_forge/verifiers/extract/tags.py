"""The tags that name a language, and what is known of the languages themselves."""

# Fence tag, or file extension in a tag such as ```main.cpp, -> language.
TAGS = {
    "c": "c", "h": "c", "c99": "c", "c11": "c", "cpp": "cpp", "c++": "cpp", "cc": "cpp", "cxx": "cpp",
    "hpp": "cpp", "hxx": "cpp", "cplusplus": "cpp", "c++11": "cpp", "c++14": "cpp", "c++17": "cpp",
    "c++20": "cpp", "python": "python", "py": "python", "python3": "python", "py3": "python",
    "rust": "rust", "rs": "rust", "go": "go", "golang": "go", "java": "java",
    "javascript": "javascript", "js": "javascript", "jsx": "javascript", "mjs": "javascript",
    "node": "javascript", "typescript": "typescript", "ts": "typescript", "tsx": "typescript",
    "csharp": "csharp", "cs": "csharp", "c#": "csharp",
    "bash": "bash", "sh": "bash", "shell": "bash", "zsh": "bash",
}  # fmt: skip
# Known tags of other things. A fence with any known tag opens a block, even inside an unclosed one.
TEXT_TAGS = frozenset({
    "text", "txt", "plain", "plaintext", "output", "out", "console", "terminal", "stdout", "stdin", "input",
    "log", "json", "yaml", "yml", "toml", "xml", "html", "css", "csv", "sql", "diff", "markdown", "md",
    "cmake", "makefile", "dockerfile", "powershell", "cmd", "bat", "none",
})  # fmt: skip
SIBLING = {"c": "cpp", "cpp": "c", "javascript": "typescript", "typescript": "javascript"}
STARTS_AT = {"c": "main", "cpp": "main", "rust": "main", "go": "main", "java": "main", "csharp": "Main"}
JOINABLE = frozenset({"python", "c", "cpp", "rust", "javascript", "typescript", "bash"})


def family_of(language: str) -> str:
    """The key of a language in the tables of patterns."""
    return language if language in ("python", "bash") else "brace"
