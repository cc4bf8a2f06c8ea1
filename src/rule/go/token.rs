//! The words of Go's language.

/// What a word is. Those with a text of their own carry none here; see the span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    End,
    Illegal,
    Name,
    Int,
    Float,
    Imaginary,
    Char,
    Text,
    /// A line break where Go puts a semicolon.
    Newline,
    /// An operator, a bracket or a keyword.
    Word(&'static str),
}

const KEYWORDS: [&str; 25] = [
    "break",
    "case",
    "chan",
    "const",
    "continue",
    "default",
    "defer",
    "else",
    "fallthrough",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "import",
    "interface",
    "map",
    "package",
    "range",
    "return",
    "select",
    "struct",
    "switch",
    "type",
    "var",
];

/// Longest first, as Go's scanner takes them.
const OPERATORS: [&str; 49] = [
    "...", "<<=", ">>=", "&^=", "&&", "||", "<-", "++", "--", "==", "!=", "<=", ">=", ":=", "+=", "-=", "*=", "/=",
    "%=", "&=", "|=", "^=", "<<", ">>", "&^", "+", "-", "*", "/", "%", "&", "|", "^", "<", ">", "=", "!", "~", "(",
    "[", "{", ",", ".", ")", "]", "}", ";", ":", "",
];

impl Token {
    /// The keyword of this name, or a name.
    pub(super) fn of_name(name: &str) -> Token {
        KEYWORDS.iter().find(|keyword| **keyword == name).map_or(Token::Name, |keyword| Token::Word(keyword))
    }

    /// The operator that a text begins with.
    pub(super) fn operator(text: &str) -> Option<&'static str> {
        OPERATORS.iter().copied().find(|operator| !operator.is_empty() && text.starts_with(operator))
    }

    /// Whether a line break after this token is one too.
    pub(super) fn can_end_line(self) -> bool {
        match self {
            Token::Name | Token::Int | Token::Float | Token::Imaginary | Token::Char | Token::Text => true,
            Token::Word(word) => {
                matches!(word, ")" | "]" | "}" | "++" | "--" | "break" | "continue" | "fallthrough" | "return")
            }
            _ => false,
        }
    }

    /// How tightly an operator between two operands binds; 0 for none.
    pub(super) fn precedence(self) -> u8 {
        match self {
            Token::Word("||") => 1,
            Token::Word("&&") => 2,
            Token::Word("==" | "!=" | "<" | "<=" | ">" | ">=") => 3,
            Token::Word("+" | "-" | "|" | "^") => 4,
            Token::Word("*" | "/" | "%" | "<<" | ">>" | "&" | "&^") => 5,
            _ => 0,
        }
    }

    /// Whether a statement begins with it, where Go's parser goes on after an error.
    pub(super) fn starts_statement(self) -> bool {
        let Token::Word(word) = self else { return false };
        matches!(
            word,
            "break"
                | "const"
                | "continue"
                | "defer"
                | "fallthrough"
                | "for"
                | "go"
                | "goto"
                | "if"
                | "return"
                | "select"
                | "switch"
                | "type"
                | "var"
        )
    }
}
