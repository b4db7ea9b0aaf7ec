//! One definition of a record, from which come the struct, its reader, its writer and its JSON Schema: none can lack a field
//! that another has.

/// Defines a record of the spec language: the struct, its reader, its writer and its JSON Schema. The doc comments are the
/// schema's hover texts and the writer's comments. An `Option` field may be left out; any other is required, and the record is
/// not made without it unless the field is [`Needed`]. A field of the spec is named as in YAML.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$($field_meta:tt)*])* $field:ident : $type:ty, )*
        }
    ) => {
        #[derive(Debug, Clone, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        $(#[$meta])*
        pub struct $name {
            $( $(#[$($field_meta)*])* pub $field: $type, )*
            /// Fields whose value was reported.
            #[schemars(skip)]
            pub flawed: $crate::spec::decode::Flawed,
        }

        impl $crate::spec::decode::Decode for $name {
            fn decode(
                node: &$crate::yaml::Node,
                decoder: &mut $crate::spec::decode::Decoder,
            ) -> Option<Self> {
                use $crate::spec::decode::field_name;
                let mut fields = decoder.fields(node, &[$( field_name(stringify!($field)) ),*])?;
                $( let $field = fields.take::<$type>(field_name(stringify!($field))); )*
                let flawed = fields.flawed();
                Some(Self { $( $field: $field?, )* flawed })
            }
        }

        impl $crate::spec::encode::Encode for $name {
            fn encode(&self) -> $crate::spec::encode::Written {
                use $crate::spec::encode::{Encode, Written, documentation};
                Written::Mapping(vec![$( (
                    $crate::spec::decode::field_name(stringify!($field)).to_owned(),
                    documentation!($(#[$($field_meta)*])*),
                    Encode::encode(&self.$field),
                ) ),*])
            }
        }

        #[cfg(test)]
        impl $crate::spec::any::Any for $name {
            fn any(chance: &mut $crate::spec::any::Chance<'_>) -> Self {
                Self { $( $field: $crate::spec::any::Any::any(chance), )* flawed: Default::default() }
            }
        }
    };
}

/// Defines a closed set of words: the enum, its reader with did-you-mean, and its JSON Schema.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $word:literal, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
        pub enum $name {
            $( $(#[$variant_meta])* #[serde(rename = $word)] $variant, )*
        }

        impl $name {
            /// The word as written in a spec.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }
        }

        impl $crate::spec::encode::Encode for $name {
            fn encode(&self) -> $crate::spec::encode::Written {
                $crate::spec::encode::text(self.word())
            }
        }

        #[cfg(test)]
        impl $crate::spec::any::Any for $name {
            fn any(chance: &mut $crate::spec::any::Chance<'_>) -> Self {
                chance.one_of(&[$( $name::$variant ),*])
            }
        }

        impl $crate::spec::decode::Decode for $name {
            fn decode(
                node: &$crate::yaml::Node,
                decoder: &mut $crate::spec::decode::Decoder,
            ) -> Option<Self> {
                const WORDS: &[(&str, $name)] = &[$( ($word, $name::$variant) ),*];
                $crate::spec::decode::word(node, decoder, WORDS)
            }
        }
    };
}

pub(crate) use {record, words};
