//! The language of a file, by its ending.

/// The language of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    Go,
    Java,
    Python,
    /// JavaScript, JSX included.
    JavaScript,
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    CSharp,
    Sql,
    Yaml,
    /// Code without a grammar here: compared word by word, and without items.
    Plain,
    /// No source code.
    Other,
}

impl Language {
    /// The language by a file's ending.
    pub(crate) fn of(path: &str) -> Self {
        match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "rs" => Self::Rust,
            "go" => Self::Go,
            "java" => Self::Java,
            "py" => Self::Python,
            "js" | "mjs" | "cjs" | "jsx" => Self::JavaScript,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "cs" => Self::CSharp,
            "sql" => Self::Sql,
            "yaml" | "yml" => Self::Yaml,
            "kt" | "scala" | "c" | "h" | "cc" | "cpp" | "hpp" | "swift" | "php" | "rb" => Self::Plain,
            _ => Self::Other,
        }
    }

    /// Whether files of the language have functions. SQL and YAML are read as well, but they are data to a program.
    pub(crate) fn is_code(self) -> bool {
        !matches!(self, Self::Sql | Self::Yaml | Self::Other)
    }

    /// Whether the language is JavaScript or TypeScript.
    pub(super) fn is_script(self) -> bool {
        matches!(self, Self::JavaScript | Self::TypeScript | Self::Tsx)
    }
}
