//! When routes tell: intervals of time.

use crate::notify::kind::Kind::{self, Clock, Days, List, Months, Weekdays, Years, Zone};
use crate::notify::kind::{Record, Rule, field};

/// A part of an interval of time: all fields that it has must fit a moment.
pub static INTERVAL: Record = Record {
    name: "TimeInterval",
    about: "A part of an interval of time: a moment lies within if it fits every field.",
    fields: &[
        field("times", List(&Kind::Record(&RANGE)), "Times of the day."),
        field("weekdays", List(&Weekdays), "Days of the week."),
        field("days_of_month", List(&Days), "Days of the month; -1 is the last."),
        field("months", List(&Months), "Months, by name or number."),
        field("years", List(&Years), "Years."),
        field("location", Zone, "The time zone. Default: `UTC`."),
    ],
    rules: &[Rule::AnyOf(&["times", "weekdays", "days_of_month", "months", "years"])],
};

static RANGE: Record = Record {
    name: "TimeRange",
    about: "A time of the day, without its end.",
    fields: &[
        field("start_time", Clock, "When it begins."),
        field("end_time", Clock, "When it ends, later on the same day."),
    ],
    rules: &[Rule::Needed("start_time"), Rule::Needed("end_time"), Rule::Before("start_time", "end_time")],
};
