//! `emberline init`: the shortest good spec, for the service at hand.

use std::path::{Component, Path};

use minijinja::context;

use super::template;
use crate::args::Init;
use crate::failure::{Failure, Result};
use crate::status::Status;
use crate::terminal;
use crate::world::{shown, write};

/// Where `compile` writes the schema that the first line of a spec names.
const SCHEMA: &str = "generated/schema/service.schema.json";

/// Writes `SPECS/SERVICE.yaml`, unless it is there.
pub(crate) fn run(init: &Init, quiet: bool) -> Result<Status> {
    let service = match &init.service {
        Some(name) if is_name(name) => name.clone(),
        Some(name) => {
            return Err(Failure::new(format!("`{name}` cannot be the name of a service"))
                .help("begin with a letter and go on with letters, digits, `-`, `_` and `.`"));
        }
        None => name_of_here()?,
    };
    let place = init.specs.join(format!("{service}.yaml"));
    write::create(&place, &spec(&service, &init.specs)?).map_err(|failure| match failure {
        write::NotCreated::Exists => Failure::new(format!("{} exists already", shown(&place)))
            .help("edit it, or name another service: `emberline init SERVICE`"),
        write::NotCreated::Failed(failure) => failure,
    })?;
    if !quiet {
        let specs =
            if init.specs == Path::new("slos") { String::new() } else { format!(" --specs {}", shown(&init.specs)) };
        terminal::say(&format!("wrote {}; next:", shown(&place)));
        terminal::say(&format!("  emberline check{specs}      what is wrong with it, if anything"));
        terminal::say(&format!("  emberline compile{specs}    rules, alerts and their proofs in generated/"));
        if !Path::new(SCHEMA).exists() {
            terminal::say(&format!("compile also writes {SCHEMA}, by which editors complete the spec"));
        }
    }
    Ok(Status::Clean)
}

/// The text of the spec.
fn spec(service: &str, specs: &Path) -> Result<String> {
    // YAML reads these as something else than text.
    let is_word =
        !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&&*service.to_ascii_lowercase());
    let name = if is_word { service.to_owned() } else { format!("\"{service}\"") };
    let values = context! { schema => schema_from(specs), service => service, name => name };
    template::render(include_str!("../../templates/spec.yaml.j2"), values)
}

/// The schema's path as seen from a folder of specs below this one; unknown from elsewhere.
fn schema_from(specs: &Path) -> Option<String> {
    let parts: Vec<Component<'_>> = specs.components().filter(|part| *part != Component::CurDir).collect();
    let is_below = parts.iter().all(|part| matches!(part, Component::Normal(_)));
    is_below.then(|| format!("{}{SCHEMA}", "../".repeat(parts.len())))
}

/// A service name that is also a file name and a YAML scalar.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// The name of the working directory as a service name: `My Shop!` is `my-shop`.
fn name_of_here() -> Result<String> {
    let here =
        std::env::current_dir().map_err(|cause| Failure::io("cannot tell the folder", Path::new("."), &cause))?;
    let folder = here.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let words = folder.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("-");
    if is_name(&name) {
        Ok(name)
    } else {
        Err(Failure::new("this folder's name is no name for a service").help("name one: `emberline init checkout`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spec_is_short_and_commented() {
        insta::assert_snapshot!(spec("checkout", Path::new("slos")).unwrap());
    }

    #[test]
    fn the_schema_is_found_from_where_the_spec_is() {
        assert_eq!(schema_from(Path::new("./a/b")).unwrap(), "../../generated/schema/service.schema.json");
        assert_eq!(schema_from(Path::new("../slos")), None);
        assert_eq!(schema_from(Path::new("/slos")), None);
        assert!(spec("a", Path::new("/slos")).unwrap().starts_with("# The objectives"));
    }

    #[test]
    fn names_that_yaml_would_misread_are_quoted() {
        assert!(spec("No", Path::new("slos")).unwrap().contains("service: \"No\"\n"));
    }

    #[test]
    fn names_are_safe_as_files() {
        assert!(is_name("check_out-2.v1"));
        for name in ["", "../x", "a/b", "1st", ".hidden", "é", "a b", "a\nb"] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
