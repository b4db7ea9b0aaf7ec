//! serde's data model on to block-style YAML.
//!
//! Nothing is written before its place is known: a collection begins its block at its first entry, so that an empty one
//! can still become `[]` or `{}` on the line of its key. No value writes the line break behind it.

use std::fmt::{self, Display, Write as _};

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::error::{MAX_KEY, WriteError};
use super::scalar::{Form, form, push_float, push_line_start, push_lines, push_quoted};

/// Spaces by which the content of a collection stands right of the collection's key or dash.
const STEP: usize = 2;

/// What stands before the value that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing: the value is the document.
    Document,
    /// A key and its `:`.
    Value,
    /// The `-` of a sequence.
    Item,
    /// Nothing: the value is a key.
    Key,
}

pub(super) struct Writer<'o> {
    out: &'o mut String,
    /// Column of the innermost open collection.
    column: usize,
    place: Place,
    /// Holds what a `Display` wrote while it is put in quotes; kept for its capacity.
    scratch: String,
}

impl<'o> Writer<'o> {
    pub(super) fn new(out: &'o mut String) -> Self {
        Self { out, column: 0, place: Place::Document, scratch: String::new() }
    }

    /// The space behind a `:` or `-`.
    fn space(&mut self) {
        if matches!(self.place, Place::Value | Place::Item) {
            self.out.push(' ');
        }
    }

    /// A scalar that needs no quotes.
    fn bare(&mut self, scalar: impl Display) -> Result<(), WriteError> {
        self.space();
        write!(self.out, "{scalar}").map_err(|_| display_failed())
    }

    fn text(&mut self, text: &str) {
        self.space();
        match form(text, self.place != Place::Key) {
            Form::Plain => self.out.push_str(text),
            Form::Lines => push_lines(self.out, text, self.column + STEP),
            Form::Quoted => push_quoted(self.out, text),
        }
    }

    fn float(&mut self, float: impl fmt::Debug) -> Result<(), WriteError> {
        self.scratch.clear();
        write!(self.scratch, "{float:?}").map_err(|_| display_failed())?;
        self.space();
        push_float(self.out, &self.scratch);
        Ok(())
    }

    fn open<'w>(&'w mut self, empty: &'static str) -> Result<Open<'w, 'o>, WriteError> {
        if self.place == Place::Key {
            return Err(WriteError::KeyNotScalar);
        }
        let place = self.place;
        let column = match place {
            Place::Document => 0,
            // A sequence under a key is told from it by its dashes; indenting it would only make rule files longer.
            Place::Value if empty == "[]" => self.column,
            _ => self.column + STEP,
        };
        Ok(Open { writer: self, place, column, begun: false, empty })
    }

    /// The one-key mapping that an enum's variant with content becomes; the content comes next.
    fn open_variant(&mut self, variant: &'static str) -> Result<&mut Self, WriteError> {
        self.open("{}")?.key(variant)?;
        self.place = Place::Value;
        Ok(self)
    }
}

fn display_failed() -> WriteError {
    WriteError::Custom("a Display implementation returned an error".to_owned())
}

/// A collection that is being written. Each entry sets where the writer stands, so nothing is to be restored behind it.
pub(super) struct Open<'w, 'o> {
    writer: &'w mut Writer<'o>,
    place: Place,
    column: usize,
    begun: bool,
    /// How the collection is written if no entry comes.
    empty: &'static str,
}

impl Open<'_, '_> {
    /// Goes where the next entry begins.
    fn entry(&mut self) {
        let writer = &mut *self.writer;
        match self.place {
            Place::Document if !self.begun => {}
            Place::Item if !self.begun => writer.out.push(' '),
            _ => push_line_start(writer.out, self.column),
        }
        self.begun = true;
        writer.column = self.column;
    }

    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WriteError> {
        self.entry();
        let start = self.writer.out.len();
        self.writer.place = Place::Key;
        key.serialize(&mut *self.writer)?;
        if self.writer.out.len() - start > MAX_KEY {
            return Err(WriteError::KeyTooLong);
        }
        self.writer.out.push(':');
        Ok(())
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        self.writer.place = Place::Value;
        value.serialize(&mut *self.writer)
    }

    fn item<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), WriteError> {
        self.entry();
        self.writer.out.push('-');
        self.writer.place = Place::Item;
        item.serialize(&mut *self.writer)
    }

    fn close(self) {
        if !self.begun {
            self.writer.place = self.place;
            self.writer.space();
            self.writer.out.push_str(self.empty);
        }
    }
}

macro_rules! bare {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Result<(), WriteError> {
            self.bare(value)
        })*
    };
}

impl<'w, 'o> Serializer for &'w mut Writer<'o> {
    type Ok = ();
    type Error = WriteError;
    type SerializeSeq = Open<'w, 'o>;
    type SerializeTuple = Open<'w, 'o>;
    type SerializeTupleStruct = Open<'w, 'o>;
    type SerializeTupleVariant = Open<'w, 'o>;
    type SerializeMap = Open<'w, 'o>;
    type SerializeStruct = Open<'w, 'o>;
    type SerializeStructVariant = Open<'w, 'o>;

    bare! {
        serialize_bool: bool,
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128
    }

    fn serialize_f32(self, value: f32) -> Result<(), WriteError> {
        self.float(value)
    }

    fn serialize_f64(self, value: f64) -> Result<(), WriteError> {
        self.float(value)
    }

    fn serialize_char(self, value: char) -> Result<(), WriteError> {
        self.text(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), WriteError> {
        self.text(value);
        Ok(())
    }

    /// Written where it belongs and looked at there: only what needs another form is copied.
    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), WriteError> {
        self.space();
        let start = self.out.len();
        write!(self.out, "{value}").map_err(|_| display_failed())?;
        let text = self.out.get(start..).unwrap_or_default();
        let form = form(text, self.place != Place::Key);
        if form != Form::Plain {
            self.scratch.clear();
            self.scratch.push_str(text);
            self.out.truncate(start);
            match form {
                Form::Lines => push_lines(self.out, &self.scratch, self.column + STEP),
                Form::Plain | Form::Quoted => push_quoted(self.out, &self.scratch),
            }
        }
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), WriteError> {
        Err(WriteError::Bytes)
    }

    fn serialize_none(self) -> Result<(), WriteError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), WriteError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), WriteError> {
        if self.place == Place::Key { Err(WriteError::KeyNotScalar) } else { self.bare("null") }
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), WriteError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), WriteError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), WriteError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), WriteError> {
        value.serialize(self.open_variant(variant)?)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'w, 'o>, WriteError> {
        self.open("[]")
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'w, 'o>, WriteError> {
        self.open("[]")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'w, 'o>, WriteError> {
        self.open("[]")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'w, 'o>, WriteError> {
        self.open_variant(variant)?.open("[]")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'w, 'o>, WriteError> {
        self.open("{}")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'w, 'o>, WriteError> {
        self.open("{}")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'w, 'o>, WriteError> {
        self.open_variant(variant)?.open("{}")
    }
}

macro_rules! sequence {
    ($($kind:ident: $method:ident),*) => {
        $(impl $kind for Open<'_, '_> {
            type Ok = ();
            type Error = WriteError;

            fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), WriteError> {
                self.item(item)
            }

            fn end(self) -> Result<(), WriteError> {
                self.close();
                Ok(())
            }
        })*
    };
}

sequence! {
    SerializeSeq: serialize_element, SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field, SerializeTupleVariant: serialize_field
}

macro_rules! structure {
    ($($kind:ident),*) => {
        $(impl $kind for Open<'_, '_> {
            type Ok = ();
            type Error = WriteError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), WriteError> {
                self.key(key)?;
                self.value(value)
            }

            fn end(self) -> Result<(), WriteError> {
                self.close();
                Ok(())
            }
        })*
    };
}

structure! { SerializeStruct, SerializeStructVariant }

impl SerializeMap for Open<'_, '_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WriteError> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        self.value(value)
    }

    fn end(self) -> Result<(), WriteError> {
        self.close();
        Ok(())
    }
}
