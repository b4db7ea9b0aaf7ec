//! A change of each kind in each language, and how it is told.

use super::super::change::{Changed, How, Names};
use super::super::compare::compare;
use super::super::{Program, moved};

/// The changes between two versions of some files.
fn changes(files: &[(&str, &str, &str)]) -> Vec<(String, Changed)> {
    let programs: Vec<(&str, Program, Program)> = files
        .iter()
        .map(|(path, old, new)| (*path, Program::of(path, (*old).to_owned()), Program::of(path, (*new).to_owned())))
        .collect();
    let names = Names::of(
        programs.iter().map(|(_, old, _)| old.tokens.as_slice()),
        programs.iter().map(|(_, _, new)| new.tokens.as_slice()),
    );
    let compared = |(path, old, new): &(&str, Program, Program)| {
        let changed = compare(Some(old), Some(new), &names);
        changed.into_iter().map(|changed| ((*path).to_owned(), changed)).collect::<Vec<_>>()
    };
    let mut all: Vec<(String, Changed)> = programs.iter().flat_map(compared).collect();
    moved::mark(&mut all);
    all
}

/// The most important change of a file; `None` if nothing changed.
fn how(path: &str, old: &str, new: &str) -> Option<How> {
    let all = changes(&[(path, old, new)]);
    all.into_iter().map(|(_, changed)| changed.how).max_by(|a, b| a.weight().total_cmp(&b.weight()))
}

/// Replaces the parts of a text, and tells how the text changed.
fn edited(path: &str, text: &str, edits: &[(&str, &str)]) -> Option<How> {
    let mut new = text.to_owned();
    for (from, to) in edits {
        assert!(new.contains(from), "{path}: no {from}");
        new = new.replace(from, to);
    }
    how(path, text, &new)
}

type Case = (&'static str, &'static [(&'static str, &'static str)], Option<How>);

fn check(path: &str, text: &str, cases: &[Case]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(what, edits, wanted)| {
            let told = edited(path, text, edits);
            (told != *wanted).then(|| format!("{what}: {told:?} and not {wanted:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{path}:\n{}", wrong.join("\n"));
}

use How::{
    Attributes, Declared, Form, Gone, LogCalls, Logic, Logs, Names as Renamed, New, Numbers, Order, Statements, Texts,
};

#[test]
fn rust() {
    let text = "use a::gross;
const LIMIT: u32 = 50;
#[derive(Debug, Serialize)]
pub struct Order { #[serde(rename = \"sum\")] pub total: u64, pub id: String }
struct Inner { rows: u64 }
/// Doc.
pub fn pay(order: &Order, tries: u32) -> Result<u64> {
    // c
    if order.total > 9 { return Err(anyhow!(\"too much: {}\", order.id)); }
    tracing::info!(tries, \"order paid {}\", order.id);
    let key = format!(\"order:{}\", order.id);
    let sum = gross(order.total) + LIMIT;
    store(key, sum);
    sum
}
impl Inner { fn count(&self) -> u64 { self.rows } }
";
    check(
        "a.rs",
        text,
        &[
            ("body", &[("order.total > 9", "order.total >= 9")], Some(Logic)),
            ("number", &[("> 9", "> 10")], Some(Numbers)),
            ("constant", &[("= 50", "= 51")], Some(Numbers)),
            ("key", &[("\"order:{}\"", "\"orders:{}\"")], Some(Statements)),
            ("attribute", &[("\"sum\"", "\"total\"")], Some(Attributes)),
            ("attribute added", &[("pub id", "#[serde(default)] pub id")], Some(Attributes)),
            ("lint", &[("pub fn", "#[inline]\n#[must_use]\npub(crate) fn")], Some(Form)),
            ("derive of the standard library", &[("struct Inner", "#[derive(Debug)] struct Inner")], None),
            ("log text", &[("order paid", "paid")], Some(Logs)),
            ("log with a name more", &[("info!(tries, ", "info!(tries, %order, ")], Some(Logs)),
            ("log with a call", &[("info!(tries, ", "info!(tries, sum = order.sum(), ")], Some(LogCalls)),
            ("log with a division", &[("info!(tries, ", "info!(x = tries / order.total, ")], Some(LogCalls)),
            ("new log", &[("store(", "println!(\"{key}\");\n    store(")], Some(Logs)),
            (
                "new log in a plain condition",
                &[("store(", "if tries > LIMIT { log::warn!(\"many\"); }\n    store(")],
                Some(Logs),
            ),
            (
                "new log in a condition that calls",
                &[("store(", "if order.is_old() { log::warn!(\"old\"); }\n    store(")],
                Some(LogCalls),
            ),
            (
                "condition with more than a log",
                &[("store(", "if tries > LIMIT { log::warn!(\"many\"); return 1; }\n    store(")],
                Some(Logic),
            ),
            ("error's text", &[("too much: {}", "no: {}")], Some(Texts)),
            ("error's text with a call", &[("order.id)); }", "order.name())); }")], Some(Logic)),
            ("comment", &[("// c", "/* d */"), ("Doc", "Docs")], None),
            ("layout", &[("store(key, sum)", "store(\n key,\n sum,\n)")], Some(Form)),
            ("rename of a local", &[("key", "name")], Some(Renamed)),
            ("rename of a constant", &[("LIMIT", "MOST")], Some(Renamed)),
            ("rename of a private field", &[("rows", "lines")], Some(Renamed)),
            ("rename of a field that is served", &[("pub id", "pub ident"), ("order.id", "order.ident")], Some(Logic)),
            ("another function", &[("gross(order", "net(order")], Some(Logic)),
            ("another import", &[("a::gross", "b::gross")], Some(Logic)),
            ("import of one more", &[("use a::gross;", "use a::gross;\nuse a::net;")], Some(Declared)),
            ("new function", &[("/// Doc.", "fn extra() { 1 }")], Some(New)),
            ("new constant", &[("/// Doc.", "const NEW: u8 = 1;")], Some(Declared)),
            (
                "removed check",
                &[("if order.total > 9 { return Err(anyhow!(\"too much: {}\", order.id)); }", "")],
                Some(Logic),
            ),
            ("order", &[("    store(key, sum);\n    sum\n", "    sum\n    store(key, sum);\n")], Some(Order)),
            ("removed function", &[("impl Inner { fn count(&self) -> u64 { self.rows } }", "")], Some(Gone)),
            ("type", &[("tries: u32", "tries: u16")], Some(Logic)),
        ],
    );
    let name = "fn f(total: u64) { info!(\"paid {total}\"); g(format!(\"x{total}\")) }";
    assert_eq!(edited("a.rs", name, &[("total", "sum")]), Some(Renamed));
    assert_eq!(how("a.rs", "fn f() { Err(\"no\".to_owned()) }", "fn f() { Err(format!(\"no {x}\")) }"), Some(Texts));
    assert_eq!(
        how("a.rs", "fn f() { g().context(\"a\")? }", "fn f() { g().with_context(|| format!(\"a {b}\"))? }"),
        Some(Texts)
    );
    assert_eq!(how("a.rs", "fn f() { g()? }", "fn f() { g().context(\"a\")? }"), Some(Texts));
    assert_eq!(how("a.rs", "fn f() { g()? }", "fn f() { g().context(x())? }"), Some(Logic));
    assert_eq!(how("a.rs", "#[test] fn f() { 1 }", "#[test] fn f() { 2 }"), Some(How::Tests));
    assert_eq!(how("a.rs", "fn f() -> u8 { 7 }", "const SEVEN: u8 = 7;\nfn f() -> u8 { SEVEN }"), Some(Declared));
}

#[test]
fn go() {
    let text = "package a
import \"fmt\"
const limit = 50
type Order struct {
	Total int `json:\"total\"`
	rows  int
}
// Pay pays.
func (s *Shop) Pay(ctx context.Context, order Order) error {
	if order.Total > 9 { return fmt.Errorf(\"too much: %d\", order.Total) }
	s.log.Info(\"order paid\", \"id\", order)
	key := \"order:\" + order.ID
	s.store(key, limit, order.rows)
	return nil
}
";
    check(
        "a.go",
        text,
        &[
            ("body", &[("> 9", ">= 9")], Some(Logic)),
            ("number", &[("> 9", "> 10")], Some(Numbers)),
            ("constant", &[("= 50", "= 51")], Some(Numbers)),
            ("key", &[("\"order:\"", "\"orders:\"")], Some(Statements)),
            ("tag", &[("json:\"total\"", "json:\"sum\"")], Some(Attributes)),
            ("log text", &[("order paid", "paid")], Some(Logs)),
            ("log with a call", &[("\"id\", order)", "\"id\", order.Key())")], Some(LogCalls)),
            ("log with a chain", &[("\"id\", order)", "\"id\", order.Customer.Name)")], Some(LogCalls)),
            ("new log", &[("	key :=", "	log.Printf(\"%v\", order)\n	key :=")], Some(Logs)),
            ("log that ends", &[("	key :=", "	log.Fatalf(\"%v\", order)\n	key :=")], Some(Logic)),
            ("error's text", &[("too much", "no")], Some(Texts)),
            ("comment", &[("Pay pays", "Pay orders")], None),
            ("rename of a local", &[("key", "name")], Some(Renamed)),
            ("rename of a private field", &[("rows", "lines")], Some(Renamed)),
            ("rename of an exported field", &[("Total", "Sum")], Some(Logic)),
            ("new function", &[("// Pay pays.", "func extra() { a() }")], Some(New)),
            (
                "removed check",
                &[("	if order.Total > 9 { return fmt.Errorf(\"too much: %d\", order.Total) }\n", "")],
                Some(Logic),
            ),
            ("side effects of an import", &[("import \"fmt\"", "import (\n\"fmt\"\n_ \"x\"\n)")], Some(Logic)),
        ],
    );
}

#[test]
fn java() {
    let text = "package a;
import b.Gross;
@Service
class Shop {
  private static final int LIMIT = 50;
  private int rows = 3;
  /** Doc. */
  @Transactional(timeout = 5)
  public long pay(Order order, int tries) {
    if (order.total() > 9) { throw new IllegalStateException(\"too much: \" + tries); }
    log.info(\"order paid {}\", tries);
    String key = \"order:\" + tries;
    store(key, LIMIT);
    return Gross.of(order);
  }
}
";
    check(
        "Shop.java",
        text,
        &[
            ("body", &[("> 9", ">= 9")], Some(Logic)),
            ("number", &[("> 9", "> 10")], Some(Numbers)),
            ("constant", &[("= 50", "= 51")], Some(Numbers)),
            ("field", &[("rows = 3", "rows = 4")], Some(Numbers)),
            ("key", &[("\"order:\"", "\"orders:\"")], Some(Statements)),
            ("annotation", &[("timeout = 5", "timeout = 6")], Some(Attributes)),
            ("annotation removed", &[("@Transactional(timeout = 5)\n", "")], Some(Attributes)),
            ("annotation of a class", &[("@Service\n", "")], Some(Attributes)),
            ("lint", &[("  public long pay", "  @Override @SuppressWarnings(\"x\") public long pay")], Some(Form)),
            ("log text", &[("order paid", "paid")], Some(Logs)),
            ("log with a call", &[("{}\", tries)", "{}\", order.id())")], Some(LogCalls)),
            ("new log", &[("    store", "    LOGGER.debug(\"x {}\", key);\n    store")], Some(Logs)),
            ("error's text", &[("too much", "no")], Some(Texts)),
            ("comment", &[("Doc", "Docs")], None),
            ("rename of a local", &[("key", "name")], Some(Renamed)),
            ("new method", &[("  /** Doc. */", "  void extra() { a(); }")], Some(New)),
            (
                "removed check",
                &[("    if (order.total() > 9) { throw new IllegalStateException(\"too much: \" + tries); }\n", "")],
                Some(Logic),
            ),
            ("another import", &[("b.Gross", "c.Gross")], Some(Logic)),
            ("visibility", &[("public long", "private long")], Some(Form)),
            ("synchronized", &[("public long", "public synchronized long")], Some(Logic)),
        ],
    );
    let record = "record Order(int total) { int f() { return total; } }";
    assert_eq!(edited("Order.java", record, &[("total", "sum")]), Some(Logic), "a serializer reads its name");
}

#[test]
fn python() {
    let text = "from b import gross
LIMIT = 50
class Shop(Base):
    retries: int = 3
    @retry(times=3)
    def pay(self, order, tries=2):
        \"\"\"Doc.\"\"\"
        if order.total > 9:
            raise ValueError(f\"too much: {tries}\")
        logger.info(\"order paid %s\", order)
        key = \"order:\" + order.id
        for row in rows:
            store(key, LIMIT)
            count(row)
        return gross(order)
";
    check(
        "shop.py",
        text,
        &[
            ("body", &[("> 9", ">= 9")], Some(Logic)),
            ("number", &[("> 9", "> 10")], Some(Numbers)),
            ("default", &[("tries=2", "tries=3")], Some(Numbers)),
            ("constant", &[("LIMIT = 50", "LIMIT = 51")], Some(Numbers)),
            ("field", &[("int = 3", "int = 4")], Some(Numbers)),
            ("key", &[("\"order:\"", "\"orders:\"")], Some(Statements)),
            ("decorator", &[("times=3", "times=4")], Some(Attributes)),
            ("decorator removed", &[("    @retry(times=3)\n", "")], Some(Attributes)),
            ("annotation of a type", &[("order, tries", "order: Order, tries")], Some(Attributes)),
            ("log text", &[("order paid", "paid")], Some(Logs)),
            ("log with a call", &[("%s\", order)", "%s\", order.sum())")], Some(LogCalls)),
            ("log with a call in the text", &[("\"order paid %s\", order", "f\"paid {order.sum()}\"")], Some(LogCalls)),
            ("log with names in the text", &[("\"order paid %s\", order", "f\"paid {order}\"")], Some(Logs)),
            ("new log", &[("        key =", "        print(\"x\", tries)\n        key =")], Some(Logs)),
            ("error's text", &[("too much", "no")], Some(Texts)),
            ("comment and documentation", &[("\"\"\"Doc.\"\"\"", "\"\"\"Docs.\"\"\"  # c")], None),
            ("quotes", &[("\"order:\"", "'order:'")], None),
            ("rename of a local", &[("key", "name")], Some(Renamed)),
            ("rename of a field", &[("retries", "again")], Some(New)),
            ("new function", &[("class Shop", "def extra():\n    a()\nclass Shop")], Some(New)),
            (
                "removed check",
                &[("        if order.total > 9:\n            raise ValueError(f\"too much: {tries}\")\n", "")],
                Some(Logic),
            ),
            ("out of the loop", &[("            count(row)", "        count(row)")], Some(Order)),
            ("another import", &[("from b", "from c")], Some(Logic)),
            ("code of the file", &[("class Shop", "start()\nclass Shop")], Some(New)),
        ],
    );
}

#[test]
fn javascript() {
    let text = "import { gross } from './v1';
const LIMIT = 50;
// Doc.
export async function pay(order, tries = 2) {
  if (order.total > 9) { throw new Error(`too much: ${tries}`); }
  logger.info('order paid', tries);
  const key = 'order:' + order.id;
  store(key, LIMIT);
  return gross(order);
}
app.get('/orders', (req, res) => { res.send(1); });
";
    check(
        "shop.js",
        text,
        &[
            ("body", &[("> 9", ">= 9")], Some(Logic)),
            ("number", &[("> 9", "> 10")], Some(Numbers)),
            ("default", &[("tries = 2", "tries = 3")], Some(Numbers)),
            ("constant", &[("= 50", "= 51")], Some(Numbers)),
            ("key", &[("'order:'", "'orders:'")], Some(Statements)),
            ("callback", &[("send(1)", "send(2)")], Some(Numbers)),
            ("log text", &[("order paid", "paid")], Some(Logs)),
            ("log with a call", &[("paid', tries", "paid', order.sum()")], Some(LogCalls)),
            ("new log", &[("  store", "  console.log(`x ${key}`);\n  store")], Some(Logs)),
            ("error's text", &[("too much", "no")], Some(Texts)),
            ("comment", &[("// Doc.", "/* Docs. */")], None),
            ("quotes and semicolons", &[("'order:' + order.id;", "\"order:\" + order.id")], None),
            ("rename of a local", &[("key", "name")], Some(Renamed)),
            ("new function", &[("// Doc.", "function extra() { a(); }")], Some(New)),
            (
                "removed check",
                &[("  if (order.total > 9) { throw new Error(`too much: ${tries}`); }\n", "")],
                Some(Logic),
            ),
            ("another import", &[("./v1", "./v2")], Some(Logic)),
            ("return of nothing", &[("return gross", "return\n  gross")], Some(Logic)),
        ],
    );
    let read = "function f(o) { const { total } = o; return total; }";
    assert_eq!(edited("a.js", read, &[("total", "sum")]), Some(Logic), "the name is a key of the object");
}

#[test]
fn typescript() {
    let text = "import { gross } from './v1';
interface Order { id: string }
@Injectable()
export class Shop {
  private limit: number = 50;
  @Timeout(5)
  async pay(order: Order, tries = 2): Promise<number> {
    if (order.total > 9) { throw new Error('too much'); }
    this.logger.log(`order paid ${tries}`);
    const key = 'order:' + order.id;
    store(key, this.limit);
    return gross(order);
  }
}
";
    for path in ["shop.ts", "shop.tsx"] {
        check(
            path,
            text,
            &[
                ("body", &[("> 9", ">= 9")], Some(Logic)),
                ("field", &[("= 50", "= 51")], Some(Numbers)),
                ("default", &[("tries = 2", "tries = 3")], Some(Numbers)),
                ("key", &[("'order:'", "'orders:'")], Some(Statements)),
                ("decorator", &[("Timeout(5)", "Timeout(6)")], Some(Attributes)),
                ("decorator of a class", &[("@Injectable()\n", "")], Some(Attributes)),
                ("types that are erased", &[("order: Order", "order: any"), ("id: string", "id: number")], Some(Form)),
                ("a cast", &[("gross(order)", "gross(order as any)")], Some(Form)),
                ("log text", &[("order paid", "paid")], Some(Logs)),
                ("log with a call", &[("${tries}", "${order.sum()}")], Some(LogCalls)),
                ("error's text", &[("too much", "no")], Some(Texts)),
                ("comment", &[("    store", "    // c\n    store")], None),
                ("rename of a local", &[("key", "name")], Some(Renamed)),
                ("new method", &[("  @Timeout", "  extra() { a(); }\n  @Timeout")], Some(New)),
                ("removed check", &[("    if (order.total > 9) { throw new Error('too much'); }\n", "")], Some(Logic)),
            ],
        );
    }
}

#[test]
fn csharp() {
    let text = "using Gross = B.Gross;
namespace Shops {
  [ApiController]
  public class Shop : Base {
    private const int Limit = 50;
    [JsonPropertyName(\"sum\")] public int Total { get; set; } = 3;
    /// Doc.
    [Timeout(5)]
    public async Task<long> Pay(Order order, int tries = 2) {
      if (order.Total > 9) { throw new InvalidOperationException($\"too much: {tries}\"); }
      _logger.LogInformation(\"order paid {Tries}\", tries);
      var key = \"order:\" + tries;
      Store(key, Limit);
      return Gross.Of(order);
    }
  }
}
";
    check(
        "Shop.cs",
        text,
        &[
            ("body", &[("> 9", ">= 9")], Some(Logic)),
            ("number", &[("> 9", "> 10")], Some(Numbers)),
            ("default", &[("tries = 2", "tries = 3")], Some(Numbers)),
            ("constant", &[("= 50", "= 51")], Some(Numbers)),
            ("key", &[("\"order:\"", "\"orders:\"")], Some(Statements)),
            ("attribute", &[("Timeout(5)", "Timeout(6)")], Some(Attributes)),
            ("attribute of a property", &[("\"sum\"", "\"total\"")], Some(Attributes)),
            ("attribute of a class", &[("[ApiController]\n", "")], Some(Attributes)),
            ("log text", &[("order paid", "paid")], Some(Logs)),
            ("log with a call", &[("{Tries}\", tries)", "{Tries}\", order.Sum())")], Some(LogCalls)),
            ("new log", &[("      Store", "      Console.WriteLine($\"x {key}\");\n      Store")], Some(Logs)),
            ("error's text", &[("too much", "no")], Some(Texts)),
            ("comment", &[("/// Doc.", "// Docs.")], None),
            ("rename of a local", &[("key", "name")], Some(Renamed)),
            ("rename of a property", &[("Total", "Sum")], Some(New)),
            ("new method", &[("    /// Doc.", "    void Extra() { A(); }")], Some(New)),
            (
                "removed check",
                &[(
                    "      if (order.Total > 9) { throw new InvalidOperationException($\"too much: {tries}\"); }\n",
                    "",
                )],
                Some(Logic),
            ),
            ("another import", &[("= B.Gross", "= C.Gross")], Some(Logic)),
        ],
    );
}

#[test]
fn sql() {
    let text = "-- orders
CREATE TABLE orders (id bigint primary key, total int DEFAULT 5);
CREATE INDEX ix_total ON orders (total);
SELECT id FROM orders WHERE total > 9 AND state = 'open' ORDER BY id LIMIT 10;
";
    check(
        "a.sql",
        text,
        &[
            ("dropped index", &[("CREATE INDEX ix_total ON orders (total);\n", "")], Some(Gone)),
            ("statement that drops", &[("SELECT", "DROP INDEX ix_total;\nSELECT")], Some(New)),
            ("removed limit", &[(" LIMIT 10", "")], Some(Logic)),
            ("limit", &[("LIMIT 10", "LIMIT 1000")], Some(Numbers)),
            ("default", &[("DEFAULT 5", "DEFAULT 6")], Some(Numbers)),
            ("removed condition", &[(" AND state = 'open'", "")], Some(Logic)),
            ("value", &[("'open'", "'paid'")], Some(Statements)),
            ("another column", &[("WHERE total", "WHERE amount")], Some(Logic)),
            ("comment", &[("-- orders", "-- all orders")], None),
            ("case and layout", &[("SELECT id FROM", "select id\n  from")], None),
            (
                "moved",
                &[
                    ("CREATE INDEX ix_total ON orders (total);\n", ""),
                    ("LIMIT 10;\n", "LIMIT 10;\nCREATE INDEX ix_total ON orders (total);\n"),
                ],
                None,
            ),
            ("new index", &[("SELECT", "CREATE INDEX ix_state ON orders (state);\nSELECT")], Some(New)),
        ],
    );
}

#[test]
fn yaml() {
    let text = "# shop
pool: {size: 50, wait: 2s}
enabled: true
servers:
  - name: a
    url: \"redis://a\"
  - name: b
    url: redis://b
args: [-x, '5']
";
    check(
        "a.yaml",
        text,
        &[
            ("value", &[("size: 50", "size: 5")], Some(Numbers)),
            ("text", &[("redis://b", "redis://c")], Some(Statements)),
            ("switch", &[("enabled: true", "enabled: false")], Some(Logic)),
            ("key added", &[("enabled: true", "enabled: true\ndebug: true")], Some(New)),
            ("key removed", &[("enabled: true\n", "")], Some(Gone)),
            ("key renamed", &[("enabled", "enable")], Some(New)),
            ("comment only", &[("# shop", "# the shop"), ("enabled: true", "enabled: true # c")], None),
            (
                "quotes and layout",
                &[("url: redis://b", "url: 'redis://b'"), ("{size: 50, wait: 2s}", "\n  wait: 2s\n  size: 50")],
                None,
            ),
            (
                "order of elements",
                &[(
                    "  - name: a\n    url: \"redis://a\"\n  - name: b\n    url: redis://b\n",
                    "  - name: b\n    url: redis://b\n  - name: a\n    url: \"redis://a\"\n",
                )],
                None,
            ),
            ("list", &[("[-x, '5']", "[-x]")], Some(Logic)),
            ("text and number", &[("'5'", "5")], Some(Logic)),
        ],
    );
}

#[test]
fn moves_and_renames_across_files() {
    let hows =
        |files: &[(&str, &str, &str)]| -> Vec<How> { changes(files).into_iter().map(|(_, it)| it.how).collect() };
    let code = "fn price(x: u8) -> u8 { if x > 1 { x } else { 2 } }\n";
    let moved = hows(&[
        ("a.rs", code, ""),
        ("b.rs", "", &format!("pub(crate) {code}")),
        ("c.rs", "use a::price;", "use b::price;"),
    ]);
    assert_eq!(moved, [How::Moved, How::Moved, Declared]);
    let altered = hows(&[("a.rs", code, ""), ("b.rs", "", "fn price(x: u8) -> u8 { if x > 1 { 2 } else { x } }\n")]);
    assert_eq!(altered, [Gone, New], "the same tokens in another order");
    let apart = hows(&[
        ("a.rs", "const N: u8 = 1;\nfn f() { g(N) }", "const N: u8 = 1;"),
        ("b.rs", "const N: u8 = 2;", "const N: u8 = 2;\nfn f() { g(N) }"),
    ]);
    assert_eq!(apart, [Gone, New], "its constant has another value there");
    for (one, other, from, to) in [
        ("fn old(x: u8) { x + 1 }", "fn f() { old(2) }", "a.rs", "b.rs"),
        ("def old(x):\n  return x", "def f():\n  return old(2)", "a.py", "b.py"),
        ("package a\nfunc old(x int) int { return x }", "package a\nfunc f() { old(2) }", "a.go", "b.go"),
        ("function old(x) { return x; }", "function f() { old(2); }", "a.js", "b.js"),
    ] {
        let new = |text: &str| text.replace("old", "fresh");
        let all = hows(&[(from, one, &new(one)), (to, other, &new(other))]);
        assert!(all.iter().all(|how| *how == Renamed) && all.len() == 2, "{from}: {all:?}");
        let half = hows(&[(from, one, one), (to, other, &new(other))]);
        assert_eq!(half, [Logic], "{from}: another function is called");
    }
    let twice = how(
        "A.java",
        "class A { void f(int a) { x(); } void f(long a) { y(); } }",
        "class A { void f(byte a) { z(); } void f(int a) { x(); } void f(long a) { y(); } }",
    );
    assert_eq!(twice, Some(New), "the overloads are the same");
}

#[test]
fn looks_are_weak_and_attributes_are_not() {
    for how in [Form, Renamed, How::Moved, Declared, How::Comments] {
        assert!(how.weight() < 0.1, "{how:?}");
    }
    assert!(Logs.weight() <= 0.1);
    for how in [LogCalls, Attributes, Gone, Statements, Numbers, Order, New, Logic] {
        assert!(how.weight() >= 0.6, "{how:?}");
    }
}

#[test]
fn what_no_parser_reads_counts_by_its_words() {
    let broken = "fn f() { g( }\nfn h() { 1 }\n";
    assert_eq!(edited("a.rs", broken, &[("g( }", "k( }")]), Some(Logic));
    assert_eq!(edited("a.rs", broken, &[("{ 1 }", "{ 2 }")]), Some(Numbers));
    assert_eq!(edited("a.kt", "fun f() { g(1) }\n// c\n", &[("// c", "// d")]), None);
    assert_eq!(edited("a.kt", "fun f() { g(1) }\n", &[("g(1)", "g(2)")]), Some(Numbers));
}
