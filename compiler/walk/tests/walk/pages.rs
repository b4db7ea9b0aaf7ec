//! Texts and pictures of walks stay readable, whatever names telemetry has.

use emberline_walk::{artefacts, human, markdown, superseded};

use crate::certain::quadratic;
use crate::world::{Shape, World};

/// Every artefact of each layer, and the whole walk.
#[test]
fn artefacts_of_every_layer_carry_one_trace() {
    let (world, fault) = quadratic();
    let walk = world.walk_in(&fault.repository);
    let files = artefacts(&walk);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    for layer in ["1-slo", "2-red", "3-trace", "4-profile", "5-code"] {
        for ending in ["md", "json", "svg"] {
            assert!(names.contains(&format!("{layer}.{ending}").as_str()), "{layer}.{ending} of {names:?}");
        }
    }
    assert!(names.contains(&"walk.md") && names.contains(&"walk.json"));
    // If the next walk does not reach a layer, it removes the files of this walk for that layer.
    let replaced = superseded(&[]);
    assert!(names.iter().all(|name| name.starts_with("walk.") || replaced.iter().any(|it| it == name)), "{replaced:?}");
    let id = walk.trace_id.as_deref().unwrap();
    for (name, text) in &files {
        assert!(!text.contains("internal error"), "{name}: {text}");
        assert!(name.ends_with(".svg") || text.contains(id), "{name} has no {id}");
        assert!(!name.ends_with(".svg") || text.contains("prefers-color-scheme"), "{name}");
    }
    assert!(walk.trace.as_ref().unwrap().spans.iter().any(|row| row.critical > 0.4));
    assert_eq!(files, artefacts(&world.walk_in(&fault.repository)), "the same walk gives the same bytes");
}

#[test]
fn a_summary_on_the_terminal_and_a_page() {
    let (world, fault) = quadratic();
    let mut walk = world.walk_in(&fault.repository);
    walk.seconds = 0.4;
    insta::assert_snapshot!("human", human(&walk));
    insta::assert_snapshot!("page", markdown(&walk));
}

#[test]
fn a_walk_that_is_not_certain_is_read_as_such() {
    let (mut world, fault) = quadratic();
    world.has_traces = false;
    insta::assert_snapshot!("not_certain", human(&world.walk_in(&fault.repository)));
    insta::assert_snapshot!("healthy", human(&World::new().walk(None)));
}

#[test]
fn names_are_nothing_but_names() {
    const HOSTILE: &str = "</text><script>|`*_[x](javascript:y)_*\u{1b}[31m\u{0}&amp;\n# {{ x }} {% y %}";
    let (mut world, fault) = quadratic();
    for trace in &mut world.traces {
        for span in &mut trace.spans {
            span.name.push_str(HOSTILE);
            span.attributes.insert("code.function.name".into(), format!("a::{HOSTILE}::b"));
        }
    }
    for sample in world.samples.values_mut().flatten() {
        sample.frames.iter_mut().for_each(|frame| frame.function.push_str(HOSTILE));
    }
    fault.repository.write("x.md", "x");
    fault.repository.commit("<script>*x*</script> `y` | z");
    let mut shape = Shape { price: 500, ..Shape::default() };
    shape.error = Some(("<b>", "</title>]]>", "x<y>", "<z>", 7));
    world.request(crate::world::NOW - 5.0, &fault.repository.head(), &shape);
    let walk = world.walk_in(&fault.repository);
    for (name, text) in artefacts(&walk) {
        if name.ends_with(".json") {
            assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{name}");
            continue;
        }
        assert!(!text.contains('\u{1b}'), "{name}: {text}");
        if name.ends_with(".md") {
            let mut page = String::new();
            pulldown_cmark::html::push_html(
                &mut page,
                pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::all()),
            );
            assert!(
                !page.contains("<script") && !page.contains("javascript:y\"") && !page.contains("<b>"),
                "{name}: {page}"
            );
        }
        if name.ends_with(".svg") {
            assert!(!text.contains("<script") && !text.contains("</text><"), "{name}: {text}");
            assert!(!text.contains("&amp;amp;amp;") && text.matches("<svg").count() == 1, "{name}");
            assert_eq!(text.matches("<text").count(), text.matches("</text>").count(), "{name}");
            assert!(text.chars().all(|c| !c.is_control() || c == '\n'), "{name}");
        }
    }
}
