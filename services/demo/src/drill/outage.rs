//! Faults that are no commits: how each begins and ends.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::json;

use super::control::Outage;
use crate::process::Program;
use crate::system::System;

/// The discard port, on which nothing listens.
const NOBODY: &str = "http://127.0.0.1:9";
/// How far files of checkout may reach on a full disk: less than its database needs, and enough for its log.
const FULL: u64 = 64 << 10;
/// Requests a second of a surge: more than payments can handle, by a fifth.
const SURGE: f64 = 420.0;

/// What outages need, and what those under way have started.
pub(super) struct Outages {
    /// The variants of flags.
    flags: PathBuf,
    /// Load on top of the usual one.
    surge: Option<Program>,
}

impl Outages {
    /// Before the system starts: services learn where their flags are.
    pub(super) fn prepared(system: &mut System) -> Result<Self> {
        let outages = Self { flags: system.folder().join("config/flags.json"), surge: None };
        outages.turn(false)?;
        system.payments.set_env("EMBERLINE_FLAGS", outages.flags.display().to_string());
        Ok(outages)
    }

    /// Begins or ends an outage; gives the services that were touched.
    pub(super) fn inject(&mut self, system: &mut System, outage: Outage, begins: bool) -> Result<Vec<String>> {
        let touched = match outage {
            Outage::PaymentsKilled | Outage::PaymentsPaused | Outage::FlagPaymentScreening => "payments",
            Outage::CheckoutMisconfigured | Outage::OrdersDiskFull => "checkout",
            Outage::TrafficSurge => "frontend",
        };
        match outage {
            Outage::PaymentsKilled if begins => system.payments.kill(),
            Outage::PaymentsKilled => system.payments.start()?,
            Outage::PaymentsPaused => system.payments.pause(begins)?,
            Outage::CheckoutMisconfigured => {
                let address = if begins { NOBODY.to_owned() } else { format!("http://{}", system.at.payments) };
                system.checkout.set_arg("--payments", &address)?;
                system.checkout.stop();
                system.checkout.start()?;
            }
            Outage::FlagPaymentScreening => self.turn(begins)?,
            Outage::OrdersDiskFull => system.checkout.limit_files(begins.then_some(FULL))?,
            Outage::TrafficSurge if begins => {
                let mut surge = system.load("surge", &[format!("--rate={SURGE}"), "--seed=2".to_owned()])?;
                surge.start()?;
                self.surge = Some(surge);
            }
            // What is under way is abandoned: customers leave.
            Outage::TrafficSurge => drop(self.surge.take()),
        }
        Ok(vec![touched.to_owned()])
    }

    /// Turns the flag of payments on or off. The file is replaced whole, since it is read all the time.
    fn turn(&self, is_on: bool) -> Result<()> {
        let variant = if is_on { "on" } else { "off" };
        let new = self.flags.with_extension("new");
        fs::write(&new, json!({"payment-screening": variant}).to_string())
            .and_then(|()| fs::rename(&new, &self.flags))
            .with_context(|| format!("writing {}", self.flags.display()))
    }
}
