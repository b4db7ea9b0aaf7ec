//! What kinds of nodes mean to a walk, in every language alike.

/// What a kind of node means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Sense {
    /// Nothing of its own.
    Other,
    /// A comment, or a text that nothing reads.
    Comment,
    /// A string or a character.
    Text,
    /// A fixed piece of a string that has expressions inside.
    Piece,
    /// A number.
    Number,
    /// A keyword of SQL, in any case.
    Keyword,
    /// An attribute, an annotation or a decorator.
    Attribute,
    /// Visibility, or a type that is erased before the program runs.
    Inert,
    /// A type after an expression, as in `x as T`: erased from its first mark on.
    Cast,
    /// A parameter with a type that the program itself may read.
    Typed,
    /// An import.
    Import,
    /// Stands around an item and belongs to it: `export`, a decorated definition.
    Wrapper,
    /// Holds items and is none: a module, a namespace.
    Scope,
    /// A function or a method.
    Function,
    /// A constant, a variable outside functions, or a field with its value.
    Constant,
    /// A type.
    Type,
    /// A macro's definition.
    Macro,
    /// A statement of SQL.
    Statement,
    /// A block by indentation.
    Block,
    /// A call.
    Call,
    /// A call of a macro.
    MacroCall,
    /// The construction of an object.
    New,
    /// An access to a field.
    Member,
    /// An expression that works by itself: an index, a wait, an increment.
    Computes,
    /// An operation on two values.
    Binary,
    /// Raises an error.
    Throw,
    /// A condition with its branches.
    If,
}

/// Which children of a node declare names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Binds {
    None,
    /// Those in the fields `name`, `pattern`, `left`, `parameter` and the like.
    Named,
    /// All of them.
    All,
    /// A field of a type: its `name`, unless a framework may read it.
    Field,
}
