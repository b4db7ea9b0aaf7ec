//! All numbers that were chosen, in one place, each with its reason. The unit is the natural logarithm of odds.

/// The numbers of the ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// A mechanism whose effect is in the diff and whose own sign was seen. By far the largest: it is the claim.
    pub fit: f64,
    /// What else a mechanism shows was seen as well. Small: many mechanisms share these signs.
    pub support: f64,
    /// New errors name identifiers that the diff changes. As telling as a weak fit.
    pub names: f64,
    /// A stack frame lies in a file that the commit changes.
    pub frame: f64,
    /// A number of the telemetry equals a number that the diff introduces.
    pub literal: f64,
    /// The commit went to a service that suffers, or to one on its calls.
    pub placed: f64,
    /// The deployed service's own telemetry changed, best with the deployment. Half if it changed later.
    pub own: f64,
    /// The deployment was minutes before the onset. Weak: releases are often.
    pub near: f64,
    /// A ramp began with the deployment.
    pub ramp: f64,
    /// The deployment came after the first signal had changed, but before the alert's.
    pub late: f64,
    /// No deployment carries the commit.
    pub undeployed: f64,
    /// No file of the commit runs in production.
    pub idle: f64,
    /// All removed statements are found again among the added ones. A weak look.
    pub moved: f64,
    /// No mechanism of the table fits the commit. Small: the table does not know every mechanism.
    pub plain: f64,
    /// A telling sign that a hypothesis does not explain.
    pub unexplained: f64,
    /// A sign that does not go along with a mechanism.
    pub against: f64,
    /// How much less likely an incident without a guilty commit is than one commit, before any evidence.
    pub operation: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            fit: 6.0,
            support: 1.0,
            names: 2.0,
            frame: 2.0,
            literal: 1.5,
            placed: 1.0,
            own: 1.2,
            near: 0.8,
            ramp: 1.0,
            late: 2.0,
            undeployed: 2.0,
            idle: 4.0,
            moved: 1.0,
            plain: 0.8,
            unexplained: 1.5,
            against: 2.5,
            operation: 0.0,
        }
    }
}

impl Weights {
    /// The names of the weights that can be perturbed.
    pub const NAMES: [&'static str; 16] = [
        "fit",
        "support",
        "names",
        "frame",
        "literal",
        "placed",
        "own",
        "near",
        "ramp",
        "late",
        "undeployed",
        "idle",
        "moved",
        "plain",
        "unexplained",
        "against",
    ];

    /// The same weights with one multiplied, by its place in [`Self::NAMES`].
    #[must_use]
    pub fn scaled(mut self, which: usize, factor: f64) -> Self {
        let all = [
            &mut self.fit,
            &mut self.support,
            &mut self.names,
            &mut self.frame,
            &mut self.literal,
            &mut self.placed,
            &mut self.own,
            &mut self.near,
            &mut self.ramp,
            &mut self.late,
            &mut self.undeployed,
            &mut self.idle,
            &mut self.moved,
            &mut self.plain,
            &mut self.unexplained,
            &mut self.against,
        ];
        if let Some(weight) = all.into_iter().nth(which) {
            *weight *= factor;
        }
        self
    }
}
