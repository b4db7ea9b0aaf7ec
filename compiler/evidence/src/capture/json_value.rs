//! Values as proto3 writes them in JSON: `null` stands for an absent value, and a number may be a text.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A type that JSON may hold.
pub(super) trait FromJson<'de>: Default {
    /// Reads a value that is not `null`.
    fn from_json<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error>;
}

/// The value of a field: `null` gives the default, as if the field were absent.
pub(super) struct Maybe<T>(pub(super) T);

impl<'de, T: FromJson<'de>> Deserialize<'de> for Maybe<T> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct OrNull<T>(PhantomData<T>);
        impl<'de, T: FromJson<'de>> Visitor<'de> for OrNull<T> {
            type Value = Maybe<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or `null`")
            }

            fn visit_none<E>(self) -> Result<Self::Value, E> {
                Ok(Maybe(T::default()))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Maybe(T::default()))
            }

            #[inline]
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
                T::from_json(from).map(Maybe)
            }
        }
        from.deserialize_option(OrNull(PhantomData))
    }
}

/// Implements [`FromJson`] for types that read themselves.
macro_rules! reads_itself {
    ($($type:ty),*) => {$(
        impl<'de> FromJson<'de> for $type {
            #[inline]
            fn from_json<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::deserialize(from)
            }
        }
    )*};
}
pub(super) use reads_itself;
reads_itself!(bool);

impl<'de, T: FromJson<'de>> FromJson<'de> for Option<T> {
    fn from_json<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::from_json(from).map(Some)
    }
}

impl<'de, T: FromJson<'de>> FromJson<'de> for Box<T> {
    fn from_json<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::from_json(from).map(Self::new)
    }
}

impl<'de, T: FromJson<'de>> FromJson<'de> for Vec<T> {
    fn from_json<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<T>);
        impl<'de, T: FromJson<'de>> Visitor<'de> for List<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Vec<T>, S::Error> {
                let mut items = Vec::new();
                while let Some(Maybe(item)) = list.next_element()? {
                    items.push(item);
                }
                Ok(items)
            }
        }
        from.deserialize_seq(List(PhantomData))
    }
}

impl<'de: 'a, 'a> FromJson<'de> for Cow<'a, str> {
    fn from_json<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Text<'a> {
            type Value = Cow<'a, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text))
            }
        }
        from.deserialize_str(Text(PhantomData))
    }
}

/// Reads a number, or a text that holds one.
struct Number<T>(PhantomData<T>);

/// Implements [`FromJson`] for numbers. `$other` makes a number of a text that is none, or says what is wrong with it.
macro_rules! number {
    ($($type:ty, $what:literal, $other:expr;)*) => {$(
        impl<'de> FromJson<'de> for $type {
            #[inline]
            fn from_json<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_any(Number::<$type>(PhantomData))
            }
        }

        impl Visitor<'_> for Number<$type> {
            type Value = $type;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($what)
            }

            #[inline]
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<$type, E> {
                of(number).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(number), &self))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<$type, E> {
                of(number).ok_or_else(|| E::invalid_value(de::Unexpected::Signed(number), &self))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<$type, E> {
                of(number).ok_or_else(|| E::invalid_value(de::Unexpected::Float(number), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<$type, E> {
                let other: fn(&str) -> Result<$type, String> = $other;
                text.parse().or_else(|_| other(text).map_err(E::custom))
            }
        }
    )*};
}

/// Converts a number if the other type can hold it.
fn of<A: num::Into, B: num::From>(number: A) -> Option<B> {
    B::from(number.into())
}

/// Conversions between the numbers of JSON and the types of fields.
mod num {
    /// A number of JSON.
    #[derive(Clone, Copy)]
    pub(super) enum Any {
        Whole(i128),
        Double(f64),
    }

    pub(super) trait Into {
        fn into(self) -> Any;
    }

    pub(super) trait From: Sized {
        fn from(number: Any) -> Option<Self>;
    }

    impl Into for u64 {
        fn into(self) -> Any {
            Any::Whole(i128::from(self))
        }
    }

    impl Into for i64 {
        fn into(self) -> Any {
            Any::Whole(i128::from(self))
        }
    }

    impl Into for f64 {
        fn into(self) -> Any {
            // Every double of this size is a whole number that 128 bits can hold.
            if self.fract() == 0.0 && self.abs() < 1e30 { Any::Whole(self as i128) } else { Any::Double(self) }
        }
    }

    macro_rules! whole {
        ($($type:ty),*) => {$(
            impl From for $type {
                fn from(number: Any) -> Option<Self> {
                    match number {
                        Any::Whole(number) => number.try_into().ok(),
                        Any::Double(_) => None,
                    }
                }
            }
        )*};
    }
    whole!(u64, i64, u32, i32, usize);

    impl From for f64 {
        fn from(number: Any) -> Option<Self> {
            Some(match number {
                Any::Whole(number) => number as f64,
                Any::Double(number) => number,
            })
        }
    }
}

/// The error for a text where only a number may stand.
fn no_number<T>(text: &str) -> Result<T, String> {
    Err(format!("`{}` is no number", text.escape_debug().take(40).collect::<String>()))
}

number! {
    u64, "a whole number", no_number;
    i64, "a whole number", no_number;
    u32, "a whole number", no_number;
    usize, "a whole number", no_number;
    f64, "a number", no_number;
    // Only enumerations are of this type.
    i32, "the number of an enumeration's value", |name| Err(format!(
        "`{}` is the name of an enumeration's value, and the OTLP specification allows only its number",
        name.escape_debug().take(60).collect::<String>()
    ));
}
