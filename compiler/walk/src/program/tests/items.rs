//! The items of each language.

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
            "Type ::Orders 11-14",
            "Function Orders::b 12-12",
            "Function Orders::c 13-13",
            "Type ::P 15-15",
            "Macro ::failed 16-16",
            "!Function ::t 19-20",
            "Function ::after 22-22",
            "Imports ::imports 1-1",
            "Rest ::top-level code 17-17",
        ]
    );
    assert!(items("tests/x.rs", "fn a() {}")[0].starts_with('!'));
}

#[test]
fn go() {
    let text = "package a
import \"fmt\"
const (
	A = iota
	B
)
var Limit = 5
type Ledger struct {
	rows []string `json:\"rows\"`
}
func Price(x int) (int, error) {
	go func() { fmt.Println(x) }()
	return 0, nil
}
func (l *Ledger[T]) Book(id string) error {
	return nil
}
";
    assert_eq!(
        items("a.go", text),
        [
            "Constant ::A 3-4",
            "Constant ::B 5-5",
            "Constant ::Limit 7-7",
            "Type ::Ledger 8-10",
            "Function ::Price 11-14",
            "Function Ledger::Book 15-17",
            "Imports ::imports 1-2",
        ]
    );
}

#[test]
fn java() {
    let text = "package a;
@Service
class A {
  private static final int MAX = 5;
  A(int x) { this.x = x; }
  @Override
  public int price(int x) throws E {
    return new B(x).c();
  }
  interface Inner { void f(); }
  @Test void works() {}
}
record P(int a) {}
";
    assert_eq!(
        items("A.java", text),
        [
            "Type ::A 2-12",
            "Constant A::MAX 4-4",
            "Function A::A 5-5",
            "Function A::price 6-9",
            "Type A::Inner 10-10",
            "Function Inner::f 10-10",
            "!Function A::works 11-11",
            "Type ::P 13-13",
            "Imports ::imports 1-1",
        ]
    );
}

#[test]
fn python() {
    let text = "LIMIT: int = 5
class A:
    z = 4
    @retry(3)
    async def b(self,
        x):
        '''doc
    '''
        if x:
            return 1

    # c
    def d(self):
        pass
run(A())
";
    assert_eq!(
        items("a.py", text),
        [
            "Constant ::LIMIT 1-1",
            "Type ::A 2-14",
            "Constant A::z 3-3",
            "Function A::b 4-10",
            "Function A::d 13-14",
            "Rest ::top-level code 15-15",
        ]
    );
    assert!(items("test_a.py", "def f(): pass")[0].starts_with('!'));
}

#[test]
fn scripts() {
    let text = "import { a } from 'b';
export async function pay(x) { return x.map((y) => { return y; }); }
export const charge = async (a, b) => {
  return a;
}, LIMIT = 5;
class K { h = () => 1; m() { const inner = function () {}; } static z = 4; }
app.get('/orders', async (req, res) => {
  res.send(1);
});
module.exports = { g() {}, h: function () {}, port: 80 };
";
    for path in ["a.js", "a.ts", "a.tsx"] {
        assert_eq!(
            items(path, text),
            [
                "Function ::pay 2-2",
                "Function ::charge 3-5",
                "Constant ::LIMIT 5-5",
                "Type ::K 6-6",
                "Function K::h 6-6",
                "Function K::m 6-6",
                "Function K::inner 6-6",
                "Constant K::z 6-6",
                "Function ::get /orders 7-9",
                "Function ::g 10-10",
                "Function ::h 10-10",
                "Imports ::imports 1-1",
                "Rest ::top-level code 7-10",
            ],
            "{path}"
        );
    }
    let typed = "@Injectable()\nexport class S {\n  @Column() name: string = 'x';\n  f(a?: number): void {}\n}\ninterface I { a: string }\nenum E { A = 1 }\n";
    assert_eq!(items("a.ts", typed), ["Type ::S 1-5", "Constant S::name 3-3", "Function S::f 4-4", "Type ::E 7-7"]);
}

#[test]
fn csharp() {
    let text = "using A;
namespace N {
  [ApiController]
  public class Orders : B {
    private const int Max = 5;
    public int Size { get; set; } = 3;
    public string Name => _name;
    public Orders(X x) : base(x) { }
    public async Task<int> Book(int a) {
      int inner() { return 1; }
      return 1;
    }
  }
  enum E { A = 1 }
}
";
    assert_eq!(
        items("A.cs", text),
        [
            "Type ::Orders 3-13",
            "Constant Orders::Max 5-5",
            "Constant Orders::Size 6-6",
            "Function Orders::Name 7-7",
            "Function Orders::Orders 8-8",
            "Function Orders::Book 9-12",
            "Function Orders::inner 10-10",
            "Type ::E 14-14",
            "Imports ::imports 1-1",
        ]
    );
}

#[test]
fn sql() {
    let text = "-- orders
CREATE TABLE orders (id bigint primary key);
create unique index ix_total
  on orders (total);
select a from orders where b = 1 limit 5;
INSERT INTO payments VALUES (1);
DROP INDEX ix_old;
";
    assert_eq!(
        items("a.sql", text),
        [
            "Statement ::CREATE TABLE orders 2-2",
            "Statement ::CREATE UNIQUE INDEX ix_total 3-4",
            "Statement ::SELECT orders 5-5",
            "Statement ::INSERT payments 6-6",
            "Statement ::DROP INDEX ix_old 7-7",
        ]
    );
}

#[test]
fn yaml() {
    let text = "# c
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  containers:
    - name: app
      args: [\"-x\", '5']
    - image: b:1
  script: |
    a
    b
  empty:
---
kind: Service
";
    assert_eq!(
        items("a.yaml", text),
        [
            "Setting Deployment/shop::kind 2-2",
            "Setting Deployment/shop::metadata.name 3-3",
            "Setting Deployment/shop::spec.replicas 5-5",
            "Setting Deployment/shop::spec.containers[app].name 7-7",
            "Setting Deployment/shop::spec.containers[app].args 8-8",
            "Setting Deployment/shop::spec.containers[1].image 9-9",
            "Setting Deployment/shop::spec.script 10-12",
            "Setting Deployment/shop::spec.empty 13-13",
            "Setting document 2::kind 15-15",
        ]
    );
}

#[test]
fn other_languages_are_one_item() {
    assert_eq!(items("a.kt", "fun f() {\n  // c\n  g(\"x\")\n}\n"), ["Rest ::top-level code 1-4"]);
    assert!(items("a.txt", "fun f()").is_empty());
}

#[test]
fn functions_are_found_by_line_and_by_name() {
    let program =
        Program::of("a.py", "class A:\n  def f(self):\n    return 1\nclass B:\n  def f(self):\n    return 2\n".into());
    assert_eq!(program.function_at(6).map(|item| item.qualifier.as_str()), Some("B"));
    assert_eq!(program.function("f", Some("B")).map(|item| item.first), Some(5));
    assert_eq!(program.function("f", None).map(|item| item.first), Some(2));
    assert!(program.function("g", None).is_none());
}

const PATHS: [&str; 11] =
    ["a.rs", "a.go", "a.java", "a.py", "a.js", "a.ts", "a.tsx", "a.cs", "a.sql", "a.yaml", "a.kt"];

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
        "\"",
        "'",
        "/*",
        "r#\"",
        "'\\",
        "é'é",
        "\u{1f600}'\u{1f600}'",
        "f\"{",
        "`${",
        "class A {",
        "def f(",
        "a: [",
        "- -",
        "SELECT * FROM",
        "@",
        "\0",
    ] {
        for path in PATHS {
            let _ = items(path, text);
            let _ = items(path, &format!("{text}\n{text} {text}"));
        }
    }
    let half = items("a.rs", "fn a() { let x = ; }\nfn b( {\nfn c() { 1 }\n");
    assert!(half.iter().any(|item| item.contains("::a ")), "{half:?}");
}

#[test]
fn no_depth_overflows() {
    for path in PATHS {
        // The first are parsed, the others are too deep for that.
        for deep in [300, 50_000] {
            for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")")] {
                let _ = items(path, &format!("{}1{}", open.repeat(deep), close.repeat(deep)));
            }
        }
        let _ = items(path, &format!("fn f() {{ a{} }}", ".b(1)".repeat(5_000)));
        let _ = items(path, &format!("a = {}1", "1 + ".repeat(5_000)));
    }
}
