//! Locks: fields of a policy that what stands below it may only tighten. What loosens a field is the judgement of
//! [`crate::weaker`]; a locked field of which no change weakens the gate cannot be changed at all.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::source::{SourceId, Span};
use crate::spec::File;
use crate::spec::inherit;
use crate::spec::levels::{Level, Levels};
use crate::spec::schema::Kind;
use crate::suggest;
use crate::weaker::fields::{properties, rule, schema};
use crate::weaker::rule::Rule;
use crate::weaker::{Comparison, Tree, Weakening, step};
use crate::yaml::{self, Key, Node, Value};

/// A field that is locked, and where.
#[derive(Clone)]
struct Lock {
    path: String,
    place: Span,
    /// Whether no change of it weakens the gate, so that none is allowed.
    is_fixed: bool,
}

/// Holds every policy, and the `alerting` and `data` of every service, to the locks above it.
pub(super) fn hold(levels: &Levels, files: &[(SourceId, Arc<File>)], scope: &mut Scope<'_>) {
    if !levels.iter().any(|(_, level)| entry(&level.own, "lock").is_some()) {
        return;
    }
    let schema = schema(Kind::Policy);
    // The locks that hold below each level: its own, and those above it.
    let mut below: Vec<Vec<Lock>> = Vec::new();
    for (_, level) in levels.iter() {
        let mut locks = level.above.and_then(|above| below.get(above)).cloned().unwrap_or_default();
        if let Some(above) = level.above.and_then(|above| levels.get(above)) {
            judge(&above.effective, &level.own, &level.effective, &locks, scope);
        }
        locks.extend(declared(level, &schema, scope));
        below.push(locks);
    }
    services(levels, &below, files, scope);
}

/// The locks of a policy; those of unknown fields are reported.
fn declared(level: &Level, schema: &Json, scope: &mut Scope<'_>) -> Vec<Lock> {
    let Some(Value::Sequence(items)) = entry(&level.own, "lock").map(|lock| &lock.value) else { return Vec::new() };
    let mut locks = Vec::new();
    for item in items {
        let Some(scalar) = item.scalar() else { continue };
        match walk(schema, &scalar.text) {
            Ok(is_fixed) => locks.push(Lock { path: scalar.text.to_string(), place: item.span, is_fixed }),
            Err(known) => scope.report(
                Finding::new(&code::UNKNOWN_REFERENCE, item.span, format!("a policy has no field `{}`", scalar.text))
                    .label("locks nothing")
                    .hint(
                        suggest::did_you_mean(&scalar.text, known.iter().map(String::as_str))
                            .unwrap_or_else(|| "name a field as `strict` or `alerting.pairs`".to_owned()),
                    ),
            ),
        }
    }
    locks
}

/// Whether no change of a field weakens the gate; the fields that there are, if this is none.
fn walk(schema: &Json, path: &str) -> Result<bool, Vec<String>> {
    let mut record = "PolicySpec".to_owned();
    let mut parts = path.split('.').peekable();
    let mut walked = String::new();
    let mut is_free = false;
    while let Some(field) = parts.next() {
        let known = || properties(schema, &record).map(|(name, _)| format!("{walked}{name}")).collect();
        let inner = step(schema, &record, field).ok_or_else(known)?;
        if ["version", "lock", "code_owners"].contains(&field) {
            return Err(known());
        }
        // If a record weakens nothing, no field of it does.
        is_free |= matches!(rule(&record, field), Rule::Free(_));
        if parts.peek().is_none() {
            return Ok(is_free);
        }
        walked = format!("{walked}{field}.");
        record = inner.unwrap_or_default();
    }
    Err(Vec::new())
}

/// Reports what loosens a locked field between what stands above and what both say together.
fn judge(above: &Node, own: &Node, together: &Node, locks: &[Lock], scope: &mut Scope<'_>) {
    if locks.is_empty() {
        return;
    }
    let (before, after) = (Tree::of(above), Tree::of(together));
    let mut found: Vec<Weakening> = Vec::new();
    Comparison::new(Kind::Policy, &mut found).root("", Some(&before), Some(&after));
    let mut told = BTreeSet::new();
    for lock in locks {
        let start = format!(".{}", lock.path);
        let within = |place: &str| {
            place.strip_prefix(&start).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let mut loosened: Vec<Weakening> = found.iter().filter(|one| within(&one.place)).cloned().collect();
        let sides = [at(&before, &lock.path), at(&after, &lock.path)];
        if lock.is_fixed && sides[0] != sides[1] {
            let [before, after] = sides.map(|side| side.map(Tree::text));
            loosened.push(Weakening { what: "it cannot be changed at all", place: start.clone(), before, after });
        }
        for one in loosened {
            if told.insert(one.place.clone()) {
                report(&one, lock, above, own, scope);
            }
        }
    }
}

fn report(one: &Weakening, lock: &Lock, above: &Node, own: &Node, scope: &mut Scope<'_>) {
    let field = one.place.trim_start_matches('.');
    let written = |side: &Option<String>| match side.as_deref() {
        None => "nothing".to_owned(),
        Some("") => "an empty value".to_owned(),
        Some(text) => format!("`{}`", short(text)),
    };
    let message = match (&one.before, &one.after) {
        (Some(before), None) => format!("`{field}` is locked, and this leaves out `{}`", short(before)),
        _ => format!("`{field}` is locked, and {} loosens it", written(&one.after)),
    };
    let mut finding = Finding::new(&code::LOCKED_FIELD, find(own, field).unwrap_or(own.span), message).label(one.what);
    finding = match find(above, field) {
        Some(place) => finding.related(place, format!("above it stands {}", written(&one.before))),
        None if field.contains('[') => finding.note("the policy above has no such entry"),
        None => finding.note(format!("the policy above leaves `{field}` at its default")),
    };
    scope.report(
        finding
            .related(lock.place, "locked here")
            .hint("remove it here or make it stricter, or ask the owners of the policy above to change the lock"),
    );
}

/// Services may set `alerting` and `data` for themselves: locks hold them as well.
fn services(levels: &Levels, below: &[Vec<Lock>], files: &[(SourceId, Arc<File>)], scope: &mut Scope<'_>) {
    let is_about = |lock: &Lock| ["alerting", "data"].contains(&lock.path.split('.').next().unwrap_or_default());
    for (id, _) in files.iter().filter(|(_, file)| !file.services.is_empty()) {
        let Some(number) = levels.of_file(scope.sources, *id) else { continue };
        let Some((level, locks)) = levels.get(number).zip(below.get(number)) else { continue };
        let locks: Vec<Lock> = locks.iter().filter(|lock| is_about(lock)).cloned().collect();
        if locks.is_empty() {
            continue;
        }
        for document in yaml::parse(*id, &scope.sources.get(*id).text).documents {
            let service = overriding(&document);
            let together = inherit::merged(&level.effective, &service, true);
            judge(&level.effective, &service, &together, &locks, scope);
            let Some(Value::Sequence(slos)) = entry(&document, "slos").map(|slos| &slos.value) else { continue };
            for slo in slos {
                let own = overriding(slo);
                judge(&together, &own, &inherit::merged(&together, &own, true), &locks, scope);
            }
        }
    }
}

/// What a service or an objective says that a policy could say.
fn overriding(node: &Node) -> Node {
    let Value::Mapping(entries) = &node.value else { return node.clone() };
    let is_ours = |(key, _): &&(Key, Node)| matches!(&*key.value.text, "alerting" | "data");
    Node { span: node.span, value: Value::Mapping(entries.iter().filter(is_ours).cloned().collect()) }
}

fn entry<'n>(node: &'n Node, field: &str) -> Option<&'n Node> {
    let Value::Mapping(entries) = &node.value else { return None };
    entries.iter().find(|(key, _)| &*key.value.text == field).map(|(_, value)| value)
}

/// The part of a tree at a path of fields.
fn at<'t>(tree: &'t Tree, path: &str) -> Option<&'t Tree> {
    path.split('.').try_fold(tree, |tree, field| tree.get(field))
}

/// Where a place such as `severities[page].receiver` is written: as near as the node has it.
fn find(node: &Node, place: &str) -> Option<Span> {
    let mut rest = place;
    let (mut node, mut found) = (node, None);
    while !rest.is_empty() {
        let name;
        (name, rest) = match rest.strip_prefix('[') {
            Some(inner) => inner.split_once(']').unwrap_or((inner, "")),
            None => {
                let field = rest.trim_start_matches('.');
                field.split_at(field.find(['.', '[']).unwrap_or(field.len()))
            }
        };
        match entry(node, name) {
            Some(inner) => (node, found) = (inner, Some(inner.span)),
            // An entry of a list, or one that is not written here: the whole stands for it.
            None if name == place => return None,
            None => return found,
        }
    }
    found
}

/// The beginning of a long value.
fn short(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(LONGEST).collect::<String>())
}
