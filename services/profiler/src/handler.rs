//! The signal handler: nothing in here allocates, locks, or leaves the thread's own stack.
#![allow(unsafe_code, reason = "signal handlers and stacks")]

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use crate::Error;
use crate::context;
use crate::ring::{DEPTH, Ring, Sample};

/// Where a thread's samples go, and where its stack lies. Written by the thread before its timer exists.
pub(crate) struct Seat {
    pub(crate) ring: AtomicPtr<Ring>,
    low: AtomicUsize,
    high: AtomicUsize,
}

thread_local! {
    // Constant and without a destructor, as `context::CURRENT`.
    pub(crate) static SEAT: Seat = const {
        Seat { ring: AtomicPtr::new(std::ptr::null_mut()), low: AtomicUsize::new(0), high: AtomicUsize::new(0) }
    };
}

impl Seat {
    /// Learns where the calling thread's stack lies; where the system will not say, stacks have one frame.
    pub(crate) fn measure(&self) {
        // SAFETY: the attributes are initialised by pthread_getattr_np before they are read, and destroyed after.
        unsafe {
            let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
            if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
                return;
            }
            let (mut base, mut size) = (std::ptr::null_mut::<c_void>(), 0);
            if libc::pthread_attr_getstack(&raw const attributes, &raw mut base, &raw mut size) == 0 {
                self.low.store(base as usize, Ordering::Relaxed);
                self.high.store((base as usize).saturating_add(size), Ordering::Relaxed);
            }
            libc::pthread_attr_destroy(&raw mut attributes);
        }
    }
}

/// Makes SIGPROF ours, unless somebody has it.
pub(crate) fn install() -> Result<(), Error> {
    let failed = || Error::System("handling SIGPROF", std::io::Error::last_os_error());
    // SAFETY: both structures are plain data that sigaction reads or fills; the handler has the signature that SA_SIGINFO
    // asks for, and does only what a handler may.
    unsafe {
        let mut before: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGPROF, std::ptr::null(), &raw mut before) != 0 {
            return Err(failed());
        }
        let ours = handle as *const () as usize;
        if before.sa_sigaction != libc::SIG_DFL && before.sa_sigaction != libc::SIG_IGN && before.sa_sigaction != ours {
            return Err(Error::Taken);
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = ours;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
        libc::sigemptyset(&raw mut action.sa_mask);
        if libc::sigaction(libc::SIGPROF, &raw const action, std::ptr::null_mut()) != 0 {
            return Err(failed());
        }
    }
    Ok(())
}

/// Takes one sample of the thread that it interrupts.
extern "C" fn handle(_: c_int, signal: *mut libc::siginfo_t, interrupted: *mut c_void) {
    // SAFETY: errno belongs to this thread; what is interrupted finds it as it was. The context is the kernel's, valid
    // while the handler runs, and so is the signal's description. The ring outlives the thread's timer:
    // `threads::on_thread_stop` clears the pointer on this very thread before it lets go of the ring.
    unsafe {
        let errno = libc::__errno_location();
        let before = *errno;
        let _ = SEAT.try_with(|seat| {
            let ring = seat.ring.load(Ordering::Relaxed);
            if let Some(ring) = ring.as_ref() {
                let (low, high) = (seat.low.load(Ordering::Relaxed), seat.high.load(Ordering::Relaxed));
                let registers = Registers::of(interrupted.cast());
                ring.push(|sample| {
                    sample.ids = context::current();
                    sample.periods = periods(signal);
                    walk(&registers, low, high, sample);
                });
            }
        });
        *errno = before;
    }
}

/// What the kernel tells of a timer's signal: `siginfo_t` with the fields that libc does not name.
#[repr(C)]
struct Fired {
    number: c_int,
    error: c_int,
    code: c_int,
    timer: TimerFields,
}

/// The kernel's union holds pointers, so it is aligned as they are.
#[repr(C, align(8))]
struct TimerFields {
    id: c_int,
    overrun: c_int,
}

/// How many periods of processor time the signal stands for. The kernel looks at a processor clock at its own ticks only:
/// on a busy machine several periods pass between two looks, and one signal tells of them all.
///
/// # Safety
/// `signal` is what the kernel gave to the handler.
unsafe fn periods(signal: *const libc::siginfo_t) -> u32 {
    const { assert!(size_of::<Fired>() <= size_of::<libc::siginfo_t>()) };
    // SAFETY: the caller's promise; the structure is plain data, shorter than what the kernel gave.
    let fired = unsafe { &*signal.cast::<Fired>() };
    if fired.code == libc::SI_TIMER { u32::try_from(fired.timer.overrun).unwrap_or(0).saturating_add(1) } else { 1 }
}

/// The registers that a walk begins with.
struct Registers {
    at: usize,
    frame: usize,
    stack: usize,
}

impl Registers {
    /// # Safety
    /// `context` is what the kernel gave to the handler.
    #[cfg(target_arch = "x86_64")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "registers hold addresses")]
    unsafe fn of(context: *const libc::ucontext_t) -> Self {
        // SAFETY: the caller's promise.
        let registers = unsafe { &(*context).uc_mcontext.gregs };
        let register = |number: c_int| registers[number as usize] as usize;
        Self { at: register(libc::REG_RIP), frame: register(libc::REG_RBP), stack: register(libc::REG_RSP) }
    }

    /// # Safety
    /// `context` is what the kernel gave to the handler.
    #[cfg(target_arch = "aarch64")]
    #[expect(clippy::cast_possible_truncation, reason = "registers hold addresses")]
    unsafe fn of(context: *const libc::ucontext_t) -> Self {
        // SAFETY: the caller's promise.
        let machine = unsafe { &(*context).uc_mcontext };
        Self { at: machine.pc as usize, frame: machine.regs[29] as usize, stack: machine.sp as usize }
    }
}

/// Follows frame pointers outwards. Each must lie above the last one and within the stack, so that a register that holds
/// something else ends the walk and reads nothing that is not ours.
fn walk(registers: &Registers, low: usize, high: usize, sample: &mut Sample) {
    sample.frames[0] = registers.at as u64;
    sample.depth = 1;
    // On another stack than the thread's own nothing says where that ends.
    if !(low..high).contains(&registers.stack) {
        return;
    }
    let word = size_of::<usize>();
    let (mut frame, mut above) = (registers.frame, registers.stack);
    while sample.depth < DEPTH && frame >= above && frame % word == 0 && frame.saturating_add(2 * word) <= high {
        // SAFETY: two aligned words between the stack pointer and the end of this thread's stack, both mapped.
        let (next, back) = unsafe { (*(frame as *const usize), *((frame + word) as *const usize)) };
        if back == 0 {
            break;
        }
        sample.frames[sample.depth] = back as u64;
        sample.depth += 1;
        (above, frame) = (frame + 2 * word, next);
    }
}
