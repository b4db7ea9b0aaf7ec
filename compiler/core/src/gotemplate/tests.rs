//! Templates that people write. `ci/proofs` asks promtool of the same and of many more.

use super::{Reader, fault, read};

#[test]
fn templates_of_alerts_have_no_fault() {
    for text in [
        "",
        "no template, } and { and {",
        "{{ $value }}",
        "{{$value|humanizePercentage}} of {{ $labels.job }} at {{ .Labels.instance }}",
        "{{- $value -}}",
        "{{ printf \"%.2f\" $value }} {{ printf `%s` $externalURL }}",
        "{{ with query \"up\" }}{{ . | first | value }}{{ else }}none{{ end }}",
        "{{ range $at, $one := query \"up\" }}{{ $at }} {{ $one.Labels.job }} {{ .Value }}{{ break }}{{ end }}",
        "{{ if and (gt $value 1.5) (lt $value 2e3) }}a{{ else if eq $value 0x1F }}b{{ else }}c{{ end }}",
        "{{ $x := 1 }}{{ $x = 2 }}{{ $x }} {{/* a note */}}",
        "{{ define \"a\" }}{{ .Any }}{{ end }}{{ template \"a\" . }}",
        "{{ (index $labels \"job\") }} {{ $labels.a.b }} {{ '\\n' }} {{ \"\\u00e9\" }}",
    ] {
        assert_eq!(fault(text, Reader::Prometheus), None, "{text}");
    }
}

#[test]
fn faults_have_their_place() {
    for (text, at, message) in [
        ("{{ .Foo", 0, "this `{{` is not closed"),
        ("a {{ .Foo }}", 5, "there is no field `.Foo`"),
        ("{{ $.Foo }}", 4, "there is no field `.Foo`"),
        ("{{ $vlaue }}", 3, "the variable `$vlaue` is not declared"),
        ("{{ humanise $value }}", 3, "there is no function `humanise`"),
        ("{{ if $value }}", 0, "this `if` has no `end`"),
        ("{{ end }}", 3, "nothing is open that this could end"),
        ("{{ (len $labels }}", 3, "this `(` is not closed"),
        ("{{ }}", 0, "this lacks a value"),
        ("{{ \"a }}", 3, "this text is not closed"),
        ("{{ $value | 1 }}", 12, "a value cannot take what is piped into it"),
        ("{{ break }}", 3, "`break` stands outside of `range`"),
    ] {
        let found = fault(text, Reader::Prometheus).map(|fault| (fault.at, fault.message));
        assert_eq!(found, Some((at, message.to_owned())), "{text}");
    }
}

#[test]
fn alertmanager_has_its_own_functions_only() {
    assert_eq!(fault("https://a/{{ .GroupLabels.job | urlquery }}", Reader::Alertmanager), None);
    assert!(fault("https://a/{{ humanize 1 }}", Reader::Alertmanager).is_some());
}

#[test]
fn notifications_have_alertmanagers_functions_and_data() {
    for text in [
        "{{ .CommonLabels.job | toUpper | trimSpace }} {{ range .Alerts.Firing }}{{ .Labels.a | title }}{{ end }}",
        "{{ .GroupLabels.SortedPairs.Values | join \" \" }} {{ .Alerts | toJson }} {{ $.ExternalURL }}",
        "{{ with $x := index .Alerts 0 }}{{ $x.StartsAt | tz \"UTC\" | date \"15:04\" }}{{ end }}",
    ] {
        assert_eq!(fault(text, Reader::Notification), None, "{text}");
    }
    for text in ["{{ .Labels.job }}", "{{ .Alert }}", "{{ humanize 1 }}", "{{ $labels.job }}", "{{ .Status }"] {
        assert!(fault(text, Reader::Notification).is_some(), "{text}");
    }
    assert!(fault("https://a/{{ .Labels.job }}", Reader::Alertmanager).is_some());
}

#[test]
fn templates_that_are_called_by_name() {
    let text = "{{ template \"a\" . }}{{ if .Status }}{{ template `b` }}{{ end }}{{ define \"b\" }}x{{ end }}";
    assert_eq!(read(text, Reader::Notification).ok(), Some(vec!["a".to_owned()]));
}
