//! One alert: caused, seen to fire, answered as its runbook says, seen to resolve.

use std::rc::Rc;
use std::time::Duration;

use registrar_tests::wait;
use tokio::time::{Instant, timeout};

use super::monitoring::{Labels, Monitoring};
use super::shortened::FACTOR;
use super::sink::Status;
use super::stage::{Settings, Stage};
use super::{dashboards, files};

/// Far longer than any drill takes, so that only a hang meets this.
const LIMIT: Duration = Duration::from_mins(15);

/// What most alerts need to fire, or to resolve, on a busy machine.
const SOON: Duration = Duration::from_mins(4);

/// What the slowest need: six hours, shortened, and as much again.
const LONG: Duration = Duration::from_secs(2 * 6 * 60 * 60 / FACTOR);

/// Runs the drill of an alert on programs with their usual settings.
pub(crate) async fn drill(alert: &'static str, play: impl AsyncFnOnce(&mut Stage, &mut Drill)) {
    drill_with(alert, [&[], &[]], play).await;
}

/// Runs the drill of an alert with these settings of the API and the worker.
pub(crate) async fn drill_with(
    alert: &'static str,
    settings: [Settings; 2],
    play: impl AsyncFnOnce(&mut Stage, &mut Drill),
) {
    drills_within(SOON, [alert], settings, async |stage, [drill]| play(stage, drill).await).await;
}

/// Runs several long drills at once.
pub(crate) async fn long_drills<const N: usize>(
    alerts: [&'static str; N],
    settings: [Settings; 2],
    play: impl AsyncFnOnce(&mut Stage, &mut [Drill; N]),
) {
    drills_within(LONG, alerts, settings, play).await;
}

async fn drills_within<const N: usize>(
    limit: Duration,
    alerts: [&'static str; N],
    settings: [Settings; 2],
    play: impl AsyncFnOnce(&mut Stage, &mut [Drill; N]),
) {
    let mut stage = Stage::set(alerts[0], settings).await;
    let monitoring = Rc::new(Monitoring::start(stage.targets()).await);
    let mut drills = alerts.map(|alert| Drill::new(alert, Rc::clone(&monitoring), limit));
    // Boxed, since the stage holds many programs.
    let playing = Box::pin(play(&mut stage, &mut drills));
    timeout(LIMIT, playing).await.expect("the drill takes too long");
}

/// An alert from its cause to its end.
pub(crate) struct Drill {
    pub(crate) monitoring: Rc<Monitoring>,
    alert: &'static str,
    /// For it to fire, and to resolve.
    limit: Duration,
    /// Its page, without line breaks.
    runbook: String,
    cause: &'static str,
    caused: Instant,
    step: &'static str,
    followed: Instant,
}

/// An alert that fires.
#[must_use]
#[derive(Debug)]
pub(crate) struct Firing<'a> {
    labels: Labels<'a>,
    fired: Instant,
}

impl Drill {
    fn new(alert: &'static str, monitoring: Rc<Monitoring>, limit: Duration) -> Self {
        let runbook = words(&files::text(&format!("docs/operations/runbooks/{alert}.md")));
        let now = Instant::now();
        Self { monitoring, alert, limit, runbook, cause: "", caused: now, step: "", followed: now }
    }

    /// The cause happens now.
    pub(crate) fn causes(&mut self, cause: &'static str) {
        assert!(!self.monitoring.is_active(self.alert, &[]), "it does not fire without a cause");
        (self.cause, self.caused) = (cause, Instant::now());
    }

    /// Waits until the alert with these labels fires, and the receiver was notified.
    pub(crate) async fn fires<'a>(&self, labels: Labels<'a>) -> Firing<'a> {
        let firing = self.fires_inhibited(labels).await;
        self.heard(Status::Firing, labels, self.caused).await;
        firing
    }

    /// Waits until the alert with these labels fires. The receiver is notified only when others that
    /// inhibit it have resolved.
    pub(crate) async fn fires_inhibited<'a>(&self, labels: Labels<'a>) -> Firing<'a> {
        let is_firing = || self.monitoring.fires(self.alert, labels).then_some(());
        self.until("fires", labels, is_firing).await;
        let fired = Instant::now();
        self.monitoring
            .answers(&dashboards::query("registrations", "Which alerts fire?", "A"))
            .await;
        Firing { labels, fired }
    }

    /// The operator now does this step of the runbook, which has these words in its page.
    pub(crate) fn follows(&mut self, step: &'static str, on_page: &str) {
        let (page, alert) = (&self.runbook, self.alert);
        assert!(page.contains(&words(on_page)), "the runbook of {alert} says: {on_page}");
        (self.step, self.followed) = (step, Instant::now());
    }

    /// Waits until the alert has resolved, and the receiver was notified of that; prints the whole as a row.
    pub(crate) async fn resolves(&self, firing: Firing<'_>) {
        let Firing { labels, fired } = firing;
        let ended = || (!self.monitoring.is_active(self.alert, labels)).then_some(());
        self.until("resolves", labels, ended).await;
        let resolved = Instant::now();
        let notified = self.heard(Status::Firing, labels, self.caused).await;
        let notified_of_end = self.heard(Status::Resolved, labels, notified).await;
        // `scripts/drills` makes a table of these.
        println!(
            "DRILL | {}{} | {} | {} | {} | {} | {} | {} |",
            self.alert,
            written(labels),
            self.cause,
            seconds(self.caused, fired),
            seconds(self.caused, notified),
            self.step,
            seconds(self.followed, resolved),
            seconds(self.followed, notified_of_end),
        );
    }

    /// When the receiver first heard this of the alert, not counting what it heard before `since`: an alert
    /// may have fired before the first scrape, for the lack of a target.
    async fn heard(&self, status: Status, labels: Labels<'_>, since: Instant) -> Instant {
        let heard = || self.monitoring.heard(status, self.alert, labels, since);
        self.until(&format!("is notified of as {status:?}"), labels, heard).await
    }

    async fn until<T>(&self, what: &str, labels: Labels<'_>, probe: impl Fn() -> Option<T>) -> T {
        let what = format!("{}{} {what}", self.alert, written(labels));
        wait::until_within(self.limit, &what, async || probe()).await
    }
}

fn seconds(from: Instant, to: Instant) -> String {
    format!("{:.0} s", (to - from).as_secs_f64())
}

fn written(labels: Labels<'_>) -> String {
    labels.iter().fold(String::new(), |before, (name, value)| format!("{before} {name}={value}"))
}

/// Without line breaks, so that it does not matter where a page has them.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
