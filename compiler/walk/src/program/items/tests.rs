use super::super::Program;

/// Items as `kind qualifier::name first-last`, with a leading `!` for tests.
fn items(path: &str, text: &str) -> Vec<String> {
    let program = Program::of(path, text.to_owned());
    let told = program.items.iter().map(|item| {
        let test = if item.is_test { "!" } else { "" };
        format!("{test}{:?} {}::{} {}-{}", item.kind, item.qualifier, item.name, item.first, item.last)
    });
    told.collect()
}

#[test]
fn rust() {
    let text = "use a::b;
/// Doc {
#[inline(never)]
pub(crate) async fn a<'x, const N: usize>(x: &'x str) -> impl Fn(u8) -> u8 where u8: Copy {
    let s = \"}\"; // }
    fn inner() {}
    move |y| { y }
}
const MOST: [u8; 2] = [1, 2];
static mut S: u8 = { 1 };
impl<T: Into<String>> shop::Keep<T> for Orders<T> where T: Copy {
    const fn b(&self) {}
    fn c(x: impl Copy) -> [u8; 2];
}
struct P(u8);
macro_rules! failed { ($x:expr) => {{ $x }}; }
#[cfg(test)]
mod tests {
    #[test]
    fn t() {}
}
fn after() { 'a'; }
";
    assert_eq!(
        items("src/x.rs", text),
        [
            "Function ::a 3-8",
            "Function ::inner 6-6",
            "Constant ::MOST 9-9",
            "Constant ::S 10-10",
            "Function Orders::b 12-12",
            "Function Orders::c 13-13",
            "Type ::P 15-15",
            "Macro ::failed 16-16",
            "!Function ::t 19-20",
            "Function ::after 22-22",
        ]
    );
    assert!(items("tests/x.rs", "fn a() {}")[0].starts_with('!'));
}

#[test]
fn other_languages() {
    let go = "package a\nfunc Price(x int) (int, error) {\n  if x > 0 { return x, nil }\n  for i := range y { go func() { }() }\n  return 0, nil\n}\nfunc (l *Ledger) Book(id string) error {\n  return nil\n}\n";
    assert_eq!(items("a.go", go), ["Function ::Price 2-6", "Function Ledger::Book 7-9"]);
    let java = "class A {\n  @Override\n  public int price(int x) throws E {\n    if (x > 0) { return 1; }\n    return new B(x).c();\n  }\n}\n";
    assert_eq!(items("A.java", java), ["Function ::price 3-6"]);
    let js = "export async function pay(x) {\n  return x.map((y) => { return y; });\n}\nconst charge = async (a, b) => {\n  return a;\n};\n";
    assert_eq!(items("a.js", js)[0], "Function ::pay 1-3");
    assert!(items("a.js", js).contains(&"Function ::charge 4-6".to_owned()), "{:?}", items("a.js", js));
    let python = "class A:\n    async def b(self,\n        x):\n        '''doc\n    '''\n        if x:\n            return 1\n\n    # c\n    def d(self):\n        pass\ndef test_e():\n    pass\n";
    assert_eq!(
        items("a.py", python),
        ["Type ::A 1-11", "Function A::b 2-7", "Function A::d 10-11", "!Function ::test_e 12-13"]
    );
}

#[test]
fn broken_texts_are_read_as_far_as_they_go() {
    for text in [
        "fn",
        "fn a(",
        "fn a() {",
        "impl",
        "impl X {",
        "}}}}",
        "fn a() }",
        "mod tests {",
        "const A: u8",
        "#[",
        "macro_rules!",
        "static mut",
        "pub(crate",
    ] {
        for path in ["a.rs", "a.go", "a.js", "a.py", "a.java"] {
            let _ = items(path, text);
            let _ = items(path, &format!("{text}\n{text} {text}"));
        }
    }
    let deep = "(".repeat(100_000) + &"]".repeat(100_000);
    let _ = items("a.rs", &deep);
}
