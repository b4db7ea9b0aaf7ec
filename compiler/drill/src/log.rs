//! The timeline of a drill, printed as it happens.

use emberline_prose::number::offset;

use super::clock::Clock;
use super::record::Moment;

/// The moments of a drill so far.
pub(super) struct Log<'l> {
    clock: &'l dyn Clock,
    say: &'l dyn Fn(&str),
    moments: Vec<(f64, String)>,
    zero: Option<f64>,
}

impl<'l> Log<'l> {
    /// An empty log. `say` receives each moment.
    #[must_use]
    pub(super) fn new(clock: &'l dyn Clock, say: &'l dyn Fn(&str)) -> Self {
        Self { clock, say, moments: Vec::new(), zero: None }
    }

    /// Prints later moments in seconds since `zero`.
    pub(super) fn zero(&mut self, zero: f64) {
        self.zero = Some(zero);
    }

    /// Records and prints a moment.
    pub(super) fn tell(&mut self, what: impl Into<String>) {
        let what = what.into();
        let now = self.clock.now();
        match self.zero {
            Some(zero) => (self.say)(&format!("{:>8}  {what}", offset(now - zero))),
            None => (self.say)(&format!("          {what}")),
        }
        self.moments.push((now, what));
    }

    /// Records a moment without printing it.
    pub(super) fn note(&mut self, what: impl Into<String>) {
        self.moments.push((self.clock.now(), what.into()));
    }

    /// All moments, in seconds from zero.
    #[must_use]
    pub(super) fn moments(self) -> Vec<Moment> {
        let zero = self.zero.unwrap_or_default();
        self.moments.into_iter().map(|(at, what)| Moment { at: at - zero, what }).collect()
    }
}
